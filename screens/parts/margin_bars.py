"""How far a course lies from each limit: a bar for the eye, and beside it the same in words."""

from __future__ import annotations

from collections.abc import Iterable

import htpy as h

from schedules.review.margins import Bound, Margin
from screens.marks import bullets, level_mark, source_mark

_ROOM = 1.12
_LEAST_SHOWN = 0.6


def margin_bars(margins: Iterable[Margin]) -> h.Renderable:
    """Return each limit with its bar; what lies outside a range says so with its level."""
    return h.div(".margins")[[_margin(margin) for margin in margins]]


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
    return h.div(".bar", aria_hidden="true")[ranges, dose]


def _piece(kind: str, low: float, high: float, top: float) -> h.Renderable:
    width = max(100 * (high - low) / top, _LEAST_SHOWN)
    return h.i(class_=kind, style=f"left:{100 * low / top:.2f}%;width:{width:.2f}%")
