"""trueup: does the way you use LLMs create or destroy value? Ask your own delivery records."""

__version__ = "0.1.0"

__all__ = ["__version__"]
