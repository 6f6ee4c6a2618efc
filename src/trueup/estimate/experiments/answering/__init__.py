"""The answer of an experiment: arms compared as lots were drawn, and what could be wrong."""
