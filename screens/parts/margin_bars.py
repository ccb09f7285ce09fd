"""How far a course lies from each limit: a bar for the eye, and beside it the same in words."""

from __future__ import annotations

from collections.abc import Iterable

from schedules.review.margins import Bound, Margin
from screens.marks import escaped, level_mark, source_mark

_ROOM = 1.12
_LEAST_SHOWN = 0.6


def margin_bars(margins: Iterable[Margin]) -> str:
    """Give each limit with its bar; what lies outside a range says so with its level."""
    return f'<div class="margins">{"".join(map(_margin, margins))}</div>'


def _margin(margin: Margin) -> str:
    lines = "".join(f"<li>{_words(bound)}</li>" for bound in margin.bounds)
    return (
        f'<section class="margin"><p><strong>{escaped(margin.drug)}</strong>, '
        f"{escaped(margin.route)}, per {escaped(margin.per)}: "
        f'<strong class="whole">{escaped(margin.reached)}</strong></p>{_bar(margin)}'
        f"<ul>{lines}</ul><p>{source_mark(margin.source)}</p></section>"
    )


def _words(bound: Bound) -> str:
    said = f"{escaped(bound.word)} {escaped(bound.text)}"
    if bound.margin:
        said += f": {escaped(bound.margin)}"
    return f"{level_mark(bound.level)} {said}" if bound.outside else said


def _bar(margin: Margin) -> str:
    """Draw the ranges and the doses on one scale; the words beneath say the same."""
    ends = [end for bound in margin.bounds for end in (bound.low, bound.high) if end is not None]
    if margin.least is None or margin.most is None or not max(ends):
        return ""
    top = max(*ends, margin.most) * _ROOM
    ranges = "".join(
        _piece(
            f"range {bound.word.split()[0]}",
            bound.low or 0.0,
            top if bound.high is None else bound.high,
            top,
        )
        for bound in margin.bounds
    )
    dose = _piece("this", margin.least, margin.most, top)
    return f'<div class="bar" aria-hidden="true">{ranges}{dose}</div>'


def _piece(kind: str, low: float, high: float, top: float) -> str:
    width = max(100 * (high - low) / top, _LEAST_SHOWN)
    return f'<i class="{kind}" style="left:{100 * low / top:.2f}%;width:{width:.2f}%"></i>'
