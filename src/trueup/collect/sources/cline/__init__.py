"""Cline and what grew out of it, Roo Code and Kilo Code: tasks they keep on this machine."""
