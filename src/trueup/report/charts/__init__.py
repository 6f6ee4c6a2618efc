"""One file per chart: a Vega-Lite drawing over rows made from measurements."""
