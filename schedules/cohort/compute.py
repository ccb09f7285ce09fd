"""What is computed of a batch of patients, whatever process it is computed in."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator, Sequence

import numpy as np

from dosing.errors import InputError, refuse
from schedules.cohort.doses import DaysWritten, Doses
from schedules.cohort.expand import expand
from schedules.cohort.packs_by_day import PacksByDay, count_packs
from schedules.cohort.screening import Screen, TableOrder
from schedules.cohort.table import REGIMEN, CellColumn, PatientTable
from schedules.cohort.texts import Finding, Lines, findings_of, lines_of
from schedules.knowledge.library import Library

# What stands for the regimen where each row names its own.
BY_ROW = "column"


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What is computed of every patient of a table, and with what."""

    order: TableOrder
    library: Library
    between: DaysWritten
    packs: bool
    # By what the rows name: what is planned for a class in one block holds in the next.
    _screens: dict[str, Screen] = dataclasses.field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @property
    def regimens(self) -> Sequence[str]:
        """Return the regimens that may be used."""
        own = self.order.regimen
        return sorted(self.library.regimens) if own == BY_ROW else [own]

    def screen(self, named: str) -> Screen:
        """Return what classes the patients whose rows name a regimen, the same for every block.

        Raises:
            InputError: if the regimen or a choice is none.
        """
        if named not in self._screens:
            order = dataclasses.replace(self.order, regimen=_regimen(self.order.regimen, named))
            self._screens[named] = Screen(order, self.library)
        return self._screens[named]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What a batch came to."""

    lines: Lines
    findings: Sequence[Finding]
    packs: Sequence[PacksByDay]
    codes: Sequence[tuple[str, str, int]]
    bad: Sequence[tuple[int, Sequence[str]]]
    patients: int
    alone: int
    kept_back: int


def compute(work: Work, table: PatientTable) -> Part:
    """Compute a batch; where anything is wrong in a row, only what is wrong in all of them."""
    parts, bad = [], list[tuple[int, Sequence[str]]]()
    for named, own in _by_regimen(table):
        try:
            screen = work.screen(named)
        except InputError as error:
            bad += [(int(number), list(map(str, error.problems))) for number in own.numbers]
            continue
        screened = screen.screen(own)
        bad += [(one.number, list(map(str, one.problems))) for one in screened.bad]
        if not bad:
            parts.append(_part(work, expand(screen, screened)))
    return _together([] if bad else parts, sorted(bad))


def _by_regimen(table: PatientTable) -> Iterator[tuple[str, PatientTable]]:
    """Yield the patients by the regimen that their rows name, which may be none."""
    column = table.columns.get(REGIMEN, CellColumn([""], np.zeros(len(table), dtype=np.intp)))
    for n, text in enumerate(column.texts):
        if (own := column.which == n).any():
            yield text, table.picked(own)


def _regimen(of_all: str, named: str) -> str:
    """Return the regimen of a row: the one that it names, or the one of all."""
    if of_all == BY_ROW:
        if not named:
            refuse("regimen", "", why="is missing", write="the name of a regimen in each row")
        return named
    if named not in ("", of_all):
        accepted = f"write {of_all}, or --regimen {BY_ROW}"
        refuse("regimen", named, why="is another one than that of all", accepted=accepted)
    return of_all


def _part(work: Work, doses: Doses) -> Part:
    accepted = {one.code for one in work.order.acknowledgements}
    kept_back = doses.found.any_of(
        lambda level, code: level == "STOP" or (level == "WARN" and code not in accepted)
    )
    codes = [(*code, int(rows.sum())) for code, rows in doses.found.rows.items()]
    doses = doses.of(~kept_back)
    return Part(
        lines=lines_of(doses, work.between),
        findings=list(findings_of(doses)),
        packs=[count_packs(doses, work.between, work.library)] if work.packs else [],
        codes=[one for one in codes if one[-1]],
        bad=[],
        patients=len(doses.people.table),
        alone=len(doses.alone),
        kept_back=int(kept_back.sum()),
    )


def _together(parts: Sequence[Part], bad: Sequence[tuple[int, Sequence[str]]]) -> Part:
    return Part(
        lines=Lines.in_order([part.lines for part in parts]),
        findings=sorted(itertools.chain.from_iterable(part.findings for part in parts)),
        packs=list(itertools.chain.from_iterable(part.packs for part in parts)),
        codes=list(itertools.chain.from_iterable(part.codes for part in parts)),
        bad=bad,
        patients=sum(part.patients for part in parts),
        alone=sum(part.alone for part in parts),
        kept_back=sum(part.kept_back for part in parts),
    )
