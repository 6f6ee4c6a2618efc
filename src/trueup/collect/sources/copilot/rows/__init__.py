"""What is kept of Copilot as rows."""
