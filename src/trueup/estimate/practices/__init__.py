"""Whether levels of practice are in the data: classes, a cliff, inequality."""
