"""Parts of the body that were lost: what was typed, and the weight before, by published shares.

The parts and their shares stand in ``plausibility.toml``. Where no figure for a part is agreed on,
no weight is estimated, and every output that goes by a weight says so.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence

from dosing.errors import Problems, refuse, text_of
from dosing.plausibility import PLAUSIBLE
from dosing.units import Quantity, quantity

SIDES = ("left", "right", "both")
NONE = "none"
_KNOWN = PLAUSIBLE.amputation
# Every word that means a part, the longest first: "lower leg and foot" is not "foot".
_WORDS = {
    **{word: name for name, part in _KNOWN.parts.items() for word in (name, *part.also)},
    **{word: word for word in _KNOWN.without_a_figure},
}
_WRITE = f'a part and its side, such as "below knee left": {", ".join(sorted(_WORDS))}'


@dataclasses.dataclass(frozen=True, slots=True)
class LostPart:
    """One part that was lost; ``percent`` of the whole body, None where no figure is agreed on."""

    name: str
    side: str
    percent: float | None

    @property
    def limb(self) -> str:
        """Return the limb that it belongs to: arm or leg."""
        part = _KNOWN.parts.get(self.name)
        return part.limb if part is not None else _KNOWN.without_a_figure[self.name]

    def __str__(self) -> str:
        """Return it in words: lower leg and foot, left (5.9 %)."""
        figure = "no agreed figure" if self.percent is None else f"{self.percent:g} %"
        return f"{self.name}{f', {self.side}' if self.side else ''} ({figure})"


@dataclasses.dataclass(frozen=True, slots=True)
class Amputated:
    """All that was lost of a body."""

    parts: tuple[LostPart, ...]

    @property
    def percent(self) -> float | None:
        """Return the share that is missing, in percent; None where a part has no figure."""
        shares = [part.percent for part in self.parts if part.percent is not None]
        return sum(shares) if len(shares) == len(self.parts) else None

    def whole(self, weight: Quantity) -> Quantity:
        """Return the weight before: measured / (1 - missing share); as measured without a figure.

        Source: Osterkamp, J Am Diet Assoc 1995;95:215.
        """
        if self.percent is None:
            return weight
        return quantity(weight.magnitude / (1 - self.percent / 100), weight.units)

    def __str__(self) -> str:
        """Return all parts in words."""
        return "; ".join(map(str, self.parts))


def read_amputations(texts: str | Sequence[str], field: str = "amputation") -> Amputated | None:
    """Read what was lost, a text for each part; None where nothing was, or "none".

    Raises:
        InputError: if a part is not known, or two of them are on one limb.
    """
    if not isinstance(texts, str | list | tuple):
        refuse(field, text_of(texts), why="is not text", write=_WRITE)
    typed = [texts] if isinstance(texts, str) else list(texts)
    if not typed or typed == [NONE]:
        return None
    problems = Problems()
    read = [problems.reading(_read, text, field) for text in typed]
    problems.raise_if_any()
    parts = [part for pair in read if pair is not None for part in pair]
    _refuse_overlap(parts, field)
    return Amputated(tuple(parts))


def _read(text: object, field: str) -> tuple[LostPart, ...]:
    if not isinstance(text, str):
        refuse(field, text_of(text), why="is not text", write=_WRITE)
    words = text.casefold().replace(",", " ").replace("-", " ").split()
    sides = [word for word in words if word in SIDES]
    name = _WORDS.get(" ".join(word for word in words if word not in SIDES))
    if name is None or len(sides) > 1:
        refuse(field, text, why="is not known here", write=_WRITE)
    part = _KNOWN.parts.get(name)
    percent = part.percent if part is not None else None
    if sides == ["both"]:
        return tuple(LostPart(name, side, percent) for side in SIDES[:2])
    return (LostPart(name, sides[0] if sides else "", percent),)


def _refuse_overlap(parts: Iterable[LostPart], field: str) -> None:
    """Refuse two parts of one limb: the foot goes with the leg, and counts once."""
    sides: dict[str, set[str]] = {}
    for part in parts:
        taken = sides.setdefault(part.limb, set())
        if taken and (part.side in taken or "" in {part.side, *taken}):
            why = f"stands beside another part of the same {part.limb}"
            write = "the highest level of each limb, with its side: left or right"
            refuse(field, f"{part.name} {part.side}".strip(), why=why, write=write)
        taken.add(part.side)
