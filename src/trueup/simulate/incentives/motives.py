"""What else than pay rewards extra output: promotion, being found out, offers from outside.

All in wages per unit of extra output and year, so that they add to what is passed to pay.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trueup.simulate.incentives.choice import Floats, Numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Offers:
    """What other employers would pay for extra output they get to see.

    Parameters
    ----------
    visible
        Chance that extra output is seen outside; 0..1.
    pass_through
        What others pass to pay of a unit of extra output.
    friction
        What it costs to move, per unit of extra output.
    """

    visible: Numbers = 0.0
    pass_through: Numbers = 0.0
    friction: Numbers = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Motives:
    """What rewards extra output beside pay.

    Parameters
    ----------
    steady
        Promotion, reputation and the risk of being found out; below 0 where people fear that
        what they show costs jobs.
    offers
        From outside; they matter less the more is passed to pay inside.
    """

    steady: Numbers = 0.0
    offers: Offers = Offers()

    def reward(self, pass_through: Numbers) -> Floats:
        """Return the whole reward of a unit of extra output at this pass-through."""
        outside = self.offers.visible * (self.offers.pass_through - np.asarray(pass_through, float))
        beside = self.steady + np.maximum(0.0, outside - self.offers.friction)
        return np.asarray(pass_through + beside, float)

    def pass_through_for(self, reward: Numbers) -> Floats:
        """Return the least pass-through, 0 or more, at which the whole reward is this much.

        The reward is the greater of two lines that rise with the pass-through, so the least that
        reaches it is the lesser of the two lines' answers.
        """
        inside = np.asarray(reward - np.asarray(self.steady, float), float)
        seen = np.asarray(self.offers.visible, float)
        lacking = inside - seen * self.offers.pass_through + self.offers.friction
        outside = lacking / np.maximum(1 - seen, 1e-12)
        return np.asarray(np.maximum(0.0, np.minimum(inside, outside)), float)


def promotion_reward(
    *,
    chance_per_output: Numbers,
    rise: Numbers,
    years_between: float,
    leaving: Numbers,
    discount: Numbers,
) -> Floats:
    """Return what better chances of promotion are worth, per unit of extra output and year.

    Parameters
    ----------
    chance_per_output
        Promotions a year that a unit of extra output brings more.
    rise
        Of pay by a promotion, as a share; it is kept until one leaves.
    years_between
        Two rounds of promotion; output is shown at any time between them.
    leaving, discount
        Per year.

    Notes
    -----
    A rise is worth ``rise / (leaving + discount)`` when given, and is waited for from nothing to
    `years_between`, each as likely: ``(1 - exp(-x)) / x`` with ``x = (leaving + discount) tau``.
    Discounting from the middle of the round, ``exp(-x / 2)``, is that up to ``x**2 / 24``.
    """
    wearing = np.asarray(leaving, float) + np.asarray(discount, float)
    waited = np.maximum(wearing * years_between, 1e-12)
    given = chance_per_output * rise / wearing
    return np.asarray(given * -np.expm1(-waited) / waited, float)


def ratchet_factor(*, follows: Numbers, keeps: Numbers) -> Floats:
    """Return how many times less output is worth showing where it raises what is asked next.

    Parameters
    ----------
    follows
        Share of what one shows above what is asked that is asked on top next time; 0..1.
    keeps
        What a wage next time is worth now; below 1.

    Notes
    -----
    Weitzman (1980), The "ratchet principle" and performance incentives, Bell Journal 11: one unit
    shown now is lost ``follows (1 - follows)**j`` times, ``j + 1`` periods later; what is left of
    the reward is ``(1 - keeps) / (1 - keeps (1 - follows))``. Where what is asked binds, the same
    factor multiplies the cost of effort: what one shows once is asked for ever.
    """
    held = np.asarray(keeps, float)
    return np.asarray(1 + held * follows / (1 - held), float)
