"""The dose rates that the regimens of the library state for a drug, to be chosen by a person."""

from __future__ import annotations

import dataclasses

from dosing.drugs.drug import Drug
from dosing.trace import Source
from dosing.units import PLASMA, parts, plain
from schedules.knowledge.library import Library
from schedules.knowledge.medicine import Medicine
from schedules.knowledge.regimen import Regimen

_USED = ("under review", "endorsed")


@dataclasses.dataclass(frozen=True, slots=True)
class StatedRate:
    """A dose rate as a regimen states it, by which route, and where it is from."""

    regimen: Regimen
    route: str
    rate: str
    source: Source

    @property
    def whose(self) -> str:
        """Return whose rate it is: rituximab-weekly (under review)."""
        said = [text for text in (self.regimen.jurisdiction, self.regimen.status) if text]
        return f"{self.regimen.id} ({', '.join(said)})"


def stated_rates(library: Library, drug: Drug) -> list[StatedRate]:
    """Return the rates of a drug, each once, as the likeliest regimen states it.

    Left out are regimens that are no longer to be used, and those of other places; and one that
    gives the drug at more than one rate, or by the patient: no single rate is the regimen's then.
    """
    rates: dict[tuple[str, str], StatedRate] = {}
    for regimen in library.search(drug.name):
        is_used = regimen.status in _USED and library.holds_here(regimen)
        found = rate_in(regimen, drug.id) if is_used else None
        if found is not None:
            rates.setdefault((found.route, found.rate), found)
    return list(rates.values())


def rate_in(regimen: Regimen, drug: str) -> StatedRate | None:
    """Return the one rate that a regimen gives a drug for everybody; None if there is no such."""
    phases = regimen.as_chosen({}).phases
    medicines = [one for phase in phases for one in phase.medicines if one.drug == drug]
    rates = {(one.route, plain(one.dose)): one.source for one in medicines}
    falls = any(phase.taper is not None for phase in phases)
    if falls or len(rates) != 1 or any(map(_is_for_some, medicines)):
        return None
    (((route, rate), source),) = rates.items()
    return StatedRate(regimen, route, rate, regimen.source(source))


def _is_for_some(medicine: Medicine) -> bool:
    """Return whether a dose is for some patients, a share of another drug's, or by plasma."""
    by_plasma = parts(medicine.dose.units).body == PLASMA
    return medicine.when is not None or medicine.percent_of is not None or by_plasma
