"""The files of a table: the doses of its blocks go through them, and are never held together."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from schedules.cohort.blocks import BlockFolder, Whole
from schedules.cohort.parquet import ParquetFile
from schedules.cohort.texts import DOSES_HEAD, FINDINGS_HEAD, Lines, csv_text, demand_text
from schedules.outputs.formats import write_all

# Those of so many patients are written at a time, in whatever blocks they were computed.
_PATIENTS = 100_000


def publish(
    parts: BlockFolder, whole: Whole, *, out: Path, findings: Path, demand: Path | None
) -> str:
    """Write the files, all or none, and return the hash of the doses.

    Raises:
        InputError: naming every file that cannot be written.
    """
    write_doses = _write_parquet if out.suffix == ".parquet" else _write_csv
    hashes: list[str] = []

    def doses(path: Path) -> None:
        write_doses(path, _evenly(parts.lines()))
        with path.open("rb") as file:
            hashes.append(hashlib.file_digest(file, "sha256").hexdigest())

    def found(path: Path) -> None:
        with path.open("wb") as file:
            file.write(csv_text([FINDINGS_HEAD]).encode())
            file.writelines(parts.findings())

    files: list[tuple[Path, bytes | Callable[[Path], None]]] = [(out, doses), (findings, found)]
    if demand is not None:
        files.append((demand, demand_text(whole.packs, whole.doses).encode()))
    write_all(files)
    return hashes[0]


def _evenly(blocks: Iterable[Lines]) -> Iterator[Lines]:
    """Yield the doses of so many patients at a time, so that no block shows in a file."""
    left = Lines.in_order([])
    for lines in blocks:
        left = Lines.in_order([left, lines])
        while len(left.numbers) >= _PATIENTS:
            yield left.picked(0, _PATIENTS)
            left = left.picked(_PATIENTS, len(left.numbers))
    yield left


def _write_csv(path: Path, some: Iterable[Lines]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(csv_text([DOSES_HEAD]))
        for lines in some:
            file.writelines(lines.csv())


def _write_parquet(path: Path, some: Iterable[Lines]) -> None:
    with ParquetFile(path) as file:
        for lines in some:
            file.write(lines.columns())
