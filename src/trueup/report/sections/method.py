"""Method and definitions: how every number on the page was computed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from trueup.estimate.assessment import Assessment, Threshold
from trueup.estimate.catalogue import all_estimators
from trueup.measure.practices.practice import LEVEL_METRIC, METRIC, VERSION
from trueup.measure.practices.rubric import CONSTRUCT, KEPT, RULE, rubric
from trueup.measure.units.outcome import OUTCOMES
from trueup.model.effect import Estimate
from trueup.report import names
from trueup.report.document import Definition, Definitions, Section
from trueup.report.sections.advice.defined import DOCTORS
from trueup.report.sections.balance.weighed import weighed
from trueup.report.sections.practising.labelled import LABELS
from trueup.report.sections.surveys import survey_definitions
from trueup.report.sentence import Sentence
from trueup.report.view import View
from trueup.report.words import STUDIES, Shown, metric_of
from trueup.simulate.incentives.stating import MODEL as INCENTIVES

FLOW = "simulated_flow"
OWN = (
    Definition(
        metric="records_seen_count",
        version=1,
        question="How much of what there is was read?",
        definition="Records of this subject that were read whole.",
        unit="count",
        kind="coverage",
    ),
    Definition(
        metric="records_expected_count",
        version=1,
        question="How much is there?",
        definition="Records of this subject that the source says there are.",
        unit="count",
        kind="coverage",
    ),
    Definition(
        metric="records_skipped_count",
        version=1,
        question="How much was left out?",
        definition="Records of this subject that were met and could not be used.",
        unit="count",
        kind="coverage",
    ),
    Definition(
        metric="excess_tokens",
        version=1,
        question="How many more tokens are used than the work that survives takes?",
        definition="Log tokens of a team-week less b times log surviving changes, against the "
        "team's mean before the policy; b is what went with a log point of work before it, "
        "levels of team and week taken out. Means over the teams of each group.",
        unit="relative",
        kind="exposure",
        references=("Zou, Donner (2008), Statistics in Medicine 27, for the error of b.",),
        caveats=("A group mean; more tokens for the same work may have honest reasons.",),
    ),
    Definition(
        metric=LEVEL_METRIC,
        version=VERSION,
        question="At which level of practice are AI tools put to work?",
        definition=RULE,
        unit="count",
        kind="exposure",
        references=(CONSTRUCT,),
        caveats=("Three levels are a construct of their author; data may show fewer or none.",),
    ),
    Definition(
        metric=METRIC,
        version=VERSION,
        question="Which capacities for work with AI tools are seen?",
        definition=f"{rubric()} {KEPT}",
        unit="count",
        kind="exposure",
        references=(CONSTRUCT,),
        caveats=(
            "What is not committed and in no session is not seen: it widens the interval.",
            "A practice that is there may be kept badly: points say nothing of outcomes.",
        ),
    ),
    Definition(
        metric=FLOW,
        version=1,
        question="What would happen if?",
        definition="A number of a model and not a measurement: a typical team as a network of "
        "queues, fitted to the flow of changes, played with and without a change and with the same "
        "luck. Intervals are over all sets of parameters the records allow.",
        unit="relative",
        kind="simulated",
        caveats=(
            "How touch times and mishaps grow with the size of a change is drawn from ranges.",
            "People do not act as they did once something is changed: no model here knows how.",
        ),
    ),
    Definition(
        metric=INCENTIVES,
        version=1,
        question="Who gains from the gain?",
        definition="A number of a model and not a measurement: people weigh what showing a gain "
        "brings them against the effort, and the organisation keeps what it does not pass on. "
        "Intervals are over the interval of the gain and stated ranges of what no record holds.",
        unit="ratio",
        kind="simulated",
        references=("https://blog.tjll.net, 18 June 2025: the choice written down as a model.",),
        caveats=(
            "It says what terms of pay reward, and not who does what: that no record tells.",
            "It speaks of the whole organisation alone.",
        ),
    ),
    Definition(
        metric=STUDIES,
        version=1,
        question="Where do published figures come from?",
        definition="Read in the source or, where marked, second-hand; restated as a proportion of "
        "the outcome named. No interval is shown where none was found.",
        unit="relative",
        kind="published",
        caveats=("They are of other people, other work and other tools.",),
    ),
)
"""Definitions of what the report counts itself."""


def method(view: View, shown: Iterable[Shown]) -> Section:
    """Return the definitions of what is shown, in the order shown: metrics, recipes, studies."""
    evidence = tuple(shown)
    recipes = [_recipe(each) for each in evidence if isinstance(each, Estimate)]
    outcomes = list(_outcomes(view.assessment))
    own = (*OWN, *DOCTORS, *LABELS, *survey_definitions(view), *view.definitions)
    known = {each.metric: each for each in (*recipes, *reversed(outcomes), *own)}
    metrics = [*(each.metric for each in outcomes), *(metric_of(each) for each in evidence)]
    intro = Sentence(
        template="Intervals say which values fit the data. A wait that has not ended counts as "
        "at least as long as it has lasted. Groups of authors too small to hide a person are "
        "never split. No person is named or ranked."
    )
    defined = tuple(known[metric] for metric in dict.fromkeys(metrics) if metric in known)
    return Section(
        id="method",
        heading="Method and definitions",
        blocks=(intro, Definitions(definitions=defined)),
    )


def _outcomes(assessment: Assessment | None) -> Iterator[Definition]:
    """Yield what each outcome of an assessment means: ours, or a column of a reader's table."""
    if assessment is None:
        return
    for each in weighed(assessment):
        question = each.assessed.question
        yield _outcome(question.outcome, each.standing, question.unit, assessment.source)
    for found in assessment.thresholds:
        if isinstance(found, Threshold):
            yield _outcome(found.outcome, "threshold", "", assessment.source)


def _outcome(name: str, kind: str, unit: str, source: str) -> Definition:
    ours = OUTCOMES.get(name)
    return Definition(
        metric=name,
        version=ours.version if ours else 1,
        question=ours.question if ours else f"What is {names.spoken(name).label}?",
        definition=ours.definition if ours else f"A column of {source}.",
        unit=ours.says_unit if ours else unit or "its own unit",
        kind=kind,
    )


def _recipe(found: Estimate) -> Definition:
    """Return what a recipe estimates and assumes, as its estimator says it."""
    name = found.estimator
    recipe = all_estimators().get(name)
    return Definition(
        metric=name,
        version=1,
        question=f"How is a difference estimated by {names.recipe(name)}?",
        definition=recipe.answers if recipe else f"Estimated by {found.design}.",
        unit=found.unit.name,
        kind="estimate",
        references=recipe.references if recipe else (),
        caveats=recipe.assumes if recipe else found.assumptions,
    )
