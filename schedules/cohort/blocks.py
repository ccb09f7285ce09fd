"""A table in blocks of rows: each is written, then marked as done, so that a run can go on.

The doses of the blocks, one after the other, are those of the whole table; what is demanded is
counted in whole packs. So the bytes are the same in however many blocks.
"""

from __future__ import annotations

import concurrent.futures
import dataclasses
import hashlib
import json
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from dosing.errors import refuse
from schedules.cohort.expand import expand
from schedules.cohort.screening import Screen, TableOrder
from schedules.cohort.table import PatientRow
from schedules.cohort.texts import DaysWritten, Writer
from schedules.knowledge.library import Library
from schedules.version import VERSION

_FINGERPRINT = "run.sha256"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TableJob:
    """What is computed of a table, by which regimen, and for which days."""

    rows: Sequence[PatientRow]
    order: TableOrder
    library: Library
    between: DaysWritten

    @property
    def fingerprint(self) -> str:
        """Return the hash of all that the doses follow from."""
        order = dataclasses.asdict(
            dataclasses.replace(self.order, acknowledgements=()),
        )
        regimen = self.library.regimen(self.order.regimen)
        used = self.library.knowledge_for(regimen)
        parts = [
            VERSION,
            repr(sorted((name, one.sha256) for name, one in used.items())),
            repr(self.library.site.model_dump(mode="json")),
            repr(order),
            repr([one.model_dump() for one in self.order.acknowledgements]),
            repr(self.between),
            *(f"{row.number} {sorted(row.cells.items())}" for row in self.rows),
        ]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What a block came to: where its lines are, and what is counted in it."""

    doses: str
    findings: str
    packs: list[tuple[list[str], int, int]]
    codes: list[tuple[str, str, int]]
    bad: list[tuple[int, list[str]]]
    patients: int
    alone: int
    kept_back: int


@dataclasses.dataclass(slots=True)
class Whole:
    """What all blocks come to together."""

    packs: Counter[tuple[str, ...]] = dataclasses.field(default_factory=Counter)
    doses: Counter[tuple[str, ...]] = dataclasses.field(default_factory=Counter)
    codes: Counter[tuple[str, str]] = dataclasses.field(default_factory=Counter)
    bad: list[tuple[int, list[str]]] = dataclasses.field(default_factory=list)
    patients: int = 0
    alone: int = 0
    kept_back: int = 0

    def add(self, part: Part) -> None:
        """Add what one block came to."""
        for name, packs, doses in part.packs:
            self.packs[tuple(name)] += packs
            self.doses[tuple(name)] += doses
        for level, code, count in part.codes:
            self.codes[level, code] += count
        self.bad += part.bad
        self.patients += part.patients
        self.alone += part.alone
        self.kept_back += part.kept_back


def compute(job: TableJob, rows: Sequence[PatientRow]) -> Part:
    """Compute a block of rows; of a row in which anything is wrong, only what it is."""
    screen = Screen(job.order, job.library)
    screened = screen.screen(rows)
    writer = Writer(job.library, job.between, (one.code for one in job.order.acknowledgements))
    bad = [(one.number, [str(problem) for problem in one.problems]) for one in screened.bad]
    people = [] if bad else expand(screen, screened.classes, screened.alone)
    doses, findings = writer.doses_of(people), writer.findings_of(people)
    return Part(
        doses=doses,
        findings=findings,
        packs=[(list(key), writer.demand[key], count) for key, count in writer.doses.items()],
        codes=[(level, code, count) for (level, code), count in writer.codes.items()],
        bad=bad,
        patients=len(people),
        alone=sum(one.alone for one in people),
        kept_back=writer.kept_back,
    )


class BlockFolder:
    """The folder of the blocks of one run; what another run left in it is not used."""

    def __init__(self, folder: Path, job: TableJob, blocks: int) -> None:
        """Open the folder, and empty it where it is of another table, regimen or number."""
        self.folder, self._job = folder, job
        each, more = divmod(len(job.rows), blocks)
        ends = [n * each + min(n, more) for n in range(blocks + 1)]
        self._ranges = list(pairwise(ends))
        mark = f"{job.fingerprint} {blocks}"
        kept = folder / _FINGERPRINT
        if not kept.is_file() or kept.read_text(encoding="utf-8") != mark:
            if folder.exists() and not kept.is_file():
                why = "is there and is not of a run of this command"
                refuse("blocks", str(folder), why=why, accepted="move it away")
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            kept.write_text(mark, encoding="utf-8")

    def run(self, workers: int, progress: Callable[[int], None]) -> Whole:
        """Compute what is not done yet, and return what all blocks come to."""
        waiting = [n for n in range(len(self._ranges)) if not self._done(n).is_file()]
        done = len(self._ranges) - len(waiting)
        progress(done)
        for count, _ in enumerate(self._compute(waiting, workers), done + 1):
            progress(count)
        whole = Whole()
        for number in range(len(self._ranges)):
            content = json.loads(self._file(number).with_suffix(".json").read_text("utf-8"))
            whole.add(Part(doses="", findings="", **content))
        return whole

    def lines(self, kind: str) -> Iterator[bytes]:
        """Yield the doses or the findings of each block, in the order of the table."""
        for number in range(len(self._ranges)):
            yield self._file(number).with_suffix(f".{kind}.csv").read_bytes()

    def remove(self) -> None:
        """Remove the folder, once its content is published."""
        shutil.rmtree(self.folder)

    def _compute(self, waiting: Sequence[int], workers: int) -> Iterator[int]:
        if workers == 1:
            for number in waiting:
                self._write(number, compute(self._job, self._rows(number)))
                yield number
            return
        with concurrent.futures.ProcessPoolExecutor(workers) as pool:
            running = {pool.submit(compute, self._job, self._rows(n)): n for n in waiting}
            try:
                for future in concurrent.futures.as_completed(running):
                    self._write(running[future], future.result())
                    yield running[future]
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    def _rows(self, number: int) -> Sequence[PatientRow]:
        first, end = self._ranges[number]
        return self._job.rows[first:end]

    def _file(self, number: int) -> Path:
        return self.folder / f"part-{number}"

    def _done(self, number: int) -> Path:
        return self._file(number).with_suffix(".done")

    def _write(self, number: int, part: Part) -> None:
        """Write a block, and only then that it is done."""
        content = dataclasses.asdict(part)
        for kind in ("doses", "findings"):
            _write_whole(self._file(number).with_suffix(f".{kind}.csv"), content.pop(kind))
        _write_whole(self._file(number).with_suffix(".json"), json.dumps(content))
        _write_whole(self._done(number), "")


def _write_whole(path: Path, text: str) -> None:
    part = path.with_name(f"{path.name}.new")
    with part.open("w", encoding="utf-8", newline="") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
