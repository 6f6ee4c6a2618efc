"""trueup: does the way you use LLMs create or destroy value? Ask your own delivery records."""

__version__ = "0.1.0"

__all__ = [
    "Ask",
    "PanelColumns",
    "Workspace",
    "__version__",
    "estimate_panel",
    "read_panel",
    "read_plan",
]

_FOUND_IN = {
    "Ask": "trueup.estimate.asking",
    "PanelColumns": "trueup.estimate.reading",
    "Workspace": "trueup.workspace",
    "estimate_panel": "trueup.estimate.asking",
    "read_panel": "trueup.estimate.reading",
    "read_plan": "trueup.estimate.verdict.plan",
}


def __getattr__(name: str) -> object:
    """Load a public name when it is first asked for, so that `import trueup` stays light."""
    import importlib

    if name not in _FOUND_IN:
        raise AttributeError(f"module 'trueup' has no attribute {name!r}")
    return getattr(importlib.import_module(_FOUND_IN[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_FOUND_IN})
