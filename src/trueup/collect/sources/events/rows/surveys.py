"""Rows of surveys: answers question by question, who was asked, results worked out elsewhere."""

from __future__ import annotations

import re
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from trueup.collect.fields import Fields, Unreadable
from trueup.collect.gathering import Rows
from trueup.collect.recorded import Reading
from trueup.collect.sources.events.rows.delivery import day
from trueup.collect.sources.events.rows.naming import kind_id, team_id_of
from trueup.collect.sources.events.schema import schema_of
from trueup.model.cohort import FEWEST
from trueup.model.surveys.scales import SCALE_OF

SURVEY_TABLES = ("survey_response", "survey_group", "survey_total")


class SurveyRows:
    """Writes surveys into `rows`."""

    def __init__(self, reading: Reading, zone: ZoneInfo, rows: Rows) -> None:
        self._target_id = reading.target_id
        self._zone = zone
        self._rows = rows

    def add(self, body: Fields, key: str) -> None:
        """Add a survey with all its answers.

        Raises
        ------
        Unreadable
            Nothing is in it.
        """
        about = {
            "survey_id": kind_id("survey", key),
            "asked_at": day(body, "asked", self._zone, is_end=False),
        }
        written = self._answers(body, about) + self._groups(body, about)
        if written + self._totals(body, about) == 0:
            raise Unreadable("nothing is answered in it")

    def _answers(self, body: Fields, about: Mapping[str, object]) -> int:
        written = 0
        for number, answer in enumerate(body.parts("answers")):
            items = answer.part("items")
            for code, scale in SCALE_OF.items():
                value = items.between(code, scale.lowest, scale.highest)
                if value is not None:
                    written += 1
                    self._rows.add(
                        "survey_response",
                        **about,
                        respondent=f"{self._target_id}/{about['survey_id']}#{number}",
                        team_id=team_id_of(answer.text("group")),
                        scale=scale.name,
                        item=code,
                        value=value,
                    )
        return written

    def _groups(self, body: Fields, about: Mapping[str, object]) -> int:
        groups = body.parts("groups")
        for group in groups:
            self._rows.add(
                "survey_group",
                **about,
                team_id=team_id_of(group.text("group")),
                invited_count=group.number("invited"),
            )
        return len(groups)

    def _totals(self, body: Fields, about: Mapping[str, object]) -> int:
        written = 0
        columns = schema_of("survey_total").columns
        for total in body.parts("totals"):
            value, answered = total.text("value"), total.number("answered") or 0
            pattern = columns["value"].pattern
            is_number = bool(value and pattern and re.search(pattern, value))
            if not is_number or answered < FEWEST["survey"]:
                body.faults.append("a total has no value, or is of too few")
                continue
            written += 1
            self._rows.add(
                "survey_total",
                **about,
                team_id=team_id_of(total.text("group")),
                measure=total.text("measure"),
                value=float(value or 0),
                answered_count=answered,
            )
        return written
