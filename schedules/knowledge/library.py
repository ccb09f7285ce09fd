"""The library: every regimen, drug, dose-band table and the site, as read from the files."""

from __future__ import annotations

import difflib
from collections.abc import Mapping

from dosing.drugs.band_table import BandTable
from dosing.drugs.drug import Drug
from dosing.errors import InputError, Problem
from schedules.knowledge.regimen import KnowledgeUsed, Regimen
from schedules.knowledge.site import Site


class Library:
    """The regimens and drugs that were read and found to hold."""

    def __init__(
        self,
        regimens: dict[str, Regimen],
        drugs: dict[str, Drug],
        used: dict[str, KnowledgeUsed],
        site: Site,
        bands: Mapping[str, BandTable] | None = None,
    ) -> None:
        """Take what was read."""
        self.regimens = regimens
        self.drugs = drugs
        self.site = site
        self.bands = bands or {}
        self._used = used

    def regimen(self, name: str) -> Regimen:
        """Give a regimen by its id.

        Raises:
            InputError: if there is none, naming the nearest.
        """
        if name in self.regimens:
            return self.regimens[name]
        raise _unknown_regimen(name, list(self.regimens))

    def search(self, text: str) -> list[Regimen]:
        """Give the regimens that have a text in id, title, diseases, drugs, routes or status.

        Those of the site's jurisdictions and of none come first.
        """
        words = text.lower().split()
        found = [
            regimen
            for regimen in self.regimens.values()
            if all(word in _searched(self, regimen) for word in words)
        ]
        return sorted(found, key=lambda regimen: not self.holds_here(regimen))

    def holds_here(self, regimen: Regimen) -> bool:
        """Tell whether a regimen is of the site's jurisdictions, or of none in particular."""
        here = self.site.jurisdiction
        return not here or regimen.jurisdiction in ("", *here)

    def drug(self, name: str) -> Drug:
        """Give a drug by its id; a regimen that names an unknown drug was refused when read."""
        return self.drugs[name]

    def used(self, file: str) -> KnowledgeUsed | None:
        """Give version and hash of ``regimens/ID``, ``drugs/ID`` or ``bands/ID``, if it is there.

        Its id alone would not do: a regimen may bear the id of its drug.
        """
        return self._used.get(file)

    def with_only(self, regimen: Regimen, site: Site) -> Library:
        """Give a library of one regimen, in the place of its file, at a site without dose bands."""
        return Library({regimen.id: regimen}, self.drugs, self.knowledge_for(regimen), site)

    def knowledge_for(self, regimen: Regimen) -> dict[str, KnowledgeUsed]:
        """Give version and hash of the files of a regimen, of its drugs and of their dose bands.

        They are named as ``used`` takes them.
        """
        drugs = (f"drugs/{name}" for name in regimen.drugs)
        bands = (f"bands/{n}" for n, table in self.bands.items() if table.drug in regimen.drugs)
        return {file: self._used[file] for file in (f"regimens/{regimen.id}", *drugs, *bands)}


def _searched(library: Library, regimen: Regimen) -> str:
    drugs = [library.drugs[name] for name in regimen.drugs]
    names = [name for drug in drugs for name in (drug.name, *drug.also)]
    routes = [medicine.route for phase in regimen.phases for medicine in phase.medicines]
    own = (regimen.id, regimen.title, regimen.jurisdiction, regimen.status)
    said = (*own, *regimen.for_, *names, *routes)
    return " ".join(said).lower()


def _unknown_regimen(name: str, known: list[str]) -> InputError:
    return _unknown("regimen", name, known, "see: python -m schedules list")


def _unknown(field: str, name: str, known: list[str], otherwise: str) -> InputError:
    near = difflib.get_close_matches(name, known, n=3, cutoff=0.4)
    near += [other for other in known if name.lower() in other and other not in near]
    accepted = f"did you mean {' or '.join(near)}?" if near else otherwise
    return InputError(
        Problem(field=field, typed=name, why="is not in the library", accepted=accepted)
    )
