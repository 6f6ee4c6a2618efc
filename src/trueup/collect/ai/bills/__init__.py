"""What sources of bills and reports share: amounts, days, pages, people, rows by record."""
