"""Made-up words, a drug with answers to the eight questions, and patients to put them to."""

from __future__ import annotations

import datetime as dt
from typing import Any

from dosing.drugs.drug import Drug
from dosing.drugs.safety import NO_SOURCE, QUESTIONS
from dosing.units import clearance
from schedules.course.facts import Judged, Known, read_known
from schedules.course.measurements import Measurements
from schedules.knowledge.regimen import Regimen
from schedules.knowledge.terms import (
    ConditionsFile,
    MedicinesFile,
    Terms,
    TermsFile,
    TestsFile,
    gather,
)
from schedules.plans.patient_entry import PatientEntry
from schedules.plans.patient_reading import read_patient
from tests.support.made_up import SOURCE
from tests.support.made_up_regimen import regimen

DAY = dt.date(2026, 11, 30)


def drug(name: str = "madeupine", *adjustments: dict[str, Any], **answers: Any) -> Drug:
    """Return a drug that answers some questions, each answer as ``answer`` returns it."""
    return Drug.model_validate(
        {
            "id": name,
            "name": name,
            "version": 1,
            "sources": SOURCE,
            "limits": [{"per": "dose", "hard": {"high": "1 g"}, "source": "label"}],
            "adjustments": list(adjustments),
            "safety": answers,
        }
    )


def answer(text: str, when: Any = "always", **more: Any) -> dict[str, Any]:
    level = "NOTE" if when == "always" else "WARN"
    return {"when": when, "level": level, "text": text, "source": "label", **more}


def read_regimen(*phases: dict[str, Any], **more: Any) -> Regimen:
    return Regimen.model_validate(regimen(*phases, **more))


def only_for(*whoms: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    text = "It is for some only."
    return [{"when": whom, "text": text, "source": "label", **more} for whom in whoms]


def terms(*drugs: Drug) -> Terms:
    """Return a few words of each kind; groups and classes have members."""
    files: dict[type[TermsFile], list[dict[str, Any]]] = {
        ConditionsFile: [
            {"id": "asthma"},
            {"id": "copd"},
            {"id": "gout"},
            {"id": "chest-disease", "members": ["asthma", "copd"]},
            {"id": "kidney-disease"},
            {"id": "liver-disease"},
            {"id": "peritoneal-dialysis", "means": "dialysis", "also": ["CAPD"]},
            {"id": "haemodialysis", "means": "dialysis"},
            {
                "id": "recent-vaccine",
                "vaccinated": {"of": ["any-vaccination"], "within": "28 days"},
            },
            {"id": "no-vaccine", "unvaccinated": ["mmr", "bcg"]},
        ],
        MedicinesFile: [
            {"id": "warfarin", "brands": ["Coumadin"]},
            {"id": "heparin"},
            {"id": "anticoagulants", "members": ["warfarin", "heparin"]},
            {"id": "otherupine"},
            {"id": "upines", "members": ["madeupine", "otherupine"]},
            {"id": "vaccines"},
        ],
        TestsFile: [
            {"id": "anc", "name": "neutrophils", "units": units("10^9/L")},
            {"id": "alt", "name": "ALT", "units": units("U/L", "xULN")},
            {"id": "ast", "name": "AST", "units": units("U/L")},
            {"id": "enzymes", "members": ["alt", "ast"], "units": units("U/L")},
            {"id": "dipstick", "results": ["positive", "negative"]},
            {
                "id": "creatinine",
                "units": units("umol/L", "% above the first"),
                "field": "creatinine",
            },
            {"id": "mmr", "results": ["given"], "medicine": "vaccines"},
            {"id": "bcg", "results": ["given"], "medicine": "vaccines"},
            {"id": "any-vaccination", "members": ["mmr", "bcg"], "results": ["given"]},
        ],
    }
    return gather(
        [
            kind.model_validate(
                {
                    "version": 1,
                    "sources": SOURCE,
                    kind.key: [{"name": one["id"], "source": "label", **one} for one in entries],
                }
            )
            for kind, entries in files.items()
        ],
        drugs or (drug(),),
    )


def units(*names: str) -> list[dict[str, str]]:
    return [{"unit": name} for name in names]


def known(words: Terms, of: Regimen | None = None, **typed: Any) -> Known:
    """Return what is known of a patient of whom this was typed, on 30 November 2026."""
    entry = PatientEntry.model_validate(typed)
    measured = Measurements(
        entry=entry,
        patient=read_patient(entry, DAY),
        clearance=clearance(entry.clearance) if entry.clearance else None,
        measured_on=DAY,
    )
    patient, found = measured.screened()
    return read_known(entry, patient, found, of or read_regimen(), words, Judged(DAY))


def every(**answers: Any) -> dict[str, Any]:
    """Return the answers to all questions: those that are not stated have no source."""
    return {**dict.fromkeys(QUESTIONS, NO_SOURCE), **answers}
