"""What sources share that read reports of use and of money: days, pages, counts, names, rows."""
