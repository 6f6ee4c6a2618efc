"""A connection in one line of a command, and in lines of trueup.toml."""

from __future__ import annotations

import json
import shlex
import textwrap
from collections.abc import Mapping
from typing import Any

from trueup.collect.catalogue import find_source, source_names
from trueup.collect.proposing.proposals import unsaid
from trueup.collect.recorded import Server
from trueup.collect.running.connector import check_options
from trueup.config import Connection
from trueup.errors import ConfigError, try_one_of

_WIDTH = 98
_FIELDS = ("name", "url", "token", "user")
_EXAMPLE = '--connect "jira url=https://acme.atlassian.net targets=SHOP,WEB user=me@acme.org"'


def parse(words: str) -> Connection:
    """Read a connection as it is said on the command line: its source, then ``key=value`` each.

    Keys are those of ``[[connections]]``; any other is an option of the source. Targets are
    parted by commas.

    Raises
    ------
    ConfigError
        It is not said so, or there is no such source or option.
    """
    try:
        source, *pairs = shlex.split(words)
    except ValueError as error:
        raise ConfigError(
            f"--connect {words!r} cannot be read.", hint=f"Example: {_EXAMPLE}"
        ) from error
    if source not in ("git", *source_names()):
        raise ConfigError(
            f"There is no source called {source!r}.", hint=try_one_of(source_names(), source)
        )
    said: dict[str, str] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not value:
            raise ConfigError(f"--connect: {pair!r} says no value.", hint=f"Example: {_EXAMPLE}")
        said[key] = value
    targets = tuple(one for one in said.pop("targets", "").split(",") if one)
    fields = {key: said.pop(key) for key in _FIELDS if key in said}
    options = {key: _read(value) for key, value in said.items()}
    connection = Connection(source=source, targets=targets, options=options, **fields)
    if source != "git":
        check_options(find_source(source), connection)
    return connection


def _read(value: str) -> Any:
    """Return an option's value: true, a number or a table as JSON has them, else the text."""
    try:
        return json.loads(value)
    except ValueError:
        return value


def block(connection: Connection, because: str) -> str:
    """Return a connection as lines of trueup.toml; commented out while something must be said."""
    lines = ["[[connections]]", f"source = {_text(connection.source)}"]
    lines += [f"{key} = {_text(value)}" for key, value in _said(connection) if value]
    if connection.targets:
        lines.append(f"targets = [{', '.join(map(_text, connection.targets))}]")
    if connection.options:
        lines.append(f"options = {_table(connection.options)}")
    lines += _about_token(connection)
    missing = unsaid(connection)
    lines += [f"{key} = {_EMPTY[key]}" for key in missing]
    if missing:
        lines = [f"# {line}" for line in lines]
        because += f" To use it, say {' and '.join(missing)} and take the signs away."
    return "\n".join([*_comment(because), *lines]) + "\n"


def wants_user(server: Server) -> bool:
    """Say whether a server takes a user beside the token."""
    return "{basic}" in server.signing.form + server.signing.form_with_user


_EMPTY = {"url": '"https://..."', "targets": '["..."]'}


def _said(connection: Connection) -> list[tuple[str, str]]:
    return [("name", connection.name), ("url", connection.url), ("user", connection.user)]


def _about_token(connection: Connection) -> list[str]:
    if not connection.token:
        return []
    server = find_source(connection.source).server
    lines = []
    if server and wants_user(server) and not connection.user:
        lines.append('# user = "..."  # whose token it is, where the server asks for both')
    if server and server.rights:
        lines += _comment(f"Rights the token needs: {server.rights}.")
    return [*lines, f"token = {_text(connection.token)}  # where it is, never the token itself"]


def _comment(text: str) -> list[str]:
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent="# ",
        subsequent_indent="# ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _table(options: Mapping[str, Any]) -> str:
    inner = ", ".join(f"{_text(key)} = {_value(value)}" for key, value in options.items())
    return f"{{ {inner} }}"


def _value(value: Any) -> str:
    return _table(value) if isinstance(value, Mapping) else json.dumps(value, ensure_ascii=False)


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)  # a basic string of TOML is written like JSON's
