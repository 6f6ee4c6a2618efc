"""The writing desk: findings become a report that shows nothing without its evidence."""
