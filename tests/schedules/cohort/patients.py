"""A made-up table of patients: ordinary ones, and those whom a rule treats otherwise."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Mapping

from schedules.cohort.table import PatientRow

FIRST = dt.date(2026, 11, 23)
_OTHERWISE: tuple[Mapping[str, str], ...] = (
    {"takes": "valproate; allopurinol"},
    {"conditions": "hepatitis B"},
    {"conditions": "oedema"},
    {"pregnant": "yes", "sex": "female"},
    {"results": "neutrophils 0.9 10^9/L 2026-11-18"},
    {"weight_on": "2026-11-19"},
    {"weight_on": "2026-09-01"},
    {"age": "", "born": "1961-12-24"},
    {"age": "9 years", "weight": "30 kg", "height": "135 cm"},
    {"age": "17 years"},
    {"age": "91 years"},
    {"weight": "154 lb", "height": "5.8 ft"},
    {"weight": "170 kg", "height": "165 cm"},
    {"weight": "230 kg", "height": "165 cm"},
    {"weight": "41 kg", "height": "176 cm"},
    {"weight": "19 kg", "height": "170 cm"},
    {"dry_weight": "50 kg", "weight": "70 kg"},
    {"amputations": "below knee left"},
    {"label": "Anna Schmidt 1961-12-24"},
    {"label": ""},
    {"first_day": "2027-12-24"},
    {"creatinine": "2.4 mg/dL"},
    {"creatinine": "310 umol/L"},
    {"breast_feeding": "yes", "sex": "female"},
    {"liver": "Child-Pugh B"},
    {"dialysis": "haemodialysis"},
)


def patients(count: int, **more: str) -> list[PatientRow]:
    """Return so many rows; every third patient is not an ordinary one."""
    chance = random.Random(11)  # noqa: S311 (nothing is kept secret by it)
    rows = []
    for number in range(count):
        sex = chance.choice(("male", "female"))
        metres = chance.gauss(1.76 if sex == "male" else 1.63, 0.07)
        index = min(36.0, max(18.0, chance.gauss(26, 4)))
        cells = {
            "label": f"{number:03}",
            "sex": sex,
            "age": f"{chance.randint(19, 88)} years",
            "height": f"{metres * 100:.0f} cm",
            "weight": f"{index * metres**2:.1f} kg",
            "creatinine": f"{chance.randint(45, 140)} umol/L",
            "first_day": str(FIRST + dt.timedelta(days=chance.randint(0, 39))),
            **more,
        }
        if number % 3 == 2:
            cells |= _OTHERWISE[number // 3 % len(_OTHERWISE)]
        rows.append(PatientRow(number + 2, cells))
    return rows
