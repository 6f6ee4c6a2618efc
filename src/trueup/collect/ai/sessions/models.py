"""Providers and models as tools write them: ``gemini/gemini-2.5-pro``, ``google-vertex``."""

from __future__ import annotations

from trueup.collect.ai.sessions.telling import label

_PROVIDERS = {
    "gemini": "google",
    "google-vertex": "google",
    "vertex": "google",
    "vertex_ai": "google",
    "google-vertex-anthropic": "google",
    "claude-code": "anthropic",
    "openai-native": "openai",
    "openai-codex": "openai",
    "amazon-bedrock": "aws",
    "bedrock": "aws",
    "bedrock_converse": "aws",
    "azure_ai": "azure",
    "xai": "x-ai",
    "grok": "x-ai",
    "mistralai": "mistral",
    "fireworks-ai": "fireworks",
    "fireworks_ai": "fireworks",
    "togetherai": "together",
    "together_ai": "together",
    "moonshot": "moonshotai",
}
_KNOWN = frozenset(
    (
        *_PROVIDERS.values(),
        *("anthropic", "aws", "azure", "cerebras", "cohere", "deepseek", "google", "groq"),
        *("huggingface", "openai", "openrouter", "perplexity"),
    )
)


def provider_of(value: object) -> str | None:
    """Return a provider by the name prices know it under; one that is not known, as it stands."""
    name = label(value)
    return _PROVIDERS.get(name.lower(), name.lower()) if name else None


def model_of(value: object) -> tuple[str | None, str | None]:
    """Return (provider, model) of a name that may lead with its provider.

    >>> model_of("gemini/gemini-2.5-pro"), model_of("gpt-5.2")
    (('google', 'gemini-2.5-pro'), (None, 'gpt-5.2'))
    """
    name = label(value)
    lead, _, rest = (name or "").partition("/")
    provider = provider_of(lead)
    return (provider, rest) if rest and provider in _KNOWN else (None, name)
