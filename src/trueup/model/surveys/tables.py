"""The nouns of surveys: single answers, who was asked, results worked out elsewhere.

Nothing in them leads to a person: a respondent is a number that means nothing outside its survey,
and no answer in words has a column.
"""

from __future__ import annotations

import pyarrow as pa

from trueup.model.table import AT as _AT
from trueup.model.table import COUNT as _COUNT
from trueup.model.table import NAME as _NAME
from trueup.model.table import TEXT as _TEXT
from trueup.model.table import new_table as _table

SURVEY_RESPONSE = _table(
    "survey_response",
    "replace",
    ("respondent", "item"),
    survey_id=_NAME,
    asked_at=_AT,  # start of the day it was sent out
    respondent=_TEXT,  # pseudonym: place in the order of the answers themselves, one survey only
    team_id=_NAME,  # null where nobody says, or fewer than ten of it answered
    scale=_NAME,  # of model.surveys.scales
    item=_NAME,  # code of the question
    value=_COUNT,  # as ticked; reversed questions are turned when they are scored
)

SURVEY_GROUP = _table(
    "survey_group",
    "replace",
    (),
    survey_id=_NAME,
    asked_at=_AT,
    team_id=_NAME,  # null = everyone
    invited_count=_COUNT,
)

SURVEY_TOTAL = _table(
    "survey_total",
    "replace",
    (),
    survey_id=_NAME,
    asked_at=_AT,
    team_id=_NAME,  # null = everyone
    measure=_NAME,  # as the tool that worked it out calls it
    value=pa.float64(),  # in its own unit
    answered_count=_COUNT,  # ten at least
)

SURVEY_TABLES = (SURVEY_RESPONSE, SURVEY_GROUP, SURVEY_TOTAL)
