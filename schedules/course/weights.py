"""Which weight the doses of a patient go by, where a body is not as the formulas take it to be.

Oedema, pregnancy, a lost limb, a very light or heavy body: what was done is said, never only done.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from dosing.calculation.rule import DoseRule
from dosing.formulas.body import BMI, BSA
from dosing.formulas.formula import ADULT_AGE
from dosing.plausibility import PLAUSIBLE, PROPOSED
from dosing.rounding import above, below
from dosing.trace import note, warn
from dosing.units import KG_PER_M2, M2, in_unit, parts, show
from schedules.course.facts import Known
from schedules.course.known_facts import Fact, Used
from schedules.knowledge.library import Library
from schedules.knowledge.medicine import Medicine
from schedules.plans.patient_entry import PatientEntry

# Fluid that is weighed and takes no drug as the body does.
_FLUID = ("oedema", "ascites")
_DIGITS = 4
_BY = "weight of the doses"


def weight_findings(
    entry: PatientEntry,
    library: Library,
    medicines: Mapping[str, Sequence[Medicine]],
    rules: Mapping[tuple[str, str], DoseRule],
    known: Known,
) -> Iterator[Used]:
    """Yield what the doses by the size of this body go by, and by which facts it is said.

    Nothing is said where no dose goes by a size.

    Args:
        entry: the patient as typed.
        library: for the names of the drugs.
        medicines: what holds for the patient, by phase.
        rules: the dose rule of each medicine, by phase and name.
        known: all that is known of the patient.
    """
    by_drug: dict[str, list[DoseRule]] = {}
    for phase, holding in medicines.items():
        for medicine in holding:
            rule = rules[phase, medicine.name]
            if parts(rule.rate.units).body is not None:
                by_drug.setdefault(library.drug(medicine.drug).name, []).append(rule)
    if not by_drug or known.patient.weight is None:
        return
    goes_by = "; ".join(
        f"{drug} by {' and '.join(dict.fromkeys(map(_in_words, own)))}"
        for drug, own in by_drug.items()
    )
    yield from _about_fluid(entry, known, goes_by)
    yield from _about_pregnancy(entry, known, by_drug, goes_by)
    yield from _about_size(known, goes_by)


def sizes_used(rules: Iterable[DoseRule], known: Known) -> set[str]:
    """Return the names of the facts about the size of a body that its doses go by, if any does."""
    by_size = any(parts(rule.rate.units).body is not None for rule in rules)
    return {"dry weight", "amputation"} if by_size and known.patient.weight is not None else set()


def _in_words(rule: DoseRule) -> str:
    """Return what a dose goes by: body surface (Mosteller) from actual weight, at most 2 g."""
    if parts(rule.rate.units).body == M2:
        formula = BSA.get(rule.surface or "")
        words = "body surface" if formula is None else f"body surface ({formula.title})"
        words += " from actual weight"
    else:
        words = f"{rule.weight_basis} weight"
    cap = "no cap" if rule.cap is None else f"at most {show(rule.cap)}"
    return f"{words}, {cap}"


def _about_fluid(entry: PatientEntry, known: Known, goes_by: str) -> Iterator[Used]:
    has = [name for name in _FLUID if name in known.has.typed]
    typed = tuple(fact for name in has for fact in known.has.typed[name])
    if entry.dry_weight:
        text = (
            f"The dry weight of {entry.dry_weight.strip()} stands for the weight of "
            f"{entry.weight.strip()}: {goes_by}; the kidney as well."
        )
        yield Used(
            (Fact("dry weight", entry.dry_weight), *typed), _BY, note("weight.dry", text, PROPOSED)
        )
    elif has:
        text = (
            f"With {' and '.join(has)} the weight of {entry.weight.strip()} holds fluid: "
            f'{goes_by}. Enter the dry weight (--dry-weight "66 kg"), or accept this one with a '
            "reason."
        )
        yield Used(typed, _BY, warn("weight.fluid", text, PROPOSED))


def _about_pregnancy(
    entry: PatientEntry, known: Known, by_drug: Mapping[str, Sequence[DoseRule]], goes_by: str
) -> Iterator[Used]:
    """Yield which weight counts in a pregnancy where no rule of a place says it."""
    if not known.states["pregnant"]:
        return
    if all(rule.weight_because for own in by_drug.values() for rule in own):
        return
    before, before_fact = "", tuple[Fact, ...]()
    if entry.weight_before_pregnancy:
        before_fact = (Fact("weight before pregnancy", entry.weight_before_pregnancy),)
        before = f", not the {entry.weight_before_pregnancy.strip()} before the pregnancy"
    text = (
        f"Pregnant: {goes_by}. The weight of now counts, {entry.weight.strip()}{before}; no source "
        "found says which."
    )
    facts = (*known.stated.get("pregnant", ()), *before_fact)
    yield Used(facts, _BY, note("weight.pregnancy", text, PROPOSED))


def _about_size(known: Known, goes_by: str) -> Iterator[Used]:
    """Yield what the doses of a very light or very heavy adult go by."""
    patient, decided = known.patient, PLAUSIBLE.extremes_of_size
    if patient.weight is None or patient.height is None:
        return
    if patient.age is None or ADULT_AGE.excludes(patient.age):
        return
    index = BMI(weight=patient.whole(patient.weight), height=patient.height)
    number, usual = in_unit(index, KG_PER_M2, "bmi"), decided.body_mass_index
    if below(number, usual.low):
        which = f"below {usual.low:g}"
    elif above(number, usual.high):
        which = f"above {usual.high:g}"
    else:
        return
    kg = show(patient.weight, _DIGITS)
    text = f"A body-mass index of {show(index, _DIGITS)}, {which}, at {kg}: {goes_by}."
    facts = (*known.measured["weight"], *known.measured["height"])
    yield Used(facts, _BY, note("weight.extreme_size", text, decided.source))
