"""The patients of ``patients.yaml`` and ``catalogue.csv``, and what a pharmacist expects of each.

A row of ``catalogue.csv`` is the patient of the first worked example of its regimen with the facts
that it names. ``level`` is that of the finding, or ``never`` (no finding of this kind), or ``none``
(all questions asked, and no WARN and no STOP). What is expected was written from the fact sheets on
safety and their second readings, never from the program; where the program said something else,
the sheets decided.
"""

from __future__ import annotations

import copy
import csv
import dataclasses
import functools
from collections.abc import Iterable, Iterator
from typing import Any

from ruamel.yaml import YAML

from dosing.trace import Finding
from schedules.knowledge.library import Library
from schedules.knowledge.regimen import Regimen
from schedules.plans.patient_entry import PATIENT_FIELDS
from tests.patients.asked import ASKED, NOT_PREGNANT
from tests.support.places import TESTS
from tests.support.planning import whole_library

START = "2026-11-30"
LATELY = "2026-11-28"
_SEVERAL = {field.option: field.name for field in PATIENT_FIELDS if field.kind == "several"}
_NAMES = {field.option: field.name for field in PATIENT_FIELDS}
_OF_WOMEN = {"pregnant", "could_become_pregnant", "breast_feeding"}


@dataclasses.dataclass(frozen=True)
class Case:
    """A patient, a regimen, and what must be told, or must not."""

    who: str
    regimen: Regimen
    choices: dict[str, str]
    patient: dict[str, Any]
    level: str
    code: str
    words: tuple[str, ...]
    source: str

    @property
    def library(self) -> Library:
        """Return the library at a site of the jurisdiction that the regimen is for."""
        library = copy.copy(whole_library())
        if self.regimen.jurisdiction:
            here = {"jurisdiction": [self.regimen.jurisdiction]}
            library.site = library.site.model_copy(update=here)
        return library

    def missed_in(self, findings: Iterable[Finding | dict[str, Any]]) -> str:
        """Return what is wrong with the findings that a door shows, or nothing."""
        told = [_told(one) for one in findings]
        if self.level == "none":
            wrong = [(level, text) for level, _, text, _ in told if level != "NOTE"]
            return f"{self.who}: {wrong}" if wrong else ""
        own = [one for one in told if one[1].startswith(self.code)]
        if self.level == "never":
            return f"{self.who}: {own}" if own else ""
        fitting = [
            one
            for one in own
            if one[0] == self.level
            and all(word in one[2] for word in self.words)
            and self.source in one[3]
        ]
        return "" if fitting else f"{self.who}: {self.level} {self.code}: {own}"


def _told(finding: Finding | dict[str, Any]) -> tuple[str, str, str, str]:
    if isinstance(finding, Finding):
        texts = (finding.level, finding.code, finding.text, str(finding.source))
    else:
        texts = (finding["level"], finding["code"], finding["text"], str(finding["source"]))
    level, code, text, source = (text.replace("\u00a0", " ") for text in texts)
    return level, code, text, source


@functools.cache
def catalogue() -> list[Case]:
    """Return every patient."""
    return [*_of_the_yaml(), *_of_the_table()]


def _of_the_yaml() -> Iterator[Case]:
    text = (TESTS / "patients" / "patients.yaml").read_text(encoding="utf-8")
    for one in YAML(typ="safe").load(text):
        female = one["patient"]["sex"] == "female"
        asked = {**ASKED, **(NOT_PREGNANT if female else {})} if "no_warn" in one else {}
        yield Case(
            who=one["who"],
            regimen=whole_library().regimen(one["regimen"]),
            choices=one.get("choose", {}),
            patient={"label": "ward-7", **asked, **_as_text(one["patient"])},
            level="none" if "no_warn" in one else "never" if "never" in one else one["level"],
            code=one.get("never", one.get("code", "")),
            words=tuple(one.get("words", ())),
            source=one.get("source", ""),
        )


def _as_text(patient: dict[str, Any]) -> dict[str, Any]:
    """Return a patient with every date as it is typed."""
    return {name: v if isinstance(v, list) else str(v) for name, v in patient.items()}


def _of_the_table() -> Iterator[Case]:
    path = TESTS / "patients" / "catalogue.csv"
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            regimen = whole_library().regimen(row["regimen"])
            about = row["about"]
            if about and not about.startswith(("fact.", "regimen.")):
                about = f"safety.{about}"
            yield Case(
                who=f"{regimen.id}, {row['facts']}",
                regimen=regimen,
                choices=dict(regimen.examples[0].choose),
                patient=_patient(regimen, row["facts"], asked=row["level"] == "none"),
                level=row["level"],
                code=about,
                words=tuple(word for word in row["words"].split("|") if word),
                source=row["source"],
            )


def _patient(regimen: Regimen, facts: str, *, asked: bool) -> dict[str, Any]:
    typed: dict[str, Any] = {}
    for fact in filter(None, facts.split("; ")):
        option, _, value = fact.partition("=")
        name = _NAMES[option]
        if option == "result" and not value[-10:-6].isdigit():
            value = f"{value} {LATELY}"
        if option in _SEVERAL:
            typed.setdefault(name, []).append(value)
        else:
            typed[name] = value
    own: dict[str, Any] = {"label": "ward-7", "sex": "male", **regimen.examples[0].patient}
    if typed.get("clearance"):
        own["clearance_by"] = "cystatin C"
        own.pop("creatinine", None)
    if _OF_WOMEN & typed.keys():
        own |= {"sex": "female", "age": "30 years"}
    if asked:
        own = {**ASKED, **own}
        if (typed.get("sex") or own["sex"]) == "female":
            own |= NOT_PREGNANT
    return {**own, **typed}
