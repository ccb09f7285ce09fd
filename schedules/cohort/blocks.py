"""A table in blocks of rows: each is written, then marked as done, so that a run can go on.

The doses of the blocks, one after the other, are those of the whole table; what is demanded is
counted in whole packs. So the bytes are the same in however many blocks.
"""

from __future__ import annotations

import concurrent.futures
import dataclasses
import hashlib
import io
import json
import os
import shutil
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path
from typing import TypeAlias

import numpy as np

from dosing.errors import refuse
from schedules.cohort.compute import Part, Work, compute
from schedules.cohort.table import PatientTable, TableFile
from schedules.cohort.texts import Lines, csv_text
from schedules.version import VERSION

_FINGERPRINT = "run.sha256"
_ARRAYS = ("numbers", "count", "date", "kind", "amount")
# The blocks that wait beside the one that each worker has in hand.
_WAITING = 2
Numbered: TypeAlias = tuple[int, PatientTable]
# Computes blocks in whatever order, and yields what each came to.
Runner: TypeAlias = Callable[[Work, Iterable[Numbered]], Iterator[tuple[int, Part]]]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TableJob:
    """What is computed of which patients."""

    file: TableFile
    dropped: Collection[int]
    work: Work

    @property
    def fingerprint(self) -> str:
        """Return the hash of all that the doses follow from."""
        order, library = self.work.order, self.work.library
        used = {
            name: one.sha256
            for regimen in self.work.regimens
            for name, one in library.knowledge_for(library.regimen(regimen)).items()
        }
        parts = [
            VERSION,
            repr(sorted(used.items())),
            repr(library.site.model_dump(mode="json")),
            repr(dataclasses.asdict(dataclasses.replace(order, acknowledgements=()))),
            repr([one.model_dump() for one in order.acknowledgements]),
            repr((self.work.between, self.work.packs)),
            self.file.sha256,
            repr(sorted(self.dropped)),
        ]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


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


def here(work: Work, blocks: Iterable[Numbered]) -> Iterator[tuple[int, Part]]:
    """Compute one block after the other."""
    for number, table in blocks:
        yield number, compute(work, table)


def in_processes(workers: int) -> Runner:
    """Return what computes so many blocks at a time, each in a process of its own."""

    def run(work: Work, blocks: Iterable[Numbered]) -> Iterator[tuple[int, Part]]:
        pool = concurrent.futures.ProcessPoolExecutor(workers, initializer=_keep, initargs=(work,))
        with pool:
            running: dict[concurrent.futures.Future[Part], int] = {}
            try:
                for number, table in blocks:
                    running[pool.submit(_compute_kept, table)] = number
                    if len(running) >= _WAITING * workers:
                        yield from _finished(running)
                while running:
                    yield from _finished(running)
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise

    return run


def _finished(
    running: dict[concurrent.futures.Future[Part], int],
) -> Iterator[tuple[int, Part]]:
    done, _ = concurrent.futures.wait(running, return_when=concurrent.futures.FIRST_COMPLETED)
    for future in done:
        yield running.pop(future), future.result()


_kept: list[Work] = []


def _keep(work: Work) -> None:
    """Keep the work in a process, so that it is not sent with each block."""
    _kept[:] = [work]


def _compute_kept(table: PatientTable) -> Part:
    return compute(_kept[0], table)


class BlockFolder:
    """The folder of the blocks of one run; what another run left in it is not used."""

    def __init__(self, folder: Path, job: TableJob, blocks: int) -> None:
        """Open the folder, and empty it where it is of another table, regimen or number."""
        self.folder, self._job = folder, job
        each, more = divmod(job.file.rows, blocks)
        self._sizes = [each + (n < more) for n in range(blocks)]
        mark = f"{job.fingerprint} {blocks}"
        kept = folder / _FINGERPRINT
        if not kept.is_file() or kept.read_text(encoding="utf-8") != mark:
            if folder.exists() and not kept.is_file():
                why = "is there and is not of a run of this command"
                refuse("blocks", str(folder), why=why, accepted="move it away")
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            kept.write_text(mark, encoding="utf-8")

    def run(self, runner: Runner, progress: Callable[[int], None]) -> Whole:
        """Compute what is not done yet, and return what all blocks come to."""
        done = sum(self._done(n).is_file() for n in range(len(self._sizes)))
        progress(done)
        for number, part in runner(self._job.work, self._waiting()):
            self._write(number, part)
            done += 1
            progress(done)
        whole = Whole()
        for number in range(len(self._sizes)):
            content = json.loads(self._file(number).with_suffix(".json").read_text("utf-8"))
            for name, packs, doses in content["packs"]:
                whole.packs[tuple(name)] += packs
                whole.doses[tuple(name)] += doses
            for level, code, count in content["codes"]:
                whole.codes[level, code] += count
            whole.bad += content["bad"]
            whole.patients += content["patients"]
            whole.alone += content["alone"]
            whole.kept_back += content["kept_back"]
        return whole

    def lines(self) -> Iterator[Lines]:
        """Yield the doses of each block, in the order of the table."""
        for number in range(len(self._sizes)):
            texts = json.loads(self._file(number).with_suffix(".texts.json").read_text("utf-8"))
            with np.load(self._file(number).with_suffix(".npz")) as arrays:
                yield Lines(**texts, **{name: arrays[name] for name in _ARRAYS})

    def findings(self) -> Iterator[bytes]:
        """Yield the findings of each block, in the order of the table."""
        for number in range(len(self._sizes)):
            yield self._file(number).with_suffix(".findings.csv").read_bytes()

    def remove(self) -> None:
        """Remove the folder, once its content is published."""
        shutil.rmtree(self.folder)

    def _waiting(self) -> Iterator[Numbered]:
        for number, table in enumerate(self._job.file.tables(self._sizes, self._job.dropped)):
            if not self._done(number).is_file():
                yield number, table

    def _file(self, number: int) -> Path:
        return self.folder / f"part-{number}"

    def _done(self, number: int) -> Path:
        return self._file(number).with_suffix(".done")

    def _write(self, number: int, part: Part) -> None:
        """Write a block, and only then that it is done."""
        file, lines = self._file(number), part.lines
        rest = {
            "packs": [line for packs in part.packs for line in packs.lines()],
            **{
                name: getattr(part, name)
                for name in ("codes", "bad", "patients", "alone", "kept_back")
            },
        }
        arrays, texts = io.BytesIO(), {"labels": lines.labels, "kinds": lines.kinds}
        np.savez(arrays, **{name: getattr(lines, name) for name in _ARRAYS})
        _write_whole(file.with_suffix(".npz"), arrays.getbuffer())
        _write_whole(file.with_suffix(".texts.json"), json.dumps(texts).encode())
        _write_whole(file.with_suffix(".findings.csv"), csv_text(part.findings).encode())
        _write_whole(file.with_suffix(".json"), json.dumps(rest).encode())
        _write_whole(self._done(number), b"")


def _write_whole(path: Path, content: bytes | memoryview) -> None:
    part = path.with_name(f"{path.name}.new")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
