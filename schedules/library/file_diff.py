"""What differs between two versions of a regimen or drug file, in clinical words."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Any

from dosing.drugs.drug import Drug
from dosing.errors import InputError, refuse
from dosing.rounding import snapped
from dosing.units import Quantity, dose, in_unit, same_kind, show, show_number, spelling
from schedules.knowledge.regimen import Regimen

_LOUD = {"drug": "ANOTHER DRUG", "route": "ANOTHER ROUTE", "id": "ANOTHER ID"}
_LOUD_DOSE = "ANOTHER KIND OF DOSE"

# By which of its words an entry of a list is known, the first that it has; never by its position.
_NAMES = ("name", "item", "drug", "what", "prints", "id", "per", "start", "meets", "product")
_ENTRIES = {
    "phases": "phase {}",
    "gives": "{}",
    "acts": "{}",
    "monitor": 'monitoring of "{}"',
    "checks": 'check "{}"',
    "errata": 'erratum "{}"',
    "choices": "choice {}",
    "products": 'product "{}"',
    "limits": "limit per {}",
    "examples": "example from {}",
    "sources": "source {}",
    "adjustments": "adjustment {}",
    "not_for": "not for {}",
    "as_required": "{} as required",
    "spacing": "spacing from {}",
    "ladders": 'rate ladder "{}"',
    "dilutions": 'dilution of "{}"',
    "steps": "step {}",
    "chair": "time in the chair {}",
}
_WORDS = {
    "for": "diseases",
    "also": "other names",
    "per_cycle": "total of a cycle",
    "per_course": "total of the course",
    "at": "times of day",
    "takes": "booked length",
    "round": "rounding",
    "usual": "usual dose",
    "hard": "hard limit",
    "note": "level to note",
    "when": "patients",
    "gives": "",
    "phases": "",
    "limits": "",
    "products": "",
    "errata": "",
    "checks": "",
    "choices": "",
    "examples": "",
    "sources": "",
    "monitor": "",
    "acts": "",
    "confirmed": "",
    "adjustments": "",
    "not_for": "",
    "propose": "part of the standard dose",
    "as_required": "",
    "spacing": "",
    "ladders": "",
    "dilutions": "",
    "steps": "",
    "chair": "",
}
_QUOTED = {
    "title",
    "text",
    "about",
    "cite",
    "says",
    "place",
    "link",
    "why",
    "means",
    "ask",
    "only_if",
}
_ENTRY = "*"
_RANGES = {("choices", _ENTRY, "days"), ("choices", _ENTRY, "number")}
_IN_ORDER = {"phases", "gives"}

# What a change at a word of the file touches; the innermost word decides.
_TOUCHES = {
    "source": "",
    "takes": "",
    "gives": "a dose",
    "phases": "a phase",
    "acts": "a procedure",
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
    "checks": "a check",
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
        """Give it as plain values for JSON."""
        return {"where": self.where, "old": self.old, "new": self.new, "text": self.text}


def differences(old: Regimen | Drug, new: Regimen | Drug) -> list[FileDifference]:
    """Say every difference between two versions of one file, one sentence each.

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
        refuse(
            "diff",
            f"{old.id}, {new.id}",
            why=f"are a {kinds[0]} and a {kinds[1]}",
            accepted="give two versions of one file",
        )
    before, after = (
        version.model_dump(mode="json", by_alias=True, exclude={"version", "read_back"})
        for version in (old, new)
    )
    found = list(_compare(_Place(), before, after))
    return [*_version(old.version, new.version, found), *found]


def _version(old: int, new: int, found: Sequence[FileDifference]) -> Iterator[FileDifference]:
    """Say how the version changed, and that it did not although what patients get did."""
    touched = list(dict.fromkeys(other.touches for other in found if other.touches))
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
        word = _WORDS.get(key, key.replace("_", " "))
        return _Place((*self.keys, key), (*self.words, word) if word else self.words)

    def entry(self, words: str) -> _Place:
        """Go on to one entry of a list or of the sources."""
        return _Place((*self.keys, _ENTRY), (*self.words, words))

    @property
    def key(self) -> str:
        return self.keys[-1] if self.keys else ""

    def difference(self, old: Any, new: Any, said: str, loud: str = "") -> FileDifference:
        """Make the sentence: the place, then what is said of it."""
        where = ", ".join(self.words)
        text = f"{loud}: {where}: {said}" if loud else f"{where[:1].upper()}{where[1:]}: {said}"
        touches = next((_TOUCHES[key] for key in reversed(self.keys) if key in _TOUCHES), "")
        end = "" if text.endswith(('."', ".")) else "."
        return FileDifference(where=where, old=old, new=new, text=f"{text}{end}", touches=touches)


def _compare(place: _Place, old: Any, new: Any) -> Iterator[FileDifference]:
    if old == new or (_nothing(old) and _nothing(new)):
        return
    if place.key == "sources" and isinstance(old, dict) and isinstance(new, dict):
        for name in dict.fromkeys((*old, *new)):
            yield from _compare(
                place.entry(_ENTRIES["sources"].format(name)), old.get(name), new.get(name)
            )
    elif _is_table(old) and _is_table(new):
        yield from _compare_tables(place, old or [], new or [])
    elif _nothing(old):
        yield place.difference(old, new, f"added ({_whole(place, new)})")
    elif _nothing(new):
        yield place.difference(old, new, f"removed (was {_whole(place, old)})")
    elif isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys((*old, *new)):
            yield from _compare(place.at(key), old.get(key), new.get(key))
    elif isinstance(old, list) and isinstance(new, list) and (len(old), len(new)) != (1, 1):
        yield place.difference(old, new, _lists(place.keys, old, new))
    elif isinstance(old, list) and isinstance(new, list):
        yield _changed(place, old[0], new[0])
    else:
        yield _changed(place, old, new)


def _compare_tables(
    place: _Place, old: list[dict[str, Any]], new: list[dict[str, Any]]
) -> Iterator[FileDifference]:
    """Compare lists of mappings entry by entry, and say when what is in both has moved."""
    pairs = _pairs(old, new)
    for was, becomes in pairs:
        entry = old[was] if was is not None else new[becomes] if becomes is not None else {}
        position = becomes if becomes is not None else was
        words = _entry_words(place.key, entry, (position or 0) + 1)
        yield from _compare(
            place.entry(words),
            None if was is None else old[was],
            None if becomes is None else new[becomes],
        )
    if place.key in _IN_ORDER:
        common = [(was, becomes) for was, becomes in pairs if was is not None]
        order = [becomes for _, becomes in common if becomes is not None]
        if order != sorted(order):
            names = [
                [_name(entries[n]) for n in sorted(kept)]
                for entries, kept in (
                    (old, [was for was, becomes in common if becomes is not None]),
                    (new, order),
                )
            ]
            yield _Place(
                (*place.keys, "order"), (*place.words, f"order of the {place.key}")
            ).difference(names[0], names[1], f"{', '.join(names[0])} becomes {', '.join(names[1])}")


def _pairs(
    old: Sequence[dict[str, Any]], new: Sequence[dict[str, Any]]
) -> list[tuple[int | None, int | None]]:
    """Match entries of one name, the most alike first; one without a match stands alone."""
    likeness = sorted(
        (-_alike(was, becomes), abs(n - m), n, m)
        for n, was in enumerate(old)
        for m, becomes in enumerate(new)
        if _name(was) == _name(becomes)
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
    before, after = _dose(old), _dose(new)
    return int(before is not None and after is not None and same_kind(before, after))


def _name(entry: dict[str, Any]) -> str:
    return next((str(entry[key]) for key in _NAMES if entry.get(key)), "")


def _entry_words(table: str, entry: dict[str, Any], position: int) -> str:
    """Name an entry as a person would: phase induction, limit per dose in mg/m2 (oral)."""
    name = _name(entry)
    words = _ENTRIES.get(table, f"{table.replace('_', ' ')} {{}}").format(name or position)
    if table == "limits":
        bounds = [entry[level] for level in ("hard", "usual", "note") if entry.get(level)]
        values = [_dose(value) for bound in bounds for value in bound.values()]
        unit = next((spelling(value.units) for value in values if value is not None), "")
        routes = ", ".join(entry.get("routes") or ())
        words += (f" in {unit}" if unit else "") + (f" ({routes})" if routes else "")
    if table == "gives" and entry.get("when"):
        words += f" ({_text(('when',), entry['when'])})"
    if table == "examples":
        words = f"example {position} ({entry.get('start', '')})"
    return words


def _changed(place: _Place, old: Any, new: Any) -> FileDifference:
    """Say how one value became another; a dose with the factor, which a pharmacist looks for."""
    said = f"{_text(place.keys, old)} becomes {_text(place.keys, new)}"
    was, becomes = _dose(old), _dose(new)
    if was is not None and becomes is not None:
        if not same_kind(was, becomes):
            return place.difference(old, new, said, _LOUD_DOSE)
        factor = snapped(becomes.magnitude / float(in_unit(was, becomes.units, "dose")))
        if factor == 1:
            same = place.difference(old, new, f"{said}, the same in another unit")
            return dataclasses.replace(same, touches="")
        said += f", {_times(factor)}"
    return place.difference(old, new, said, _LOUD.get(place.key, ""))


def _times(factor: float) -> str:
    """Say a factor with as many digits as tell it from 1."""
    texts = [show_number(factor, digits) for digits in _DIGITS]
    return f"{next((text for text in texts if text != '1'), texts[-1])} times"


def _lists(keys: tuple[str, ...], old: list[Any], new: list[Any]) -> str:
    """Say how a list changed: both if they are short, and what is gone and what is new."""
    if _is_range(keys):
        return f"{_text(keys, old)} becomes {_text(keys, new)}"
    gone = [value for value in old if value not in new]
    more = [value for value in new if value not in old]
    said = [f"{_text(keys, old)} becomes {_text(keys, new)}"]
    if gone or more:
        said = said if len(said[0]) <= _SHORT else []
        said += [f"{_text(keys, gone)} removed"] if gone else []
        said += [f"{_text(keys, more)} added"] if more else []
    return "; ".join(said)


def _whole(place: _Place, value: Any) -> str:
    """Write all of what was added or removed, without the name that the place already says."""
    if place.key == _ENTRY and isinstance(value, dict):
        name = next((key for key in _NAMES if value.get(key)), "")
        value = {key: part for key, part in value.items() if key != name}
    return _text(place.keys, value)


def _text(keys: tuple[str, ...], value: Any) -> str:
    """Write a value of the file for a person."""
    if isinstance(value, dict):
        return "; ".join(
            _member((*keys, key), part)
            for key, part in value.items()
            if not _nothing(part) and (part is not False or key == "confirmed")
        )
    if isinstance(value, list):
        between = " to " if _is_range(keys) else ", "
        return between.join(_bracketed(keys, part) for part in value)
    if isinstance(value, bool):
        words = ("confirmed", "UNCONFIRMED") if keys[-1:] == ("confirmed",) else ("yes", "no")
        return words[not value]
    if isinstance(value, (int, float)):
        return show_number(value)
    found = _dose(value)
    if found is not None:
        return show(found)
    return f'"{value}"' if keys[-1:] and keys[-1] in _QUOTED else str(value)


def _member(keys: tuple[str, ...], value: Any) -> str:
    word = _WORDS.get(keys[-1]) or keys[-1].replace("_", " ")
    text = _bracketed(keys, value)
    return text if keys[-1] == "confirmed" else f"{word} {text}"


def _bracketed(keys: tuple[str, ...], value: Any) -> str:
    text = _text(keys, value)
    return f"({text})" if isinstance(value, dict) else text


def _dose(value: Any) -> Quantity | None:
    """Read what is an amount or a dose rate; other texts of a file are none."""
    if not isinstance(value, str):
        return None
    try:
        return dose(value)
    except InputError:
        return None


def _is_range(keys: tuple[str, ...]) -> bool:
    return keys[-3:] in _RANGES


def _is_table(value: Any) -> bool:
    return value is None or (
        isinstance(value, list) and all(isinstance(entry, dict) for entry in value)
    )


def _nothing(value: Any) -> bool:
    return value is None or value in ("", [], {})
