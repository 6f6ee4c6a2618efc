"""Gemini CLI: chats it records on this machine."""
