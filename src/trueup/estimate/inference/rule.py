"""Which interval a design can bear: it depends on how few clusters, and how few treated ones.

The sizes behind the rule are measured in ``benchmarks/few_clusters.py``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Literal

from trueup.errors import EstimateError

Recipe = Literal["crv1", "wild", "permutation"]
"""How an interval is made.

``crv1``
    cluster-robust errors and Student's t;
``wild``
    the wild cluster restricted bootstrap, inverted;
``permutation``
    treatment dealt out anew among clusters, inverted; it has a least p.
"""

FEW_CLUSTERS = 10
FEW_TREATED = 3
MANY_CLUSTERS = 40
MANY_TREATED = 10


def rule_for(n_clusters: int, n_treated: int, *, arms: bool = True) -> Recipe:
    """Return the recipe whose size is right for so many clusters, of which so many are treated.

    An arm of three clusters or fewer, or ten clusters in all, can only be permuted; more than
    forty clusters with ten or more in each arm bear cluster-robust errors; the rest takes the
    wild bootstrap. The arms are alike: with treatment after one date, and effects of unit and
    period, swapping treated and untreated only turns the coefficient's sign. Where all clusters
    adopt sooner or later, or `arms` is False, only the treated are counted.

    Parameters
    ----------
    n_clusters
        Clusters in the sample.
    n_treated
        Clusters with any treated row.
    arms
        The untreated are what the treated are compared with. Not so where dates or doses differ,
        and clusters serve as one another's comparison.

    Raises
    ------
    EstimateError
        More treated clusters than clusters, or none of either.

    References
    ----------
    MacKinnon, Webb (2018), "The wild bootstrap for few (treated) clusters", Econometrics Journal
    21: the restricted bootstrap under-rejects, and the cluster-robust test over-rejects without
    bound, as the treated become few.
    """
    if not 0 < n_treated <= n_clusters:
        raise EstimateError(
            f"{n_treated} of {n_clusters} clusters treated is no design.",
            hint="Give at least one treated cluster, and no more than there are.",
        )
    untreated = n_clusters - n_treated if arms else 0
    smaller = min(n_treated, untreated) if untreated else n_treated
    if smaller <= FEW_TREATED or n_clusters <= FEW_CLUSTERS:
        return "permutation"
    if n_clusters > MANY_CLUSTERS and smaller >= MANY_TREATED:
        return "crv1"
    return "wild"


def least_p_of_permutation(n_clusters: int, n_treated: int) -> float:
    """Return the smallest two-sided p that dealing `n_treated` of `n_clusters` out anew can give.

    One over the number of ways to choose them; two over it when half are treated, since then
    every choice has a mirror image with the same size of effect.

    Raises
    ------
    EstimateError
        More treated clusters than clusters.

    >>> least_p_of_permutation(6, 3), least_p_of_permutation(20, 1)
    (0.1, 0.05)
    """
    if not 0 <= n_treated <= n_clusters:
        raise EstimateError(
            f"{n_treated} of {n_clusters} clusters cannot be treated.",
            hint="Give no more treated clusters than there are.",
        )
    mirrored = 2 if n_clusters == 2 * n_treated and n_clusters else 1
    return min(1.0, mirrored / math.comb(n_clusters, n_treated))


def count_arrangements(kinds: Iterable[int]) -> int:
    """Return in how many different ways these kinds (say, adoption dates) can be dealt out.

    >>> count_arrangements([1, 1, 1, 0, 0, 0]), count_arrangements([5, 7, -1])
    (20, 6)
    """
    counts: dict[int, int] = {}
    for kind in kinds:
        counts[kind] = counts.get(kind, 0) + 1
    ways = math.factorial(sum(counts.values()))
    for count in counts.values():
        ways //= math.factorial(count)
    return ways
