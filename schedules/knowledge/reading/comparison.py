"""What differs between two readings: the sentences that are gone, and those that are new."""

from __future__ import annotations

import dataclasses
import difflib
import re
from collections import Counter
from collections.abc import Iterator
from itertools import zip_longest

from dosing.errors import InputError
from dosing.rounding import snapped
from dosing.units import Quantity, dose, in_unit, same_kind, show_number
from schedules.knowledge.reading.page import HEADING, Sentence, sentences_of

_QUANTITY = re.compile(r"(?<![\w.])[0-9][0-9.,]* [A-Za-z%][A-Za-z0-9]*(?:/[A-Za-z0-9.]+)*")
_DIGITS = range(3, 13)
_NOTHING = ("", "")


@dataclasses.dataclass(frozen=True, slots=True)
class SentenceChange:
    """A sentence that is gone, one that is new, or one that became another."""

    where: str
    gone: str
    new: str

    @property
    def text(self) -> str:
        """Return it as a person reads it, a line for what is gone and one for what is new."""
        remark = _remark(self.gone, self.new)
        lines = [self.where, *(f"  gone: {text}" for text in (self.gone,) if text)]
        lines += [f"  new:  {text}" for text in (self.new,) if text]
        return "\n".join(lines + [f"  {text}" for text in (remark,) if text])

    def as_dict(self) -> dict[str, str]:
        """Return it as plain values for JSON."""
        return {**dataclasses.asdict(self), "remark": _remark(self.gone, self.new)}


def compare_readings(old: str, new: str) -> list[SentenceChange]:
    """Return every sentence in which two readings differ, in the order of the page.

    One that only stands elsewhere under its heading is no difference; a heading that does, is.
    """
    before, after = list(sentences_of(old)), list(sentences_of(new))
    opcodes = difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    blocks = [
        (before[i:i_end], after[j:j_end]) for what, i, i_end, j, j_end in opcodes if what != "equal"
    ]
    gone = Counter(sentence for block, _ in blocks for sentence in block)
    came = Counter(sentence for _, block in blocks for sentence in block)
    moved = Counter({one: n for one, n in (gone & came).items() if not one[1].startswith(HEADING)})
    return list(_changes(blocks, moved))


def _changes(
    blocks: list[tuple[list[Sentence], list[Sentence]]], moved: Counter[Sentence]
) -> Iterator[SentenceChange]:
    moved_from, moved_to = moved.copy(), moved.copy()
    for block, other in blocks:
        gone, came = _without(block, moved_from), _without(other, moved_to)
        for (was_at, was), (is_at, now) in zip_longest(gone, came, fillvalue=_NOTHING):
            if was_at == is_at or not was or not now:
                yield SentenceChange(was_at or is_at, was, now)
            else:
                yield SentenceChange(was_at, was, "")
                yield SentenceChange(is_at, "", now)


def _without(block: list[Sentence], moved: Counter[Sentence]) -> list[Sentence]:
    """Return a block without what has moved, each as often as it has."""
    left = []
    for sentence in block:
        if moved[sentence] > 0:
            moved[sentence] -= 1
        else:
            left.append(sentence)
    return left


def _remark(gone: str, new: str) -> str:
    """Return by which factor a quantity changed, where nothing else of a sentence did."""
    before, after = _QUANTITY.findall(gone), _QUANTITY.findall(new)
    if not before or _QUANTITY.sub("", gone) != _QUANTITY.sub("", new):
        return ""
    pairs = [(was, now) for was, now in zip(before, after, strict=True) if was != now]
    return "; ".join(filter(None, (_factor(was, now) for was, now in pairs)))


def _factor(was: str, now: str) -> str:
    before, after = _read(was), _read(now)
    if before is None or after is None:
        return ""
    if not same_kind(before, after):
        return f"ANOTHER KIND OF DOSE: {was} becomes {now}"
    factor = snapped(after.magnitude / float(in_unit(before, after.units, "dose")))
    if factor == 1:
        return f"{was} and {now} are the same in another unit"
    texts = [show_number(factor, digits) for digits in _DIGITS]
    return f"{was} becomes {now}: {next((t for t in texts if t != '1'), texts[-1])} times"


def _read(text: str) -> Quantity | None:
    try:
        return dose(text.replace(",", ""))
    except InputError:
        return None
