"""Whether conditions before adoption change an effect, with the test that they do not."""

from trueup.estimate.moderators.frozen import Moderator
from trueup.estimate.moderators.moderate import moderate

__all__ = ["Moderator", "moderate"]
