"""Reads a file of rows: CSV, TSV, Parquet or Arrow."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import pyarrow as pa

from trueup.errors import EstimateError

_COLUMNAR = {".parquet", ".pq"}
_ARROW = {".arrow", ".feather", ".ipc"}


def read_table(path: Path, text: Collection[str] = ()) -> pa.Table:
    """Return the rows of a file, types as it says or as they look.

    Parameters
    ----------
    path
        ``.parquet``, ``.arrow``/``.feather``, else text with a heading and one row a line,
        separated by commas, semicolons, tabs or bars; compressed or not.
    text
        Columns of a text file to leave as they are written: a unit called 007 is not 7.

    Raises
    ------
    EstimateError
        There is no such file, or it cannot be read as what its name says.
    """
    if not path.is_file():
        raise EstimateError(f"There is no file {path}.", hint="Name a CSV or Parquet file.")
    try:
        if path.suffix.lower() in _COLUMNAR:
            import pyarrow.parquet as pq

            return pq.ParquetFile(path).read()
        if path.suffix.lower() in _ARROW:
            import pyarrow.feather

            return pyarrow.feather.read_table(path)
        return _read_text(path, text)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        first = str(error).partition("\n")[0].rstrip(".")
        raise EstimateError(
            f"{path} cannot be read as a table: {first}.",
            hint="Give a CSV file in UTF-8 with a heading, or a Parquet file.",
        ) from error


def _read_text(path: Path, text: Collection[str]) -> pa.Table:
    from pyarrow import csv

    with pa.input_stream(path, compression="detect") as stream:
        heading = stream.read(1 << 16).decode("utf-8", errors="replace").partition("\n")[0]
    return csv.read_csv(
        path,
        parse_options=csv.ParseOptions(delimiter=_delimiter(heading), newlines_in_values=True),
        convert_options=csv.ConvertOptions(
            column_types=dict.fromkeys(text, pa.string()), strings_can_be_null=True
        ),
    )


def _delimiter(heading: str) -> str:
    """Return the separator the heading holds most of; a comma where it holds none."""
    return max(",;\t|", key=heading.count)
