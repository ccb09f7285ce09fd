"""Every answer of every drug file acts on whom it is about, and is silent where nothing is known.

The patients are made of the conditions that the files state: an answer that can never hold, and one
that holds for everybody, fail.
"""

from __future__ import annotations

import datetime as dt
import functools
from typing import Any

import pytest

from dosing.drugs.conditions import NUMBERS, Interval, NumberMeasure
from dosing.drugs.drug import Drug
from dosing.drugs.safety import NO_SOURCE, QUESTIONS, Answer, Outcome, Question, Whom
from dosing.units import clearance
from schedules.course.facts import Judged, Known, read_known
from schedules.course.measurements import Measurements
from schedules.course.safety import Screening, check_safety
from schedules.knowledge.reading.page import read_aloud
from schedules.knowledge.regimen import Regimen
from schedules.knowledge.terms import RISE, UPPER_LIMIT
from schedules.library.crosscheck import unknown_terms
from schedules.plans.patient_entry import PatientEntry
from schedules.plans.patient_reading import read_patient
from tests.support.places import ROOT
from tests.support.planning import whole_library

DAY = dt.date(2026, 11, 30)
Case = tuple[Drug, Question, Answer, Regimen]
STATE_FIELDS = {
    "pregnant": "pregnant",
    "could become pregnant": "could_become_pregnant",
    "breast-feeding": "breast_feeding",
}


@functools.cache
def cases(name: str) -> list[Case]:
    """Return each answer of a drug that has a rule, with a regimen that gives it by its route."""
    drug = whole_library().drug(name)
    return [
        (drug, question, answer, giving(drug, answer))
        for question, _, answer in drug.safety.every_answer()
        if isinstance(answer.when, Whom)
    ]


def giving(drug: Drug, answer: Answer) -> Regimen:
    """Return a regimen that gives a drug by a route of an answer.

    One whose indication or other drugs already meet the answer would hide what was typed: where
    all do, it is one without them.
    """
    fitting = giving_by_its_route(drug, answer)
    if needs_nothing(answer):
        return fitting[0]
    alone = [
        one
        for one in (*fitting, without_the_rest(fitting[0], drug))
        if not exempts(one, answer) and not told(one, drug, answer, PatientEntry())
    ]
    entry = patient_for(answer.when) if isinstance(answer.when, Whom) else PatientEntry()
    # One that is only for those whom the answer is about says it as a NOTE.
    full = (one for one in alone if answer.level in told(one, drug, answer, entry))
    return next(full, alone[0])


def without_the_rest(regimen: Regimen, drug: Drug) -> Regimen:
    """Return a regimen that is for no disease in particular and gives one drug."""
    phases = [
        phase.model_copy(
            update={
                "medicines": [one for one in phase.medicines if one.drug == drug.id],
                "as_required": [one for one in phase.as_required if one.drug == drug.id],
            }
        )
        for phase in regimen.phases
    ]
    return regimen.model_copy(update={"for_": [], "phases": phases})


def giving_by_its_route(drug: Drug, answer: Answer) -> list[Regimen]:
    fitting = []
    for regimen in whole_library().regimens.values():
        phases = regimen.phases
        given = {(one.drug, one.route) for phase in phases for one in phase.medicines}
        given |= {(one.drug, one.route) for phase in phases for one in phase.as_required}
        routes = {route for name, route in given if name == drug.id}
        if routes and (not answer.routes or not routes.isdisjoint(answer.routes)):
            fitting.append(regimen)
    return fitting


def exempts(regimen: Regimen, answer: Answer) -> bool:
    """Return whether a regimen gives what exempts from an answer."""
    ids = answer.when.unless_takes if isinstance(answer.when, Whom) else []
    return not whole_library().terms.medicines.expanded(ids).isdisjoint(regimen.drugs)


def needs_nothing(answer: Answer) -> bool:
    """Return whether an answer is about a missing result and nothing else."""
    return isinstance(answer.when, Whom) and not answer.when.states_more_than("missing")


def screened(regimen: Regimen, entry: PatientEntry) -> Screening:
    """Return what is found of a patient, once for all answers that ask for it."""
    if regimen is whole_library().regimen(regimen.id):
        return _screened(regimen.id, entry.model_dump_json())
    return screened_anew(regimen, entry)


@functools.cache
def _screened(name: str, entry: str) -> Screening:
    regimen = whole_library().regimen(name)
    return screened_anew(regimen, PatientEntry.model_validate_json(entry))


def screened_anew(regimen: Regimen, entry: PatientEntry) -> Screening:
    medicines = {phase.name: phase.medicines for phase in regimen.phases}
    return check_safety(regimen, whole_library(), known(regimen, entry), medicines, {})


def known(regimen: Regimen, entry: PatientEntry) -> Known:
    measured = Measurements(
        entry=entry,
        patient=read_patient(entry, DAY),
        clearance=clearance(entry.clearance) if entry.clearance else None,
        measured_on=DAY,
    )
    patient, found = measured.screened()
    return read_known(entry, patient, found, regimen, whole_library().terms, Judged(DAY))


def told(regimen: Regimen, drug: Drug, answer: Answer, entry: PatientEntry) -> list[str]:
    """Return the levels at which an answer is told to a patient."""
    return [
        one.level
        for one in screened(regimen, entry).findings
        if answer.text in one.text and one.code.startswith(f"safety.{drug.id.replace('-', '_')}.")
    ]


def inside(interval: Interval, measure: NumberMeasure) -> str:
    """Return a value in an interval: its lower edge, else half of its upper one."""
    low, high = interval.bounds(measure)
    number = low if low is not None else (high or 0) / 2
    unit = {"age": "years", "weight": "kg", "creatinine": "umol/L", "clearance": "mL/min"}[measure]
    return f"{number:.6f}".rstrip("0").rstrip(".") + f" {unit}"


def result_inside(outcome: Outcome) -> str:
    test = whole_library().terms.tests[outcome.test]
    if outcome.is_:
        return f"{test.name} {outcome.is_[0]} {DAY}"
    end = outcome.above or outcome.at_least or outcome.below
    read = test.number(end)
    assert read is not None
    number, scale = read
    unit = scale if scale in (UPPER_LIMIT, RISE) else test.units[0].unit
    value = number * 1.01 if outcome.above else number if outcome.at_least else number * 0.99
    return f"{test.name} {value:.6f} {unit} {DAY}"


def patient_for(whom: Whom) -> PatientEntry:
    """Return a patient for whom all that is stated holds, and who says nothing else."""
    typed: dict[str, Any] = {}
    for measure, interval in whom.intervals():
        typed[measure] = inside(interval, measure)
        if measure == "clearance":
            typed["clearance_by"] = "cystatin C"
    for state in whom.is_[:1]:
        typed[STATE_FIELDS[state]] = "yes"
    for name, words in (
        ("sex", whom.sex),
        ("genotype", whom.genotype),
        ("dialysis", whom.dialysis),
        ("liver", whom.liver),
    ):
        if words:
            typed[name] = words[0]
    terms = whole_library().terms
    for name, ids, vocabulary in (
        ("conditions", whom.has, terms.conditions),
        ("takes", whom.takes, terms.medicines),
        ("allergies", whom.allergy, terms.medicines),
    ):
        if ids:
            typed[name] = [vocabulary.entries[ids[0]].name]
    if whom.result is not None:
        typed["results"] = [result_inside(whom.result)]
    return PatientEntry.model_validate(typed)


DRUGS = sorted(path.stem for path in (ROOT / "drugs").glob("*.yaml"))


@pytest.mark.parametrize("name", DRUGS)
def test_an_answer_acts_on_whom_it_is_about_and_names_the_fact(name: str) -> None:
    for drug, question, answer, regimen in cases(name):
        assert isinstance(answer.when, Whom)
        entry, about = patient_for(answer.when), f"{question}: {answer.when}"
        levels = told(regimen, drug, answer, entry)
        assert levels, about
        if question != "kidney":  # a regimen with a table of its own says so
            assert answer.level in levels, about
        if not needs_nothing(answer):
            ledger = screened(regimen, entry).ledger
            assert any(line.used_by and line.led_to for line in ledger), about


@pytest.mark.hazard("H109")
@pytest.mark.parametrize("name", DRUGS)
def test_where_nothing_is_known_it_is_said_and_nothing_is_taken_for_no(name: str) -> None:
    for drug, question, answer, regimen in cases(name):
        nothing, about = screened(regimen, PatientEntry()), f"{question}: {answer.when}"
        if needs_nothing(answer):
            assert told(regimen, drug, answer, PatientEntry()) == ["NOTE"], about
            continue
        assert told(regimen, drug, answer, PatientEntry()) == [], about
        asked = nothing.questions[drug.id][question]
        assert asked.startswith(("not asked", "answered")), about
        code = f"safety.{drug.id.replace('-', '_')}.not_asked"
        (note,) = [one for one in nothing.findings if one.code == code]
        assert question in note.text or asked.startswith("answered"), about


@pytest.mark.parametrize("name", DRUGS)
def test_what_holds_for_everybody_is_told_to_everybody_and_nothing_of_pregnancy_to_a_man(
    name: str,
) -> None:
    drug = whole_library().drug(name)
    for question, _, answer in drug.safety.every_answer():
        if isinstance(answer.when, Whom):
            continue
        regimen, about = giving_by_its_route(drug, answer)[0], f"{question}: {answer.text}"
        assert told(regimen, drug, answer, PatientEntry(sex="female")) == ["NOTE"], about
        a_man = told(regimen, drug, answer, PatientEntry(sex="male"))
        assert a_man == ([] if question == "pregnancy" else ["NOTE"]), about


@pytest.mark.parametrize("name", DRUGS)
def test_a_question_without_an_answer_is_said_to_have_none(name: str) -> None:
    drug = whole_library().drug(name)
    regimen = next(one for one in whole_library().regimens.values() if name in one.drugs)
    asked = screened(regimen, PatientEntry()).questions[name]
    assert set(asked) == set(QUESTIONS)
    for question in QUESTIONS:
        stated = getattr(drug.safety, question)
        assert (asked[question] == NO_SOURCE) is (stated == NO_SOURCE), question


@pytest.mark.hazard("H107")
@pytest.mark.parametrize("name", DRUGS)
def test_no_answer_is_lost_and_no_level_falls_without_a_word_in_the_reading(name: str) -> None:
    """The reading beside a file is compared at each load: what it does not tell could be lost."""
    drug = whole_library().drug(name)
    own = read_aloud(drug)
    for question in QUESTIONS:
        answers = drug.safety.answers(question)
        for lost in answers:
            rest = [one for one in answers if one is not lost]
            assert read_aloud(with_answers(drug, question, rest)) != own, f"{question}: {lost.when}"
        lowered = [one.model_copy(update={"level": "NOTE"}) for one in answers]
        if lowered != answers:
            assert read_aloud(with_answers(drug, question, lowered)) != own, question


def with_answers(drug: Drug, question: Question, answers: list[Answer]) -> Drug:
    stated = answers or NO_SOURCE
    return drug.model_copy(update={"safety": drug.safety.model_copy(update={question: stated})})


@pytest.mark.parametrize("name", DRUGS)
def test_no_regimen_warns_by_its_own_indication_or_drugs(name: str) -> None:
    drug = whole_library().drug(name)
    rules = [
        answer
        for _, _, answer in drug.safety.every_answer()
        if isinstance(answer.when, Whom) and answer.level != "NOTE"
    ]
    for regimen in whole_library().regimens.values():
        if name in regimen.drugs:
            told_at = {level for a in rules for level in told(regimen, drug, a, PatientEntry())}
            assert told_at <= {"NOTE"}, regimen.id


def test_the_members_of_groups_and_classes_are_entries() -> None:
    terms = whole_library().terms
    for vocabulary in (terms.conditions, terms.medicines):
        members = {m for entry in vocabulary.entries.values() for m in entry.members}
        assert members <= vocabulary.entries.keys()


def test_every_drug_that_has_a_file_is_a_medicine_that_can_be_typed() -> None:
    library = whole_library()
    for drug in library.drugs.values():
        for name in (drug.id, drug.name, *drug.also):
            found = library.terms.medicines.find(name)
            assert found is not None
            assert found.id == drug.id


def test_an_adjustment_asks_for_single_medicines() -> None:
    """A class would never hold: only its members are compared with what is taken."""
    library = whole_library()
    asked = {
        word: library.terms.medicines.find(word)
        for drug in library.drugs.values()
        for adjustment in drug.adjustments
        for word in adjustment.if_taking
    }
    assert len(asked) > 10
    assert not [word for word, entry in asked.items() if entry is None or entry.members]


def test_a_class_in_an_adjustment_is_refused_with_its_medicines() -> None:
    library = whole_library()
    drug = library.drugs["azathioprine"]
    adjustment = next(one for one in drug.adjustments if one.if_taking)
    of_a_class = adjustment.model_copy(update={"if_taking": ["allopurinol", "corticosteroids"]})
    wrong = drug.model_copy(update={"adjustments": [of_a_class]})
    ((place, text),) = unknown_terms(wrong, library.terms)
    assert place == ("adjustments", 0, "if_taking", 1)
    assert text.startswith(
        '"corticosteroids" is a class, which would never hold here; write its medicines: '
        "prednisolone, methylprednisolone, dexamethasone, "
    )


def test_every_drug_file_answers_all_questions() -> None:
    drugs = whole_library().drugs.values()
    assert len(drugs) == 79
    assert not [drug.id for drug in drugs if drug.safety.missing]
    assert len(QUESTIONS) == 8
    assert NUMBERS.keys() == {"age", "weight", "height", "creatinine", "clearance"}
