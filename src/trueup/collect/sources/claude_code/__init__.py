"""Claude Code: transcripts of sessions on this machine."""
