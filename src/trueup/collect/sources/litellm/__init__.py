"""LiteLLM's spend logs: every request through a gateway, by its interface or from exports."""
