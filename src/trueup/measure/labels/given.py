"""Which labels sessions were given, by whom; and which a labeller is held against."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import ibis
import numpy as np
from ibis import _

from trueup.measure.labels.agreement import kappa
from trueup.measure.metric import Tables
from trueup.measure.metrics.handing_over import HANDED_OVER_SESSIONS_RATIO
from trueup.model.evidence import Abstention, Finding, Interval, Measurement, Window
from trueup.model.labelling import MODES, Scheme
from trueup.units import KAPPA

RULE = "rule of handed_over_sessions_ratio"
AGREEMENT = "rater_agreement_kappa"
_ORDER = {"metadata": 0, "local": 1, "endpoint": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """How finely labels of a scheme are told apart: each by itself, or its two groups.

    Parameters
    ----------
    names
        What there is to tell apart.
    of
        What each label counts as.
    """

    names: tuple[str, ...]
    of: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Labeller:
    """Who or what labelled, and the labels it gave.

    Parameters
    ----------
    rows
        Columns ``session_id`` and ``label``, one row a session.
    """

    scheme: Scheme
    labelled_by: str
    rater: str
    rows: ibis.Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Gold:
    """What sessions are by the persons who read them.

    Parameters
    ----------
    labels
        By session: what most of its raters say.
    undecided
        Sessions whose raters are at odds, none of them in the majority.
    """

    labels: Mapping[str, str]
    undecided: int


def levels(scheme: Scheme) -> dict[str, Level]:
    """Return both levels of a scheme: ``labels`` and ``groups``."""
    group = {label.name: label.group for label in scheme.labels}
    return {
        "labels": Level(names=scheme.names, of={name: name for name in scheme.names}),
        "groups": Level(
            names=tuple(scheme.groups), of=group | {name: name for name in scheme.groups}
        ),
    }


def labellers(tables: Tables, scheme: Scheme) -> tuple[Labeller, ...]:
    """Return whatever labelled in a scheme, persons left out: counts first, endpoints last."""
    rows = _landed(tables, scheme).filter(_.labelled_by != "person")
    named = rows.distinct(on=["labelled_by", "rater"]).select("labelled_by", "rater")
    found = [
        Labeller(
            scheme=scheme,
            labelled_by=one["labelled_by"],
            rater=one["rater"],
            rows=rows.filter(
                (rows.labelled_by == one["labelled_by"]) & (rows.rater == one["rater"])
            ).select("session_id", "label"),
        )
        for one in named.to_pyarrow().to_pylist()
    ]
    if scheme == MODES:
        found.append(_by_rule(tables))
    return tuple(sorted(found, key=lambda one: (_ORDER[one.labelled_by], one.rater)))


def gold(tables: Tables, scheme: Scheme, level: Level) -> Gold:
    """Return what persons say of the sessions they read."""
    said: dict[str, Counter[str]] = {}
    for row in _by_persons(tables, scheme):
        if row["label"] in level.of:
            said.setdefault(row["session_id"], Counter())[level.of[row["label"]]] += 1
    labels: dict[str, str] = {}
    for session, counts in said.items():
        ranked = counts.most_common(2)
        if len(ranked) == 1 or ranked[0][1] > ranked[1][1]:
            labels[session] = ranked[0][0]
    return Gold(labels=labels, undecided=len(said) - len(labels))


def agreements(tables: Tables, scheme: Scheme, window: Window) -> tuple[Finding, ...]:
    """Return how far each two raters agree on labels; one abstention where none share a session."""
    by: dict[str, dict[str, str]] = {}
    for row in _by_persons(tables, scheme):
        if row["label"] in scheme.names:
            by.setdefault(row["rater"], {})[row["session_id"]] = row["label"]
    found: list[Finding] = []
    for one, other in combinations(sorted(by), 2):
        both = sorted(by[one].keys() & by[other].keys())
        if both:
            pairs = [(by[one][session], by[other][session]) for session in both]
            found.append(_agreement(scheme, (one, other), pairs, window))
    return tuple(found) or (
        Abstention(
            metric=AGREEMENT,
            reason="No session was read by two persons.",
            remedy="Have two persons fill in a sheet each: "
            f"trueup label --sample 50 --scheme {scheme.name}.",
            group=(("scheme", scheme.name),),
        ),
    )


def _agreement(
    scheme: Scheme, raters: tuple[str, str], pairs: list[tuple[str, str]], window: Window
) -> Finding:
    counts = np.zeros((len(scheme.names),) * 2, dtype=np.int64)
    for one, other in pairs:
        counts[scheme.names.index(one), scheme.names.index(other)] += 1
    group = (("raters", " and ".join(raters)), ("scheme", scheme.name))
    found = kappa(counts)
    if found is None:
        return Abstention(
            metric=AGREEMENT,
            reason="Both raters call all sessions the same: chance alone would do so too.",
            remedy="Have sessions of more tools and months read.",
            group=group,
            n=len(pairs),
            n_of="sessions",
        )
    return Measurement(
        metric=AGREEMENT,
        version=1,
        value=found.value,
        unit=KAPPA,
        interval=Interval(low=found.low, high=found.high, method="large samples"),
        n=found.n,
        n_of="sessions",
        window=window,
        coverage=None,
        source="persons who read the sessions",
        group=group,
    )


def _by_persons(tables: Tables, scheme: Scheme) -> list[dict[str, str]]:
    rows = _landed(tables, scheme).filter(_.labelled_by == "person").order_by("session_id", "rater")
    found: list[dict[str, str]] = rows.to_pyarrow().to_pylist()
    return found


def _landed(tables: Tables, scheme: Scheme) -> ibis.Table:
    """Return one row a session and rater: the label that was given last."""
    rows = tables["ai_session_label"]
    rows = rows.filter(rows.scheme == scheme.name)
    rows = rows.mutate(
        labelled_by=rows.labelled_by.cast("string"),
        rater=rows.rater.cast("string"),
        label=rows.label.cast("string"),
        labelled_at=rows.labelled_at.fill_null(0),
    )
    return rows.group_by("session_id", "labelled_by", "rater").agg(
        label=_.label.argmax(_.labelled_at)
    )


def _by_rule(tables: Tables) -> Labeller:
    """Return what is known without any text: one prompt, acts, nothing turned back."""
    whole, together = MODES.groups
    rows = HANDED_OVER_SESSIONS_RATIO.rows(tables)
    rows = rows.filter(rows.known)
    label = ibis.ifelse(rows.value > 0, whole, together)
    return Labeller(
        scheme=MODES,
        labelled_by="metadata",
        rater=f"{RULE} {HANDED_OVER_SESSIONS_RATIO.version}",
        rows=rows.select("session_id", label=label),
    )
