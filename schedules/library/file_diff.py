"""What differs between two versions of a regimen or drug file, in clinical words."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Any

from dosing.drugs.drug import Drug
from dosing.drugs.shared_sources import RESERVED
from dosing.errors import refuse
from dosing.rounding import snapped
from dosing.units import in_unit, same_kind, show_number
from schedules.knowledge.regimen import Regimen
from schedules.library.file_words import (
    ENTRY,
    entry_name,
    entry_words,
    is_nothing,
    is_range,
    place_word,
    read_dose,
    value_text,
    whole_text,
)

_LOUD = {"drug": "ANOTHER DRUG", "route": "ANOTHER ROUTE", "id": "ANOTHER ID"}
_LOUD_DOSE = "ANOTHER KIND OF DOSE"

_IN_ORDER = {"phases", "medicines"}

# What a change at a word of the file concerns; the innermost word decides.
_TOUCHES = {
    "source": "",
    "booked": "",
    "medicines": "a dose",
    "phases": "a phase",
    "procedures": "a procedure",
    "days": "a day",
    "times": "a day",
    "at": "a time of day",
    "window": "a window",
    "cycle": "a day",
    "length": "a day",
    "begins": "a day",
    "choices": "a choice",
    "limits": "a limit",
    "products": "a product",
    "prerequisites": "a check",
    "monitor": "monitoring",
    "order": "the order",
    "adjustments": "an adjustment",
    "not_for": "for whom nothing is planned",
    "when": "a band",
    "clearance": "the clearance",
    "as_required": "a dose",
    "first_day": "a day",
    "spacing": "a limit",
    "ladders": "a rate",
    "rate": "a rate",
    "dilutions": "a dilution",
    "chair": "a visit",
}

_SHORT = 100
_DIGITS = range(3, 13)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class FileDifference:
    """One difference: where it is, what was, what is, and the sentence that says so."""

    where: str
    old: Any
    new: Any
    text: str
    touches: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return it as plain values for JSON."""
        return {"where": self.where, "old": self.old, "new": self.new, "text": self.text}


def differences(old: Regimen | Drug, new: Regimen | Drug) -> list[FileDifference]:
    """Describe every difference between two versions of one file, one sentence each.

    Args:
        old: the earlier version.
        new: the later version.

    Returns:
        What the version says of itself first, then the rest in the order of the file; nothing if
        both say the same.

    Raises:
        InputError: if one is a regimen and the other a drug.
    """
    if type(old) is not type(new):
        kinds = [type(version).__name__.lower() for version in (old, new)]
        why, accepted = f"are a {kinds[0]} and a {kinds[1]}", "give two versions of one file"
        refuse("diff", f"{old.id}, {new.id}", why=why, accepted=accepted)
    # That a value is proposed or by hand is said of the value that names it.
    before, after = (
        version.model_dump(
            mode="json",
            by_alias=True,
            exclude={"version": True, "read_back": True, "sources": set(RESERVED)},
        )
        for version in (old, new)
    )
    rest = list(_compare(_Place(), before, after))
    return [*_compare_versions(old.version, new.version, rest), *rest]


def _compare_versions(
    old: int, new: int, rest: Sequence[FileDifference]
) -> Iterator[FileDifference]:
    """Yield how the version changed, or that it did not although what patients get did."""
    touched = list(dict.fromkeys(other.touches for other in rest if other.touches))
    text = ""
    if new > old:
        text = f"Version: {old} becomes {new}."
    elif new < old:
        text = f"VERSION WENT BACK: {old} becomes {new}."
    elif touched:
        text = f"VERSION DID NOT RISE: it is still {new}, although {_listed(touched)} changed."
    if text:
        yield FileDifference(where="version", old=old, new=new, text=text)


def _listed(words: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))


@dataclasses.dataclass(frozen=True, slots=True)
class _Place:
    """Where in a file: the keys that lead there, and the words that a person reads."""

    keys: tuple[str, ...] = ()
    words: tuple[str, ...] = ()

    def at(self, key: str) -> _Place:
        """Go on to a word of the file."""
        word = place_word(key)
        return _Place((*self.keys, key), (*self.words, word) if word else self.words)

    def entry(self, words: str) -> _Place:
        """Go on to one entry of a list or of the sources."""
        return _Place((*self.keys, ENTRY), (*self.words, words))

    @property
    def key(self) -> str:
        return self.keys[-1] if self.keys else ""

    def difference(self, old: Any, new: Any, words: str, loud: str = "") -> FileDifference:
        """Return the sentence: the place, then how it changed."""
        where = ", ".join(self.words)
        text = f"{loud}: {where}: {words}" if loud else f"{where[:1].upper()}{where[1:]}: {words}"
        touches = next((_TOUCHES[key] for key in reversed(self.keys) if key in _TOUCHES), "")
        end = "" if text.endswith(('."', ".")) else "."
        return FileDifference(where=where, old=old, new=new, text=f"{text}{end}", touches=touches)


def _compare(place: _Place, old: Any, new: Any) -> Iterator[FileDifference]:
    if old == new or (is_nothing(old) and is_nothing(new)):
        return
    if _is_table(old) and _is_table(new):
        yield from _compare_tables(place, old or [], new or [])
    elif is_nothing(old):
        yield place.difference(old, new, f"added ({whole_text(place.keys, new)})")
    elif is_nothing(new):
        yield place.difference(old, new, f"removed (was {whole_text(place.keys, old)})")
    elif isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys((*old, *new)):
            # Sources are a table by name.
            at = place.entry(f"source {key}") if place.key == "sources" else place.at(key)
            yield from _compare(at, old.get(key), new.get(key))
    elif isinstance(old, list) and isinstance(new, list) and (len(old), len(new)) != (1, 1):
        yield place.difference(old, new, _lists(place.keys, old, new))
    elif isinstance(old, list) and isinstance(new, list):
        yield _changed(place, old[0], new[0])
    else:
        yield _changed(place, old, new)


def _compare_tables(
    place: _Place, old: list[dict[str, Any]], new: list[dict[str, Any]]
) -> Iterator[FileDifference]:
    """Compare lists of mappings entry by entry, and the order of those that are in both."""
    pairs = _pairs(old, new)
    for was, becomes in pairs:
        entry = old[was] if was is not None else new[becomes] if becomes is not None else {}
        position = becomes if becomes is not None else was
        words = entry_words(place.key, entry, (position or 0) + 1)
        yield from _compare(
            place.entry(words),
            None if was is None else old[was],
            None if becomes is None else new[becomes],
        )
    in_both = [(w, b) for w, b in pairs if w is not None and b is not None]
    order = [becomes for _, becomes in in_both]
    if place.key in _IN_ORDER and order != sorted(order):
        before = [entry_name(old[n]) for n, _ in in_both]
        after = [entry_name(new[n]) for n in sorted(order)]
        at = _Place((*place.keys, "order"), (*place.words, f"order of the {place.key}"))
        yield at.difference(before, after, f"{', '.join(before)} becomes {', '.join(after)}")


def _pairs(
    old: Sequence[dict[str, Any]], new: Sequence[dict[str, Any]]
) -> list[tuple[int | None, int | None]]:
    """Match entries of one name, the most alike first; one without a match stands alone."""
    likeness = sorted(
        (-_alike(was, becomes), abs(n - m), n, m)
        for n, was in enumerate(old)
        for m, becomes in enumerate(new)
        if entry_name(was) == entry_name(becomes)
    )
    matched: dict[int, int] = {}
    for _, _, n, m in likeness:
        if n not in matched and m not in matched.values():
            matched[n] = m
    added = [m for m in range(len(new)) if m not in matched.values()]
    return [*((n, matched.get(n)) for n in range(len(old))), *((None, m) for m in added)]


def _alike(old: Any, new: Any) -> int:
    """Count what two entries have in common; doses of one kind count half."""
    if isinstance(old, dict) and isinstance(new, dict):
        return sum(_alike(value, new[key]) for key, value in old.items() if key in new)
    if old == new:
        return 2
    before, after = read_dose(old), read_dose(new)
    return int(before is not None and after is not None and same_kind(before, after))


def _changed(place: _Place, old: Any, new: Any) -> FileDifference:
    """Describe how one value became another; a dose with the factor, as pharmacists look for it."""
    words = f"{value_text(place.keys, old)} becomes {value_text(place.keys, new)}"
    was, becomes = read_dose(old), read_dose(new)
    if was is not None and becomes is not None:
        if not same_kind(was, becomes):
            return place.difference(old, new, words, _LOUD_DOSE)
        factor = snapped(becomes.magnitude / float(in_unit(was, becomes.units, "dose")))
        if factor == 1:
            same = place.difference(old, new, f"{words}, the same in another unit")
            return dataclasses.replace(same, touches="")
        words += f", {_times(factor)}"
    return place.difference(old, new, words, _LOUD.get(place.key, ""))


def _times(factor: float) -> str:
    """Return a factor with as many digits as tell it from 1."""
    texts = [show_number(factor, digits) for digits in _DIGITS]
    return f"{next((text for text in texts if text != '1'), texts[-1])} times"


def _lists(keys: tuple[str, ...], old: list[Any], new: list[Any]) -> str:
    """Describe how a list changed: both if they are short, what is gone and what is new."""
    both = f"{value_text(keys, old)} becomes {value_text(keys, new)}"
    if is_range(keys):
        return both
    removed = [value for value in old if value not in new]
    added = [value for value in new if value not in old]
    parts = [both] if len(both) <= _SHORT or not (removed or added) else []
    for values, word in ((removed, "removed"), (added, "added")):
        if values:
            parts.append(f"{value_text(keys, values)} {word}")
    return "; ".join(parts)


def _is_table(value: Any) -> bool:
    return value is None or (
        isinstance(value, list) and all(isinstance(entry, dict) for entry in value)
    )
