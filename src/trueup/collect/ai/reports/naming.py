"""Names: of teams and users as an operator gives them, of currencies as reports write them."""

from __future__ import annotations

from collections.abc import Mapping

from trueup.collect.ai.reports.counts import Counts
from trueup.collect.fields import Unreadable
from trueup.collect.gathering import Rows

_CODE = 3


def currency_of(body: Counts, name: str) -> str:
    """Return the code of a currency in capitals.

    Raises
    ------
    Unreadable
        There is none.
    """
    code = (body.text(name) or "").upper()
    if len(code) != _CODE or not code.isalpha() or not code.isascii():
        raise Unreadable("its amount is in no currency")
    return code


class Teams:
    """Gives ids to teams that an operator named, and remembers each for the table of teams.

    Parameters
    ----------
    names
        Names of teams by what a vendor calls theirs, in lower case.
    """

    def __init__(self, target_id: str, names: Mapping[str, str], rows: Rows) -> None:
        self._lead = target_id
        self._rows = rows
        self._names = names
        self._added: set[str] = set()

    def of(self, *theirs: str | None, own: str | None = None) -> str | None:
        """Return the team that any of these words names, adding it; None where none does.

        Parameters
        ----------
        own
            What a vendor itself calls a team, where what it has are teams.
        """
        found = (self._names.get((word or "").strip().lower()) for word in theirs)
        name = next((name for name in found if name), None) or (own or "").strip()
        if not name:
            return None
        team_id = f"{self._lead}/team/{name.strip().casefold()}"
        if team_id not in self._added:
            self._added.add(team_id)
            self._rows.add("team", team_id=team_id, name=name.strip(), evidence="file")
        return team_id
