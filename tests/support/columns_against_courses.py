"""Compare the doses of many patients by columns with the course of each: not for every day.

    python -m tests.support.columns_against_courses [PATIENTS] [EVERY]

All patients go by columns; every so manieth of them is planned alone too, and dates and amounts
must be equal, bit for bit.
"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Mapping

from commands.line import say
from schedules.cohort.expand import expand, expand_alone
from schedules.cohort.screening import Screen, TableOrder
from schedules.cohort.table import PatientTable
from tests.schedules.cohort.patients import patients
from tests.support.planning import shelved

KINDS: Mapping[str, tuple[str, Mapping[str, str], Mapping[str, str]]] = {
    "by surface": ("rituximab-weekly", {}, {}),
    "by weight": ("azathioprine", {"step_length": "28 days"}, {"genotype": "normal"}),
    "dealt out": ("immunoglobulin-5-days", {}, {}),
    "banded": ("cyclophosphamide-euvas", {}, {}),
    "a taper with tablets": ("prednisolone-alternate-days", {}, {}),
    "by sex": ("immunoglobulin-mg-exacerbation-ontario", {}, {}),
    "mixed": ("plasma-exchange-twice-then-cyclophosphamide", {}, {}),
}


def main(count: int, every: int) -> int:
    """Return 1 if anything differs."""
    differing = 0
    for kind, (regimen, choices, more) in KINDS.items():
        order = TableOrder(regimen=regimen, made_on=dt.date(2026, 11, 20), choices=choices)
        screen = Screen(order, shelved(regimen))
        compared = rows = wrong = 0
        screened = screen.screen(PatientTable.of(patients(count, **more)))
        expanded = expand(screen, screened)
        doses = expanded.in_rows()
        ends = doses.count.cumsum()
        alone = {*expanded.alone.tolist()}
        for n in range(0, count, every):
            if n in alone:
                continue
            single = [
                (row.date.toordinal(), float(row.dose.amount.magnitude))
                for row in expand_alone(screen, screened.people, n).rows
            ]
            own = slice(int(ends[n] - doses.count[n]), int(ends[n]))
            by_columns = list(
                zip(doses.date[own].tolist(), doses.amount[own].tolist(), strict=True)
            )
            compared, rows = compared + 1, rows + len(single)
            wrong += by_columns != single
        differing += wrong
        say(
            f"{kind}: {len(doses.date):,} doses of {count:,} patients by columns, {len(alone):,} "
            f"alone; {compared:,} compared with their courses ({rows:,} doses): {wrong} differ"
        )
    return int(differing > 0)


if __name__ == "__main__":
    numbers = [int(text) for text in sys.argv[1:]]
    sys.exit(main(*(numbers or [10_000, 20])))
