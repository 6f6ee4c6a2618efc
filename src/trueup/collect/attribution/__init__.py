"""AI marks in commits: a versioned table of rules, and the reader that applies it.

An unmarked commit is *unknown*, never human-written: every share read off these marks
is an "at least".
"""

from trueup.collect.attribution.commit import Attribution, CommitText
from trueup.collect.attribution.match import RuleTable
from trueup.collect.attribution.rules import load_rules

__all__ = ["Attribution", "CommitText", "RuleTable", "load_rules"]
