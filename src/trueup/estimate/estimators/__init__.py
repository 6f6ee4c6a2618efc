"""One file per estimator; each has a class whose instance is called ``ESTIMATOR``."""
