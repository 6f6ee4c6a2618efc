"""Storage by trial: one DuckDB file, Parquet under a manifest, Iceberg; same rows, same questions.

Run in an environment of its own: ``pip install duckdb numpy pyarrow "pyiceberg[sql-sqlite]"``, then
``python benchmarks/storage_trial.py``. Rows are made up, of the shape and number of a repository
of 36,000 commits. What was decided from it: docs/decisions/0002-storage.md.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

warnings.filterwarnings("ignore")
REPOSITORY = "github.com/astral-sh/uv"
SIZES = {
    "commit": 36_000,
    "commit_file": 58_000,
    "hunk": 346_000,
    "span": 800_000,
    "death": 300_000,
}
QUESTION = """
    select substr(commit_id, 24, 1) as slice, sum(line_count), count(distinct path)
    from {span} group by 1 order by 1"""

Rows = dict[str, pa.Table]


def rows(seed: int, share: float = 1.0) -> Rows:
    """Make the rows of one collection; a `share` of the full size."""
    chance = np.random.default_rng(seed)
    count = {name: int(size * share) for name, size in SIZES.items()}
    ids = [
        f"{REPOSITORY}:{hashlib.sha1(f'{seed}-{i}'.encode(), usedforsecurity=False).hexdigest()}"
        for i in range(count["commit"])
    ]
    paths = [f"crates/uv-{i % 97}/src/module_{i % 13}/file_{i}.rs" for i in range(6000)]

    def column(name: str, choices: list[str]) -> pa.Array:
        chosen = np.sort(chance.integers(0, len(choices), count[name])).astype(np.int32)
        return pa.DictionaryArray.from_arrays(pa.array(chosen), pa.array(choices))

    def whole(name: str, below: int) -> pa.Array:
        return pa.array(chance.integers(0, below, count[name]).astype(np.int64))

    made = {"commit": pa.table({"commit_id": ids, "at": whole("commit", 2**50)})}
    for name in ("commit_file", "hunk", "span", "death"):
        numbers = {f"number_{i}": whole(name, 4000) for i in range(3)}
        made[name] = pa.table(
            {"commit_id": column(name, ids), "path": column(name, paths)}
            | numbers
            | {"line_count": whole(name, 6)}
        )
    return made


class Candidate(Protocol):
    """A way to store rows so that a collection appears whole or not at all."""

    def publish(self, new: Rows) -> None:
        """Append the rows of one collection."""

    def ask(self, question: str) -> list[Any]:
        """Answer a question in SQL about what is published."""

    def counts(self) -> list[int]:
        """Count the rows of each table."""


class OneFile:
    """A DuckDB file; the writer works on a copy and renames it over the published one."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "warehouse.duckdb"
        self._copy = folder / "next.duckdb"

    def publish(self, new: Rows) -> None:
        """Append the rows of one collection."""
        for left in (self._copy, self._copy.with_suffix(".duckdb.wal")):
            left.unlink(missing_ok=True)  # a killed writer's log would be replayed into the copy
        if self._file.exists():
            shutil.copyfile(self._file, self._copy)
        with duckdb.connect(str(self._copy)) as database:
            for name, table in new.items():
                database.register("arriving", table)
                database.execute(f"create table if not exists {name} as from arriving limit 0")
                database.execute(f"insert into {name} from arriving")
                database.unregister("arriving")
            database.execute("checkpoint")
        _sync(self._copy)
        self._copy.replace(self._file)

    def ask(self, question: str) -> list[Any]:
        """Answer a question about what is published."""
        with duckdb.connect(str(self._file), read_only=True) as database:
            return database.execute(question.format(**{n: n for n in SIZES})).fetchall()

    def counts(self) -> list[int]:
        """Count the rows of each table."""
        each = ", ".join(f"(select count(*) from {name})" for name in SIZES)  # noqa: S608
        return list(self.ask(f"select {each}")[0])


class Segments:
    """Parquet files, named by a manifest that is replaced by one rename."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._manifest = folder / "manifest.json"

    def _files(self) -> dict[str, list[str]]:
        empty: dict[str, list[str]] = {name: [] for name in SIZES}
        return json.loads(self._manifest.read_bytes()) if self._manifest.exists() else empty

    def publish(self, new: Rows) -> None:
        """Append the rows of one collection."""
        files = self._files()
        for name, table in new.items():
            path = self._folder / f"{name}-{os.urandom(6).hex()}.parquet"
            pq.write_table(
                table,
                path,
                compression="zstd",
                row_group_size=131_072,
                dictionary_pagesize_limit=64 << 20,
            )
            _sync(path)
            files[name].append(str(path))
        unfinished = self._manifest.with_suffix(".part")
        unfinished.write_text(json.dumps(files))
        _sync(unfinished)
        unfinished.replace(self._manifest)

    def ask(self, question: str) -> list[Any]:
        """Answer a question about what is published."""
        files = self._files()
        sources = {name: f"read_parquet({files[name]!r})" for name in SIZES}
        with duckdb.connect() as database:
            return database.execute(question.format(**sources)).fetchall()

    def counts(self) -> list[int]:
        """Count the rows of each table."""
        files = self._files()
        return [sum(pq.read_metadata(path).num_rows for path in files[name]) for name in SIZES]


class Iceberg:
    """Iceberg tables in a catalog kept by SQLite; one commit for each table."""

    def __init__(self, folder: Path) -> None:
        from pyiceberg.catalog.sql import SqlCatalog

        uri = f"sqlite:///{folder}/catalog.db"
        self._catalog = SqlCatalog("trial", uri=uri, warehouse=f"file://{folder}")
        self._catalog.create_namespace_if_not_exists("code")

    def publish(self, new: Rows) -> None:
        """Append the rows of one collection."""
        for name, table in new.items():
            plain = table.cast(pa.schema([(f.name, _plain(f.type)) for f in table.schema]))
            held = self._catalog.create_table_if_not_exists(f"code.{name}", schema=plain.schema)
            held.append(plain)

    def ask(self, question: str) -> list[Any]:
        """Answer a question about what is published."""
        sources = {}
        for name in SIZES:
            tasks = self._catalog.load_table(f"code.{name}").scan().plan_files()
            paths = [task.file.file_path.removeprefix("file://") for task in tasks]
            sources[name] = f"read_parquet({paths!r})"
        with duckdb.connect() as database:
            return database.execute(question.format(**sources)).fetchall()

    def counts(self) -> list[int]:
        """Count the rows of each table."""
        return [self._catalog.load_table(f"code.{name}").scan().count() for name in SIZES]


CANDIDATES: dict[str, Callable[[Path], Candidate]] = {
    "one DuckDB file": OneFile,
    "Parquet + manifest": Segments,
    "Iceberg": Iceberg,
}


def _plain(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)


def _cpu() -> float:
    own = resource.getrusage(resource.RUSAGE_SELF)
    return own.ru_utime + own.ru_stime


def _timed(work: Callable[[], object]) -> float:
    before = _cpu()
    work()
    return _cpu() - before


def _size(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


def measure(name: str, folder: Path) -> None:
    """Print CPU seconds and sizes of one candidate, in a process of its own."""
    full, small = rows(0), [rows(seed, 0.003) for seed in range(1, 31)]
    store = CANDIDATES[name](folder)
    print(f"  full write            {_timed(lambda: store.publish(full)):8.2f} s CPU")
    print(f"  size                  {_size(folder):8.1f} MB")
    store.ask(QUESTION)
    print(f"  group-by              {min(_asking(store) for _ in range(3)):8.3f} s CPU")
    each = [_timed(lambda part=part: store.publish(part)) for part in small]
    print(f"  small write, first    {each[0]:8.3f} s CPU")
    print(f"  small write, 30th     {each[-1]:8.3f} s CPU")
    print(f"  group-by after 30     {min(_asking(store) for _ in range(3)):8.3f} s CPU")
    print(f"  size after 30         {_size(folder):8.1f} MB")


def _asking(store: Candidate) -> float:
    return _timed(lambda: store.ask(QUESTION))


def write_for_ever(name: str, folder: Path) -> None:
    """Append small collections until killed."""
    store = CANDIDATES[name](folder)
    seed = 0
    while True:
        seed += 1
        store.publish(rows(seed, 0.003))


def kill(name: str, folder: Path, times: int = 10) -> None:
    """Kill the writer at random instants; count the states that are no whole collection."""
    chance, halves, failures = random.Random(7), 0, 0
    CANDIDATES[name](folder).publish(rows(0, 0.003))
    unit = CANDIDATES[name](folder).counts()
    reader_errors = looks = 0
    for _ in range(times):
        writer = subprocess.Popen([sys.executable, __file__, "write_for_ever", name, str(folder)])
        until = time.monotonic() + 3.0 + chance.random()
        while time.monotonic() < until:
            looks += 1
            try:
                reader_errors += not _whole(CANDIDATES[name](folder).counts(), unit)
            except Exception:  # noqa: BLE001
                failures += 1
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        halves += not _whole(CANDIDATES[name](folder).counts(), unit)
    print(f"  kill -9               {halves:5d} of {times} leave half a collection")
    print(f"  reader beside writer  {reader_errors} half, {failures} refused of {looks} looks")


def _whole(counts: list[int], unit: list[int]) -> bool:
    return len({count / one for count, one in zip(counts, unit, strict=True)}) == 1


def main() -> None:
    """Run every trial and print the figures."""
    for name in CANDIDATES:
        print(name, flush=True)
        for part in ("measure", "kill"):
            with tempfile.TemporaryDirectory() as folder:
                subprocess.run([sys.executable, __file__, part, name, folder], check=True)
    for module in ("duckdb", "pyarrow.parquet", "pyiceberg.catalog.sql"):
        code = (
            f"import time; a = time.process_time(); import {module}; print(time.process_time() - a)"
        )
        took = [
            float(
                subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout
            )
            for _ in range(3)
        ]
        print(f"import {module:24s} {min(took):.3f} s CPU")


if __name__ == "__main__":
    if len(sys.argv) == 4:
        {"measure": measure, "kill": kill, "write_for_ever": write_for_ever}[sys.argv[1]](
            sys.argv[2], Path(sys.argv[3])
        )
    else:
        main()
