"""The page of a run: what was compared, what differs, and how to run it again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from schedules.version import VERSION
from tests.support.assurance.proofs import Proof
from tests.support.assurance.tally import Tally
from tests.support.places import ROOT

PAGE = ROOT / "docs" / "assurance.md"
_AGAINST = {
    "scalars": "fractions of `dosing/calculation/second.py`; rounded the same, else to 10^-12",
    "columns": "the same fractions, row by row from the text of the cells",
    "bands": "the same fractions; every end of a band is among the doses",
    "packs": "a table of all totals, made coin by coin",
    "infusions": "fractions of `dosing/infusion/second.py`, every step, to 10^-9",
    "formulas": "50 digits of decimal arithmetic, to 10^-12",
    "dates": "the solver of `dosebench/`, which imports nothing of the program",
    "tables": "the course of each patient alone; most lie on a limit or beside one",
}


def page(found: Mapping[str, Tally], seconds: float, proofs: Iterable[Proof]) -> str:
    """Return the text of docs/assurance.md."""
    compared = sum(tally.compared.total() for tally in found.values())
    different = [asked for tally in found.values() for asked in tally.different]
    numbers = found["dates"].compared.total()
    return "\n".join(
        (
            "# Assurance",
            "",
            f"Made by `make assurance`, with Posology {VERSION}. Do not edit it: run it again.",
            "",
            f"**{len(different)} differences in {compared:,} comparisons**, {numbers:,} of them",
            "the dates of whole plans,",
            f"in {seconds / 60:.0f} minutes of processor time.",
            "",
            "| what | compared | stopped or not given | differences |",
            "| --- | --- | --- | --- |",
            *_rows(found),
            "",
            "## Against what",
            "",
            *(f"- {name}: {against}" for name, against in _AGAINST.items()),
            "",
            *(f"- differs: {asked}" for asked in different),
            "## What else is proved, and by which command",
            "",
            "| proof | figure | command |",
            "| --- | --- | --- |",
            *map(str, proofs),
            "",
        )
    )


def _rows(found: Mapping[str, Tally]) -> Iterator[str]:
    for tally in found.values():
        for kind in sorted(tally.compared | tally.without):
            wrong = "see below" if tally.different else "0"
            yield f"| {kind} | {tally.compared[kind]:,} | {tally.without[kind]:,} | {wrong} |"
