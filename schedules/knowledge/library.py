"""The library: every regimen, drug, dose-band table and the site, as read from the files."""

from __future__ import annotations

import copy
import dataclasses
import functools
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NoReturn

from dosing.drugs.band_table import BandTable
from dosing.drugs.drug import Drug, DrugLadder
from dosing.errors import refuse
from schedules.knowledge.earlier_files import meaning_of
from schedules.knowledge.nearest import refuse_unknown
from schedules.knowledge.regimen import KnowledgeUsed, Regimen
from schedules.knowledge.signed import Signed
from schedules.knowledge.site import Site
from schedules.knowledge.terms import Terms, TermsFile, gather

if TYPE_CHECKING:  # imported where it is used: who plans a course has found the regimen
    from schedules.knowledge.search import Index


@dataclasses.dataclass(frozen=True, slots=True)
class LeftOut:
    """A file that does not hold, and all that is wrong with it, a line each."""

    file: str
    problems: tuple[str, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class OfFiles:
    """What is known of the files: which of them are left out, and who signed their readings."""

    left_out: tuple[LeftOut, ...] = ()
    signed: Mapping[str, Signed] = dataclasses.field(default_factory=dict)


class Library:
    """The regimens and drugs that were read and hold; ``left_out`` names the files that do not."""

    _endorsed: frozenset[str] = frozenset()
    _proved: Library | None = None

    def __init__(
        self,
        regimens: dict[str, Regimen],
        drugs: dict[str, Drug],
        used: dict[str, KnowledgeUsed],
        site: Site,
        bands: Mapping[str, BandTable] | None = None,
        files: OfFiles | None = None,
        terms: Terms | None = None,
    ) -> None:
        """Take what was read: that a regimen is endorsed is a claim of its file, and no more."""
        self.stated = regimens
        self.regimens = {name: _unproved(regimen) for name, regimen in regimens.items()}
        self.drugs = drugs
        self.site = site
        self.bands = bands or {}
        self._files = files or OfFiles()
        self.terms = terms or gather((), drugs.values())
        self._used = used
        self._words = [file for file in used if file.startswith("terms/")]

    @property
    def left_out(self) -> tuple[LeftOut, ...]:
        """Return the files that do not hold."""
        return self._files.left_out

    def regimen(self, name: str) -> Regimen:
        """Return a regimen by its id.

        Raises:
            InputError: if there is none, naming the nearest, or if its file does not hold.
        """
        if isinstance(name, str) and name in self.regimens:
            return self.regimens[name]
        self._refuse_left_out("regimen", name)
        refuse_unknown_regimen(name, self.regimens, self.drugs)

    def search(self, text: str) -> list[Regimen]:
        """Return the regimens that have every word, the likeliest first: see ``search``.

        Those of the site's jurisdictions and of none come first.
        """
        found = [self.regimens[name] for name in self._index.find(text)]
        return sorted(found, key=lambda regimen: not self.holds_here(regimen))

    def search_drugs(self, text: str) -> list[Drug]:
        """Return the drugs that have every word in their names, synonyms or brands."""
        return [self.drugs[name] for name in self._index_of_drugs.find(text)]

    @functools.cached_property
    def _index(self) -> Index:
        from schedules.knowledge.search import regimen_index

        return regimen_index(self.regimens.values(), self.drugs, self.terms)

    @functools.cached_property
    def _index_of_drugs(self) -> Index:
        from schedules.knowledge.search import drug_index

        return drug_index(self.drugs, self.terms)

    def holds_here(self, regimen: Regimen) -> bool:
        """Return whether a regimen is of the site's jurisdictions, or of none in particular."""
        here = self.site.jurisdiction
        return not here or regimen.jurisdiction in ("", *here)

    def drug(self, name: str) -> Drug:
        """Return a drug by its id.

        Raises:
            InputError: if there is none, naming the nearest, or if its file does not hold.
        """
        if isinstance(name, str) and name in self.drugs:
            return self.drugs[name]
        self._refuse_left_out("drug", name)
        names = {drug.id: _names_of(drug) for drug in self.drugs.values()}
        refuse_unknown("drug", name, names, "write the name of a file in drugs/, without .yaml")

    def _refuse_left_out(self, kind: str, name: str) -> None:
        """Refuse a regimen or drug that is there and does not hold, with what is wrong."""
        for one in self.left_out:
            if one.file == f"{kind}s/{name}.yaml":
                why = f"is left out, since its file does not hold: {'; '.join(one.problems)}"
                refuse(kind, name, why=why, accepted="correct the file; see: posology check")

    def words(self, name: str) -> TermsFile:
        """Return the words of patients of a file: conditions, medicines or tests.

        Raises:
            InputError: if there is none.
        """
        if name in self.terms.files:
            return self.terms.files[name]
        accepted = f"write one of: {', '.join(self.terms.files)}"
        refuse_unknown("words", name, {one: () for one in self.terms.files}, accepted)

    def ladder(self, name: str) -> DrugLadder:
        """Return a rate ladder by its id, with the drug whose file holds it.

        Raises:
            InputError: if there is none, naming the nearest.
        """
        for drug in self.drugs.values():
            for ladder in drug.ladders:
                if ladder.id == name:
                    return DrugLadder(drug, ladder)
        refuse_unknown_ladder(name, self.drugs.values())

    def used(self, file: str) -> KnowledgeUsed | None:
        """Return version and hash of ``regimens/ID``, ``drugs/ID`` or ``bands/ID``, if it is there.

        The id alone would not do: a regimen may bear the id of its drug.
        """
        return self._used.get(file)

    def has_changed(self, file: str, used: KnowledgeUsed) -> bool:
        """Return whether a file means something else than when it was used, or is gone."""
        now = self._used.get(file)
        return now is None or now.sha256 != meaning_of(used.sha256)

    def claim(self, file: str) -> str:
        """Return what the signatures on a file claim now; nothing where nobody has signed."""
        used, signed = self._used.get(file), self._files.signed.get(file)
        return signed.claim(used.sha256) if used is not None and signed is not None else ""

    @property
    def entries(self) -> dict[str, Regimen | Drug | TermsFile]:
        """Return what stands in each file that has a reading, named as ``used`` takes it."""
        return {
            f"{folder}/{name}": entry
            for folder, entries in (
                ("regimens", self.stated),
                ("drugs", self.drugs),
                ("terms", self.terms.files),
            )
            for name, entry in entries.items()
        }

    @functools.cached_property
    def claiming(self) -> list[str]:
        """Return the files that claim to be endorsed, as ``used`` takes them.

        A regimen claims it by its status, a drug or words by the two signatures of the reading.
        """
        return [
            file
            for file, entry in self.entries.items()
            if (
                entry.status == "endorsed"
                if isinstance(entry, Regimen)
                else self._is_signed_by_two(file)
            )
        ]

    def _is_signed_by_two(self, file: str) -> bool:
        used, signed = self._used.get(file), self._files.signed.get(file)
        return used is not None and signed is not None and signed.by_two(used.sha256)

    def endorsing(self, files: Iterable[str]) -> Library:
        """Return the library with these files endorsed, as they claim.

        Who asks the records names those that two proved people signed as they are. Asked again with
        the same files it is the same library, so that what was made with it still holds.
        """
        endorsed = frozenset(files)
        if self._proved is not None and self._proved._endorsed == endorsed:
            return self._proved
        self._proved = proved = copy.copy(self)
        proved.__dict__.pop("_index", None)  # it holds each regimen's status
        proved._endorsed, proved._proved = endorsed, None
        names = (name for name in self.stated if f"regimens/{name}" in proved._endorsed)
        proved.regimens = {**self.regimens, **{name: self.stated[name] for name in names}}
        return proved

    def status(self, file: str) -> str:
        """Return whether a file, as ``used`` takes it, is endorsed, under review or withdrawn."""
        kind, _, name = file.partition("/")
        if kind == "regimens":
            return self.regimens[name].status
        return "endorsed" if file in self._endorsed else "under review"

    def standing(self, file: str) -> str:
        """Return the status of a file, and who proved it or claims to have signed it."""
        status = self.status(file)
        if status == "endorsed":
            return "endorsed: two people whom a sign-in proved signed its reading"
        return f"{status}; {self.claim(file) or 'nobody has signed its reading'}"

    def with_only(self, regimen: Regimen, site: Site) -> Library:
        """Return a library of just this regimen, at another site, without dose bands."""
        used = self.knowledge_for(regimen)
        files = OfFiles(signed=self._files.signed)
        return Library({regimen.id: regimen}, self.drugs, used, site, files=files, terms=self.terms)

    def knowledge_for(self, regimen: Regimen) -> dict[str, KnowledgeUsed]:
        """Return version and hash of the files of a regimen, its drugs, dose bands and words.

        They are named as ``used`` takes them.
        """
        drugs = (f"drugs/{name}" for name in regimen.drugs)
        bands = (f"bands/{n}" for n, table in self.bands.items() if table.drug in regimen.drugs)
        own = (f"regimens/{regimen.id}", *drugs, *bands, *self._words)
        return {file: self._used[file] for file in own}


def _unproved(regimen: Regimen) -> Regimen:
    if regimen.status != "endorsed":
        return regimen
    return regimen.model_copy(update={"status": "under review"})


def refuse_unknown_regimen(
    name: str, regimens: Mapping[str, Regimen | None], drugs: Mapping[str, Drug]
) -> NoReturn:
    """Refuse the id of a regimen that is not there, naming the nearest.

    Args:
        name: what was typed.
        regimens: the ids there are; None stands for a file that could not be read.
        drugs: the drugs that could be read, for their synonyms and brands.

    Raises:
        InputError: always.
    """
    names = {
        other: () if regimen is None else _meant_by(regimen, drugs)
        for other, regimen in regimens.items()
    }
    refuse_unknown("regimen", name, names, "see: posology list")


def refuse_unknown_ladder(name: str, drugs: Iterable[Drug]) -> NoReturn:
    """Refuse the id of a rate ladder that no drug file holds, naming the nearest.

    Raises:
        InputError: always.
    """
    names = {ladder.id: _names_of(drug) for drug in drugs for ladder in drug.ladders}
    refuse_unknown("ladder", name, names, f"write one of: {', '.join(names)}")


def refuse_unknown_drug(name: str, drugs: Iterable[Drug]) -> NoReturn:
    """Refuse the id of a drug that is not there, naming the nearest.

    Raises:
        InputError: always.
    """
    names = {drug.id: _names_of(drug) for drug in drugs}
    refuse_unknown("drug", name, names, f"write one of: {', '.join(names)}")


def _names_of(drug: Drug) -> list[str]:
    """Return the names that people use for a drug: its own, its synonyms, its brands."""
    return [drug.name, *drug.also, *(product.name for product in drug.products)]


def _meant_by(regimen: Regimen, drugs: Mapping[str, Drug]) -> list[str]:
    """Return what else people call a regimen by: its diseases, drugs and procedures."""
    procedures = [part.what for phase in regimen.phases for part in phase.procedures]
    known = [drugs[name] for name in regimen.drugs if name in drugs]
    return [*regimen.for_, *procedures, *(name for drug in known for name in _names_of(drug))]
