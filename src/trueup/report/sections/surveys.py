"""What people say, scored in groups of ten or more, and felt gain beside what was measured."""

from __future__ import annotations

from collections.abc import Iterator

from trueup.estimate.experiments.answering.answer import ExperimentAnswer
from trueup.estimate.felt import GAP, FeltBeside, felt_beside
from trueup.estimate.studies import Study, all_studies
from trueup.measure.surveys.results import K, Said, ScaleResult, SurveyResult
from trueup.model.cohort import OfPersons
from trueup.model.evidence import Abstention, Measurement
from trueup.model.surveys.scales import SCALES
from trueup.report.document import Block, Cell, Definition, Section, Table
from trueup.report.names import spoken
from trueup.report.sentence import Defined, Name, Quoted, Sentence
from trueup.report.view import View
from trueup.report.words import capital, month, uncapital

_BY = "survey"
_PUBLISHED = "metr-2025"


def surveys(view: View) -> Section | None:
    """Return what surveys say; None where none is recorded."""
    found = view.records.surveys
    if not found:
        return None
    blocks: list[Block] = []
    for survey in found:
        blocks += _survey(survey, view)
    blocks.append(_note())
    return Section(
        id="surveys", heading="What people say, and what was measured", blocks=tuple(blocks)
    )


def _survey(survey: SurveyResult, view: View) -> Iterator[Block]:
    yield from _felt(survey, view)
    values = {
        "name": Name(f"\u201c{survey.name}\u201d"),
        "month": Name(month(survey.asked_at)),
        "rate": _shown(survey.response),
    }
    answered = "Answered by {rate} of those asked ({rate:n})."
    if isinstance(survey.response, Abstention):
        answered = (
            "Which share of those asked answered {rate:cannot}: {rate:reason}. {rate:remedy}."
        )
    yield Sentence(template=f"Survey {{name}}, {{month}}. {answered}", values=values)
    if survey.scales:
        yield _scales(survey)
        yield from _groups(survey)
        yield from _unscored(survey)
    if survey.totals:
        yield _totals(survey)


def _felt(survey: SurveyResult, view: View) -> Iterator[Sentence]:
    asked = survey.felt
    if asked is None or isinstance(asked.mean, Abstention):
        return
    felt = asked.mean.measured
    answers = [one for _, one in view.records.experiments if isinstance(one, ExperimentAnswer)]
    found = felt_beside(survey, view.assessment, answers)
    yield Sentence(
        template="People say AI tools change the time a task takes by {felt} (anything from "
        "{felt:interval} fits; {felt:n}).",
        values={"felt": felt},
        tone="lead",
    )
    if isinstance(found, FeltBeside):
        yield _gap(found)
    elif found is not None:
        yield Sentence(
            template="It cannot be compared with your records: {it:reason}. {it:remedy}.",
            values={"it": found},
        )
    yield from _published()


def _gap(found: FeltBeside) -> Sentence:
    words = {
        "felt faster": "People feel faster than the records allow",
        "felt slower": "People feel slower than the records allow",
        "no gap seen": "That does not rule out that both are right",
    }
    return Sentence(
        template="The effect measured on {what} is {measured} (anything from {measured:interval} "
        "fits){how}. Felt less measured is {gap} ({gap:interval}). {answer}. What was measured may "
        "have waits in it, and those who answered are not all who worked.",
        values={
            "what": Name(uncapital(spoken(found.measured.outcome).label)),
            "measured": found.measured,
            "how": Name(", by lots" if found.is_drawn else ""),
            "gap": found.gap.measured,
            "answer": Name(words[found.answer]),
        },
    )


def _published() -> Iterator[Sentence]:
    study: Study | None = next((one for one in all_studies() if one.id == _PUBLISHED), None)
    if study is not None:
        yield Sentence(
            template="What was published of such a gap: {name} timed tasks and measured {it} "
            "({it:interval}). {says}",
            values={
                "name": Name(study.name),
                "it": study,
                "says": Quoted(text=study.says, by=study.id),
            },
            tone="note",
        )


def _scales(survey: SurveyResult) -> Table:
    return Table(
        caption=Sentence(
            template="Means of everybody who answered. Alpha says how far the questions of a "
            "scale hang together; its lower end matters."
        ),
        columns=("Scale", "Lowest to highest", "Mean", "Alpha"),
        rows=tuple(
            (_called(each), _ends(each), _shown(each.mean), _shown(each.alpha))
            for each in survey.scales
        ),
    )


def _called(found: ScaleResult) -> Name:
    return Name(found.scale.title + ("" if found.scale.is_validated else " (not validated)"))


def _ends(found: ScaleResult) -> Defined:
    low, high = found.scale.range
    if found.scale.made_by == "less":
        ends = f"\u2212{-100 * low:.0f} to +{100 * high:.0f}\u00a0%"
        return Defined(text=ends, by=found.scale.name)
    return Defined(text=f"{low:g} to {high:g}", by=found.scale.name)


def _groups(survey: SurveyResult) -> Iterator[Block]:
    split = [each for each in survey.scales if each.groups]
    names = dict.fromkeys(_team(one) for each in split for one in each.groups)
    if not names:
        return
    nothing = Name("with others")
    rates = {_team(one): one.measured for one in survey.responses}
    rows = []
    for name in names:
        of_it = [{_team(one): one.measured for one in each.groups}.get(name) for each in split]
        cells: list[Cell] = [
            rates.get(name) or Name("not said"),
            *(one or nothing for one in of_it),
        ]
        rows.append((Name(name), *cells))
    yield Table(
        caption=Sentence(
            template="By group, of {k} or more; smaller ones stand together.",
            values={"k": Defined(text=str(K), by=_BY)},
        ),
        columns=("Group", "Answered", *(each.scale.title for each in split)),
        rows=tuple(rows),
    )


def _team(found: OfPersons) -> str:
    return capital(dict(found.measured.group)["team"])


def _unscored(survey: SurveyResult) -> Iterator[Sentence]:
    for each in survey.scales:
        if each.unscored:
            most = each.scale.most_missing
            said = f"{each.scale.title}: {each.unscored} left out more than {most} questions and "
            yield Sentence(
                template="{it}",
                values={"it": Quoted(text=f"{said}have no score.", by=_BY)},
                tone="note",
            )


def _totals(survey: SurveyResult) -> Table:
    return Table(
        caption=Sentence(template="Results of other tools, as they state them."),
        columns=("Result", "Of", "Value"),
        rows=tuple(
            (
                Name(_measure(one.measured)),
                Name(_team(one) if one.measured.group else "Everyone"),
                one.measured,
            )
            for one in survey.totals
        ),
    )


def _measure(found: Measurement) -> str:
    name = found.metric.removeprefix("survey_").removesuffix("_points")
    return name.replace("_", " ")


def _note() -> Sentence:
    return Sentence(
        template="What people tick is what they feel and say, descriptive and no measure of what "
        "they do; those who did not answer may feel otherwise. Answers are never laid beside a "
        "person's work, and two dates of a survey are not compared: who answered both is not "
        "known.",
        tone="note",
    )


def _shown(found: Said) -> Measurement | Abstention:
    return found.measured if isinstance(found, OfPersons) else found


def survey_definitions(view: View) -> Iterator[Definition]:
    """Yield what each figure of a survey means."""
    for scale in SCALES.values():
        names = (f"survey_{scale.name}_{scale.unit.name}", f"survey_{scale.name}_alpha_count")
        asked = len(scale.items)
        how = {"sum": "sum", "mean": "mean", "less": "share of time saved, less below nought"}
        gaps = f"Up to {scale.most_missing} questions left out are filled by the mean of the others"
        terms = f"{scale.source} {scale.licence}"
        yield _definition(
            names[0],
            f"What do people say: {scale.title.lower()}?",
            f"Mean over respondents of the {how[scale.made_by]} of {asked} answers. {gaps}.",
            scale.unit.name,
            terms,
        )
        yield _definition(
            names[1],
            f"Do the questions hang together: {scale.title.lower()}?",
            "Cronbach's alpha over those who left nothing out, with Bonett's interval.",
            "count",
            "Cronbach (1951), Psychometrika 16(3).",
        )
    yield _definition(
        "survey_response_ratio",
        "How many of those asked answered?",
        "Respondents with at least one answer over those asked.",
        "ratio",
    )
    yield _definition(
        GAP,
        "How far does felt gain lie from measured gain?",
        "Felt change in the time of a task less the measured change in the time work takes, both "
        "as proportions of the time without AI tools.",
        "percentage_points",
        "Zou, Donner (2008), Statistics in Medicine 27, for the interval.",
    )
    for survey in view.records.surveys:
        for one in survey.totals:
            yield _definition(
                one.measured.metric,
                f"What does another tool say of {_measure(one.measured)}?",
                "As stated in a file of survey totals; how it is worked out is that tool's to say.",
                "points",
            )


def _definition(
    metric: str, question: str, definition: str, unit: str, reference: str = ""
) -> Definition:
    return Definition(
        metric=metric,
        version=1,
        question=question,
        definition=definition,
        unit=unit,
        kind="survey",
        references=(reference,) if reference else (),
        caveats=("What people say, and not what they do.",),
    )
