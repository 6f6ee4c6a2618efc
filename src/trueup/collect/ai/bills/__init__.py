"""What sources share whose vendor reports tokens and money: days, pages, lists, names, rows."""
