"""An allergy to the very drug that is planned stops it, whatever the drug file says."""

from __future__ import annotations

import pytest

from schedules.plans.patient_entry import PatientEntry
from tests.patients.test_every_answer import screened
from tests.support.planning import whole_library


@pytest.mark.hazard("H107")
@pytest.mark.parametrize(
    ("regimen", "allergy", "code"),
    [
        ("thiamine", "thiamine", "safety.thiamine.conditions.allergy_thiamine"),
        ("greater-occipital-block", "lidocaine", "safety.lidocaine.conditions.allergy_lidocaine"),
        (
            "diphtheria-erythromycin",
            "Erymax",
            "safety.erythromycin.conditions.allergy_erythromycin",
        ),
        # What a file says itself is said once, in its words.
        (
            "rituximab-weekly",
            "MabThera",
            "safety.rituximab.conditions.allergy_mouse_protein_or_rituximab",
        ),
    ],
)
def test_an_allergy_to_what_is_planned_stops_it(regimen: str, allergy: str, code: str) -> None:
    found = screened(whole_library().regimen(regimen), PatientEntry(allergies=[allergy]))
    about = [(one.level, one.code) for one in found.findings if "allergy" in one.code]
    assert about == [("STOP", code)]
    (line,) = [line for line in found.ledger if line.fact.name == "allergy"]
    assert line.led_to == (code,)


def test_an_allergy_to_another_drug_stops_nothing() -> None:
    found = screened(whole_library().regimen("thiamine"), PatientEntry(allergies=["lidocaine"]))
    assert not [one for one in found.findings if one.level == "STOP"]
