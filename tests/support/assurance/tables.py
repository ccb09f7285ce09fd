"""Compares the patients of tables, who are planned in classes, with the course of each.

The patients of a table differ in few words and in many numbers, most of which lie on a limit of
the regimen, of its drugs or of the site, or beside one: there a class could take in too many.
"""

from __future__ import annotations

import copy
import datetime as dt
import math
import random
from collections.abc import Iterator, Mapping

from dosing.errors import InputError
from schedules.cohort.cells import INDEXED, Cells
from schedules.cohort.doses import Doses
from schedules.cohort.expand import expand, expand_alone
from schedules.cohort.screening import Screen, TableOrder
from schedules.cohort.table import PatientRow, PatientTable
from schedules.knowledge.library import Library
from tests.support.assurance.tally import Tally
from tests.support.places import ROOT
from tests.support.planning import shelved

ROWS = 60
_KIND = "patients of a table: doses, dates and findings"
_CONDITIONS = ("", "", "none", "hepatitis B", "heart failure", "liver disease")
_MEDICINES = ("", "", "none", "valproate", "allopurinol")
_RULES = ("stay", "earlier", "later")
_NUMBERS = ("age", "weight", "height", "clearance", INDEXED)
# What differs from one patient to another, or sends everybody the slow way.
_OWN = {"label", "sex", "age", "born", "weight", "height", "creatinine", "clearance"}
_OWN |= {"clearance_by", "results", "vaccinations", "earlier"}


def compare(count: int, seed: int) -> Tally:
    """Compare so many patients, a table of each regimen after the other; the parts share them."""
    tally, chance = Tally(), random.Random(seed)
    regimens = sorted(path.stem for path in (ROOT / "regimens").glob("*.yaml"))
    tables = max(1, count // ROWS)
    for number in range(tables):
        regimen = regimens[((seed - 1) * tables + number) % len(regimens)]
        _one_table(regimen, min(ROWS, count), chance, tally)
    return tally


def _one_table(regimen: str, count: int, chance: random.Random, tally: Tally) -> None:
    library = _closing(shelved(regimen), chance.choice(_RULES))
    example = library.regimen(regimen).examples[0]
    made_on = example.start - dt.timedelta(days=5)
    order = TableOrder(regimen=regimen, made_on=made_on, choices=example.choose)
    screen, cells = Screen(order, library), _people(regimen, library, chance)
    rows = [PatientRow(number, next(cells)) for number in range(2, count + 2)]
    doses = expand(screen, screened := screen.screen(PatientTable.of(rows)))
    refused = {row.number - 2 for row in screened.bad}
    for n, row in enumerate(rows):
        try:
            course = expand_alone(screen, screened.people, n)
        except InputError:
            tally.note(_KIND, None if n in refused else True, (regimen, row.cells))
            continue
        found = {(finding.level, finding.code) for finding in course.findings}
        alike = n not in refused and found == doses.found.of(n)
        if not any(level == "STOP" for level, _ in found):
            laid = [(row.date.toordinal(), float(row.dose.amount.magnitude)) for row in course.rows]
            alike = alike and laid == _laid(doses, n)
        tally.note(_KIND, not alike, (regimen, row.cells))


def _closing(library: Library, rule: str) -> Library:
    """Return a library whose site moves what falls on a closed day by a rule."""
    closed = library.site.closed.model_copy(update={"rule": rule})
    other = copy.copy(library)
    other.site = library.site.model_copy(update={"closed": closed})
    return other


def _laid(doses: Doses, n: int) -> list[tuple[int, float]]:
    rows = doses.in_rows()
    end = int(rows.count[: n + 1].sum())
    own = slice(end - int(rows.count[n]), end)
    return list(zip(rows.date[own].tolist(), rows.amount[own].tolist(), strict=True))


def _people(regimen: str, library: Library, chance: random.Random) -> Iterator[dict[str, str]]:
    """Yield patients with the words of the worked example, and others of their own table."""
    whole = library.regimen(regimen)
    example = whole.examples[0]
    # Also the limits of companions that are not given: no class is split by those.
    begins = Cells.of([whole, *map(library.drug, whole.drugs), library.site]).begins
    edges = {name: [float(number) for number in begins[name] if number > 0] for name in _NUMBERS}
    words = {name: text for name, text in example.patient.items() if name not in _OWN}
    words.setdefault("conditions", chance.choice(_CONDITIONS))
    words.setdefault("takes", chance.choice(_MEDICINES))
    number, child = 0, chance.random() < 0.2
    while True:
        number += 1
        yield {**words, "label": f"{number}", **_measured(edges, child, chance)} | {
            "first_day": str(example.start + dt.timedelta(days=chance.choice((0, 0, 3, 30))))
        }


def _measured(
    edges: Mapping[str, list[float]], child: bool, chance: random.Random
) -> dict[str, str]:
    sex = chance.choice(("male", "female"))
    age = chance.uniform(1, 17) if child else chance.uniform(18, 95)
    cm = chance.uniform(75, 160) if child else chance.gauss(172, 14)
    kg = chance.uniform(13, 24 if child else 42) * (cm / 100) ** 2
    if chance.random() < 0.2:
        age = _on_an_edge([one for one in edges["age"] if child == (1 <= one < 18)], age, chance)
    if chance.random() < 0.2:
        kg = _on_an_edge([one for one in edges["weight"] if one > 10], kg, chance)
    if chance.random() < 0.2:
        cm = _on_an_edge([one for one in edges["height"] if one > 75], cm, chance)
    ml_per_min = chance.uniform(5, 120)
    if chance.random() < 0.7:
        limits = [*edges["clearance"], *edges[INDEXED]]
        ml_per_min = _on_an_edge([one for one in limits if 5 < one < 150], ml_per_min, chance)
    # By Cockcroft and Gault, or by bedside Schwartz; of every second patient for 1.73 m2.
    times = 0.413 * cm if child else (140 - min(age, 120)) * kg / 72
    if not child and chance.random() < 0.5:
        times *= 1.73 / math.sqrt(cm * kg / 3600)
    if not child and sex == "female":
        times *= 0.85
    return {
        "sex": sex,
        "age": f"{age:.6f} years",
        "weight": f"{kg:.2f} kg",
        "height": f"{cm:.1f} cm",
        "creatinine": f"{times / ml_per_min:.5f} mg/dL" if chance.random() < 0.9 else "",
    }


def _on_an_edge(edges: list[float], otherwise: float, chance: random.Random) -> float:
    """Return a number on an edge, or beside one; another where there is none."""
    beside = chance.choice((1, 1, 0.99999, 1.00001, 0.97, 1.03))
    return chance.choice(edges) * beside if edges else otherwise
