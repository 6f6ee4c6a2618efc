"""Factory Droid: sessions it keeps on this machine, with their totals beside them."""
