"""How far a course lies from each limit: a bar for the eye, and beside it the same in words."""

from __future__ import annotations

from collections.abc import Iterable

import htpy as h

from dosing.trace import SHOWN_DIGITS
from dosing.units import show_number
from schedules.review.margins import Bound, Margin
from screens.marks import bullets, level_mark, source_mark

_ROOM = 1.12
_LEAST_SHOWN = 0.6


def margin_bars(margins: Iterable[Margin]) -> h.Renderable:
    """Return each limit with its bar; what lies outside a range says so with its level."""
    each = [_margin(margin) for margin in margins]
    return h.div(".margins")[_legend() if each else None, each]


def _legend() -> h.Renderable:
    kinds = (("usual", "usual range"), ("hard", "possible range"), ("this", "the dose"))
    return h.p(".legend", aria_hidden="true")[
        [h.span[h.i(class_=f"key {kind}"), " ", words] for kind, words in kinds]
    ]


def _margin(margin: Margin) -> h.Renderable:
    place = f", {margin.route}, per {margin.per}: "
    return h.section(".margin")[
        h.p[h.strong[margin.drug], place, h.strong(".whole")[margin.reached]],
        _bar(margin),
        bullets(map(_words, margin.bounds)),
        h.p[source_mark(margin.source)],
    ]


def _words(bound: Bound) -> h.Node:
    words = f"{bound.word} {bound.text}"
    if bound.margin:
        words += f": {bound.margin}"
    return [level_mark(bound.level), " ", words] if bound.outside else words


def _bar(margin: Margin) -> h.Renderable | None:
    """Draw the ranges and the doses on one scale; the words beneath say the same."""
    ends = [end for bound in margin.bounds for end in (bound.low, bound.high) if end is not None]
    if margin.least is None or margin.most is None or not max(ends):
        return None
    top = max(*ends, margin.most) * _ROOM
    ranges = [
        _piece(
            f"range {bound.word.split()[0]}",
            bound.low or 0.0,
            top if bound.high is None else bound.high,
            top,
        )
        for bound in margin.bounds
    ]
    dose = _piece("this", margin.least, margin.most, top)
    scale = [
        _mark(end, top, side)
        for bound in margin.bounds
        for end, side in ((bound.low, "low"), (bound.high, "high"))
        if end
    ]
    return h.div(aria_hidden="true")[
        h.div(".bar")[ranges, dose], h.p(".scale")[h.span["0"], scale, h.span(".unit")[margin.unit]]
    ]


def _mark(end: float, top: float, side: str) -> h.Renderable:
    """Return the figure of an end; a lowest stands left of its line, so that two never meet."""
    return h.span(class_=f"at {side}", style=f"left:{100 * end / top:.2f}%")[
        show_number(end, SHOWN_DIGITS)
    ]


def _piece(kind: str, low: float, high: float, top: float) -> h.Renderable:
    width = max(100 * (high - low) / top, _LEAST_SHOWN)
    return h.i(class_=kind, style=f"left:{100 * low / top:.2f}%;width:{width:.2f}%")
