"""What a person types on the Plan screen becomes an entry, and an opened plan its texts again."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from dosing.errors import Problems
from schedules.knowledge.regimen import Regimen
from schedules.plans.patient_entry import PATIENT_FIELDS, PatientEntry
from screens.forms.patient_texts import read_patient, texts_of
from screens.state.session import PlanEntries
from tests.support.planning import shelved

# A regimen that needs the clearance and the genotype.
AZATHIOPRINE = "azathioprine-maintenance"
WHOLE = {
    "label": "ward-7",
    "sex": "female",
    "born": "1978-05-14",
    "weight": "3500 g",
    "weight_on": "2026-11-19",
    "height": "50 cm",
    "creatinine": "0.9 mg/dL",
    "clearance": "42 mL/min",
    "clearance_by": "cystatin C",
    "genotype": "both intermediate",
    "size_confirmed": True,
    "earlier": {"azathioprine": "5 g"},
    "conditions": ["myasthenia gravis", "dialysis"],
    "takes": ["valproate"],
    "allergies": ["mouse protein", "sulfite"],
    "results": ["neutrophils 0.9 10^9/L 2026-11-28", "HBsAg negative 2026-11-20"],
    "pregnant": "no",
    "could_become_pregnant": "yes",
    "breast_feeding": "no",
    "dialysis": "peritoneal",
    "liver": "Child-Pugh B",
    "dry_weight": "3400 g",
    "weight_before_pregnancy": "62 kg",
    "amputations": ["hand left", "foot right"],
    "cystatin_c": "1.05 mg/L",
    "hematocrit": "0.42",
    "vaccinations": ["MenACWY 2026-11-01"],
    "actual_weight_because": "very muscular",
}


@pytest.fixture(scope="module")
def azathioprine() -> Regimen:
    return shelved(AZATHIOPRINE).regimen(AZATHIOPRINE)


def entered(
    regimen: Regimen, texts: Mapping[str, str | None], age_or_born: str = "age"
) -> PatientEntry:
    problems = Problems()
    entries = PlanEntries(patient=dict(texts), age_or_born=age_or_born)
    patient = read_patient(problems, entries, regimen, shelved(regimen.id))
    problems.raise_if_any()
    return patient


def test_the_texts_of_a_patient_are_entered_as_the_same_patient(azathioprine: Regimen) -> None:
    assert {*WHOLE, "age"} == {field.name for field in PATIENT_FIELDS}
    patient = PatientEntry.model_validate(WHOLE)
    texts = texts_of(patient)
    assert texts["conditions"] == "myasthenia gravis, dialysis"
    assert texts["size_confirmed"] == "3500 g at 50 cm"
    entries = PlanEntries(
        patient=texts, age_or_born="born", earlier={"azathioprine": "5 g", "rituximab": "1 g"}
    )
    problems = Problems()
    assert read_patient(problems, entries, azathioprine, shelved(AZATHIOPRINE)) == patient
    problems.raise_if_any()


def test_an_empty_form_is_an_empty_entry(azathioprine: Regimen) -> None:
    assert entered(azathioprine, {}) == PatientEntry()
    assert entered(azathioprine, texts_of(PatientEntry())) == PatientEntry()


def test_only_the_age_or_the_date_of_birth_counts(azathioprine: Regimen) -> None:
    both = {"age": "48 years", "born": "1978-05-14"}
    by_age, by_birth = entered(azathioprine, both), entered(azathioprine, both, "born")
    assert (by_age.age, by_age.born) == ("48 years", None)
    assert (by_birth.age, str(by_birth.born)) == ("", "1978-05-14")


def test_what_a_clearance_is_from_says_nothing_without_it(azathioprine: Regimen) -> None:
    assert entered(azathioprine, {"clearance_by": "measured"}).clearance_by == ""


def test_the_kidney_is_left_out_where_the_regimen_does_not_ask_for_it() -> None:
    rituximab = shelved("rituximab-weekly").regimen("rituximab-weekly")
    texts = {"clearance": "42 mL/min", "clearance_by": "measured", "weight": "70 kg"}
    patient = entered(rituximab, texts)
    assert (patient.clearance, patient.clearance_by, patient.weight) == ("", "", "70 kg")


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["anaemia, aplastic"], "anaemia, aplastic;"),
        (["anaemia, aplastic", "asthma"], "anaemia, aplastic; asthma;"),
        (["anaemia", "asthma"], "anaemia, asthma"),
    ],
)
def test_a_word_with_a_comma_stays_one_word(
    azathioprine: Regimen, words: list[str], text: str
) -> None:
    texts = texts_of(PatientEntry(conditions=words))
    assert texts["conditions"] == text
    assert entered(azathioprine, texts).conditions == words
