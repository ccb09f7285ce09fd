"""What a search on Home offers to calculate: each line says in words what Calculate then holds."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from dosing.calculation.alone import HELD_TO_NOTHING
from dosing.drugs.drug import Drug
from dosing.formulas.body import BSA, IDEAL_WEIGHT
from schedules.knowledge.library import Library
from schedules.knowledge.stated_rates import StatedRate, stated_rates
from screens.forms.dose_line import TypedDose
from screens.state.session import CalculateEntries, Session

_DRUGS, _RATES = 3, 3
_OF_THE_PATIENT = ("weight", "height", "age", "sex")


@dataclasses.dataclass(frozen=True, slots=True)
class FoundDose:
    """A line of the search, and the whole form that it leads to: nothing else stands there then."""

    words: str
    entries: CalculateEntries


def find_dose_of(drug: Drug) -> FoundDose:
    """Return the way from a drug to the form that asks for its dose."""
    words = f"Calculate a dose of {drug.name} beside its limits"
    return FoundDose(words, CalculateEntries(drug=drug.id))


def find_doses(line: TypedDose, knowledge: Library) -> list[FoundDose]:
    """Return what a line may mean, the likeliest first; nothing where a part was not understood.

    Where it states no dose rate, those of the library's regimens are offered beside it.
    """
    if line.problems:
        return []
    if not line.drugs:
        return [FoundDose(_words(line, None, None), CalculateEntries(**line.texts))]
    found = [
        FoundDose(_words(line, drug, None), CalculateEntries(**line.texts, drug=drug.id))
        for drug in line.drugs[:_DRUGS]
    ]
    if "rate" not in line.texts:
        drug = line.drugs[0]
        found += [
            FoundDose(
                _words(line, drug, stated),
                CalculateEntries(
                    **line.texts,
                    drug=drug.id,
                    route=stated.route,
                    rate=stated.rate,
                    rate_from=stated.regimen.id,
                ),
            )
            for stated in stated_rates(knowledge, drug)[:_RATES]
        ]
    return found


def open_dose(session: Session, found: FoundDose) -> None:
    """Write the whole form: what stood there may be of another patient."""
    session.calculate, session.find = dataclasses.replace(found.entries), ""


def _words(line: TypedDose, drug: Drug | None, stated: StatedRate | None) -> str:
    texts, rate = line.texts, stated.rate if stated is not None else line.texts.get("rate", "")
    words = f"Calculate{'' if rate else ' a dose'}"
    if drug is not None:
        words += f"{'' if rate else ' of'} {_named(drug, line.name)}"
    words += f" {rate}" if rate else ""
    if stated is not None and drug is not None and len(drug.routes) > 1:
        words += f", {stated.route},"
    patient = [texts[field] for field in _OF_THE_PATIENT if field in texts]
    words += f" for {', '.join(patient)}" if patient else ""
    by = list(_by(line))
    words += f" ({', '.join(by)})" if by else ""
    if drug is None:
        words += f"; {HELD_TO_NOTHING}"
    return f"{words}, as in {stated.whose}" if stated is not None else words


def _named(drug: Drug, typed: str) -> str:
    """Return the name of a drug, with what was typed where that is another name of it."""
    is_begun = drug.name.casefold().startswith(typed.casefold())
    return drug.name if is_begun else f"{drug.name} (“{typed}”)"


def _by(line: TypedDose) -> Iterator[str]:
    """Yield which formulas and which weight the line chooses."""
    if surface := line.texts.get("surface"):
        yield BSA[surface].title
    basis, ideal = line.texts.get("basis", ""), line.texts.get("ideal", "")
    if basis or ideal:
        by = f" by {IDEAL_WEIGHT[ideal].title}" if ideal else ""
        yield f"{basis or 'ideal'} weight{by}"
