"""Which figures of the library nobody has seen in their source, those first that reach the most."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from dosing.drugs.drug import Drug
from dosing.drugs.shared_sources import RESERVED
from schedules.knowledge.library import Library
from schedules.knowledge.regimen import Regimen

# A worked example is arithmetic, and says by whom; a list of sources states no figure.
_NO_FIGURES = frozenset({"examples", "sources"})
_NAMES_A_SOURCE = ("source", "says")
_OURS = re.compile(r"^Proposed|\bby hand\b")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Unconfirmed:
    """One source of one file that nobody has seen, and the figures that stand on its word.

    ``figures`` counts them by their place in the file; ``regimens`` and so many saved ``plans``
    use the file. ``ours`` was proposed or derived by hand, so that no source can confirm it: a
    named clinician decides on it.
    """

    file: str
    name: str
    cite: str
    ours: bool
    figures: dict[str, int]
    regimens: tuple[str, ...]
    plans: int

    @property
    def count(self) -> int:
        """Return how many figures stand on its word."""
        return sum(self.figures.values())

    @property
    def reach(self) -> str:
        """Return whom it reaches, in words."""
        regimens = "1 regimen" if len(self.regimens) == 1 else f"{len(self.regimens)} regimens"
        plans = "1 saved plan" if self.plans == 1 else f"{self.plans} saved plans"
        return f"{regimens}, {plans}"

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain values."""
        return dataclasses.asdict(self)


def unconfirmed_figures(library: Library, saved: Mapping[str, int]) -> list[Unconfirmed]:
    """Return every unconfirmed source of regimens and drugs with what stands on its word.

    Args:
        library: the files.
        saved: how many saved plans were made with each file, such as ``drugs/rituximab``.
    """
    users = defaultdict(list)
    found: list[Unconfirmed] = []
    for regimen in library.regimens.values():
        file = f"regimens/{regimen.id}"
        found += _of_file(file, regimen, (regimen.id,), saved.get(file, 0))
        for name in regimen.drugs:
            users[name].append(regimen.id)
    for drug in library.drugs.values():
        file = f"drugs/{drug.id}"
        found += _of_file(file, drug, tuple(users[drug.id]), saved.get(file, 0))
    return sorted(found, key=_those_that_reach_most)


def count_unconfirmed(found: Iterable[Unconfirmed]) -> dict[str, dict[str, int]]:
    """Return how many figures of regimens and of drugs are not seen, and how many are ours."""
    counts = {kind: {"not seen": 0, "ours": 0} for kind in ("regimens", "drugs")}
    for one in found:
        kind, _, _ = one.file.partition("/")
        counts[kind]["ours" if one.ours else "not seen"] += one.count
    return counts


def _those_that_reach_most(one: Unconfirmed) -> tuple[int, int, int, str, str]:
    return (-one.plans, -len(one.regimens), -one.count, one.file, one.name)


def _of_file(
    file: str, stated: Regimen | Drug, regimens: tuple[str, ...], plans: int
) -> Iterator[Unconfirmed]:
    places: dict[str, Counter[str]] = defaultdict(Counter)
    for place, name in _named_sources(stated.model_dump(by_alias=True), ""):
        places[name][place] += 1
    for name, figures in places.items():
        entry = stated.sources[name]
        if not entry.confirmed:
            yield Unconfirmed(
                file=file,
                name=name,
                cite=entry.cite,
                ours=name in RESERVED or _OURS.search(entry.cite) is not None,
                figures=dict(figures),
                regimens=regimens,
                plans=plans,
            )


def _named_sources(value: Any, place: str) -> Iterator[tuple[str, str]]:
    """Yield each place that names a source, and the name."""
    if isinstance(value, dict):
        named = str(value.get("name") or value.get("drug") or value.get("what") or "")
        here = " ".join(filter(None, (place, named)))
        for key, entry in value.items():
            if key in _NAMES_A_SOURCE and isinstance(entry, str):
                yield here or "file", entry
            elif key not in _NO_FIGURES:
                yield from _named_sources(entry, f"{here} {key}".strip())
    elif isinstance(value, list):
        for entry in value:
            yield from _named_sources(entry, place)
