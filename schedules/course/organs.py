"""What was entered of the kidney and the liver, beside what each drug file says of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from dosing.drugs.conditions import Interval, When, is_child, number_of
from dosing.drugs.drug import Drug
from dosing.drugs.safety import Whom
from dosing.trace import TYPED, Finding, Source, note
from dosing.units import show
from schedules.course.facts import LIVER_TESTS, Known
from schedules.course.judge import has_figures, holds_for, with_dialysis_as_clearance
from schedules.knowledge.library import Library
from schedules.knowledge.medicine import Medicine
from schedules.knowledge.regimen import Regimen

_DIGITS = 5
_CREATININE, _CLEARANCE = "creatinine", "clearance"


def about_the_kidney(
    regimen: Regimen,
    library: Library,
    known: Known,
    medicines: Mapping[str, Sequence[Medicine]],
) -> Iterator[Finding]:
    """Yield the number that stands for the kidney, and the band of each drug in which it falls.

    Args:
        regimen: whose drugs are looked at.
        library: the drug files.
        known: all that is known of the patient.
        medicines: what holds for the patient, by phase.
    """
    entered, drugs = kidney_in_words(known), [library.drug(name) for name in regimen.drugs]
    answering = [drug for drug in drugs if drug.answers_about_the_kidney]
    if not entered or not answering:
        return
    source = TYPED if known.clearance is None else known.clearance.source
    yield note("kidney.clearance", entered, source)
    yield _bands_of(answering, known, medicines, source)


def kidney_in_words(known: Known) -> str:
    """Return what stands for the kidney, with its origin: a number, dialysis, or both."""
    told = []
    if known.clearance is not None:
        told.append(known.clearance.text)
    elif known.patient.creatinine is not None:
        told.append(f"Creatinine {show(known.patient.creatinine, _DIGITS)}.")
    if known.dialysis and (known.dialysis != "none" or not told):
        told.append(f"Dialysis: {known.dialysis}.")
    return " ".join(told)


def _bands_of(
    drugs: Iterable[Drug],
    known: Known,
    medicines: Mapping[str, Sequence[Medicine]],
    source: Source,
) -> Finding:
    child = is_child(known.patient)
    told, indexed, dialysed = [], child, False
    for drug in drugs:
        stated = _stated(drug)
        here = _bands_that_hold(known, _dosed_by(drug, medicines))
        counted = known if _speaks_of_dialysis(stated) else with_dialysis_as_clearance(known)
        dialysed = dialysed or (counted is not known and has_figures(stated))
        words = f"{drug.name}: {_file_band(drug, counted, stated)}"
        told.append(f"{words} (dosed here for {' and '.join(here)})" if here else words)
        indexed = indexed or any(one.is_indexed_for(known.patient) for one in _clearances(stated))
    text = f"The kidney: {'; '.join(told)}."
    if indexed and known.patient.indexed_clearance is not None:
        whom = "A child" if child else "A band per 1.73 m2"
        number = show(known.patient.indexed_clearance, _DIGITS)
        text += f" {whom} is compared by {number}."
    if dialysed:
        text += " Where a file does not speak of dialysis it stands for no clearance (proposed)."
    return note("kidney.band", text, source)


def _stated(drug: Drug) -> list[Whom | When]:
    """Return the conditions under which the file of a drug says something of the kidney."""
    whoms = [answer.when for answer in drug.safety.answers("kidney")]
    stated: list[Whom | When] = [whom for whom in whoms if isinstance(whom, Whom)]
    return stated + [one.when for one in drug.adjustments if one.question == "kidney" and one.when]


def _speaks_of_dialysis(stated: Iterable[Whom | When]) -> bool:
    return any(isinstance(one, Whom) and one.dialysis for one in stated)


def _dosed_by(drug: Drug, medicines: Mapping[str, Sequence[Medicine]]) -> list[When]:
    every = (medicine for holding in medicines.values() for medicine in holding)
    return [one.when for one in every if one.drug == drug.id and one.when is not None]


def _clearances(stated: Iterable[Whom | When]) -> list[Interval]:
    return [one.clearance for one in stated if one.clearance is not None]


def _file_band(drug: Drug, known: Known, stated: Sequence[Whom | When]) -> str:
    """Return the bands of a drug file in which the kidney falls."""
    bands = _bands_that_hold(known, stated)
    kinds = {kind for one in stated if isinstance(one, Whom) for kind in one.dialysis}
    if known.dialysis in kinds:
        bands.append(f"dialysis {known.dialysis}")
    if bands:
        return " and ".join(bands)
    return "in no band of its file" if has_figures(stated) else "its file states no figure"


def _bands_that_hold(known: Known, conditions: Iterable[Whom | When]) -> list[str]:
    """Return the stretches of creatinine and clearance in which the kidney falls, each once."""
    patient = known.patient
    bands = (
        f"{measure} {interval}"
        for measure, interval in (one for when in conditions for one in when.intervals())
        if measure in (_CREATININE, _CLEARANCE) and getattr(patient, measure) is not None
        if interval.holds(number_of(patient, measure, interval), measure)
    )
    return list(dict.fromkeys(bands))


def about_the_liver(regimen: Regimen, library: Library, known: Known) -> Iterator[Finding]:
    """Yield what was entered of the liver, and which answer of each drug file it falls under."""
    entered = [*known.measured.get("liver", ())]
    entered += [one.fact for test in LIVER_TESTS if (one := known.latest(test)) is not None]
    drugs = [library.drug(name) for name in regimen.drugs]
    answering = [drug for drug in drugs if drug.safety.answers("liver")]
    if not entered or not answering:
        return
    told = []
    for drug in answering:
        whoms = [answer.when for answer in drug.safety.answers("liver")]
        held = [
            str(whom)
            for whom in whoms
            if isinstance(whom, Whom) and holds_for(whom, known, library.terms)[0]
        ]
        told.append(f"{drug.name}: {' and '.join(held) or 'under no answer of its file'}")
    text = f"The liver ({', '.join(fact.value for fact in entered)}): {'; '.join(told)}."
    yield note("liver.entered", text, TYPED)
