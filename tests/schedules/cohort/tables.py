"""A made-up table of patients as a file, and what is computed of it."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

from schedules.cohort.blocks import TableJob
from schedules.cohort.compute import Work
from schedules.cohort.doses import DaysWritten
from schedules.cohort.screening import TableOrder
from schedules.cohort.table import TableFile
from tests.schedules.cohort.patients import patients
from tests.support.planning import shelved


def job_of(folder: Path, count: int, regimen: str = "rituximab-weekly") -> TableJob:
    path = folder / "patients.csv"
    rows = [row.cells for row in patients(count)]
    heads = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, heads, restval="")
        writer.writeheader()
        writer.writerows(rows)
    order = TableOrder(regimen=regimen, made_on=dt.date(2026, 11, 20))
    work = Work(order=order, library=shelved(regimen), between=DaysWritten(), packs=True)
    return TableJob(file=TableFile(path), dropped=frozenset(), work=work)
