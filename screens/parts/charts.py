"""The charts, drawn in Altair: each form is built and checked once, and only its data change.

Building a chart costs Altair some 14 ms, too much for every letter that is typed. So a form is
cached with named data in it, and ``fill`` puts the values where the names stand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import altair as alt

_DOSE_HEIGHT = 190
_SUM_HEIGHT = 230
_AXIS_WIDTH = 56
_ROW_HEIGHT = 22
# Numbers over narrower bars would lie over one another.
_NUMBER_WIDTH = 32
_STEP_NAME = 20
_LEAST_NAME = 32
_OTHERS = 0.45
_MOST_TICKS = 6

Rows = Sequence[dict[str, Any]]


def fill(form: Any, data: Mapping[str, Rows]) -> Any:
    """Return a copy of a chart's form with the values in place of the names of its data."""
    if isinstance(form, dict):
        if set(form) == {"name"} and form["name"] in data:
            return {"values": list(data[form["name"]])}
        return {key: fill(part, data) for key, part in form.items()}
    return [fill(part, data) for part in form] if isinstance(form, list) else form


@lru_cache(maxsize=64)
def doses_form(title: str, ink: str, *, stepped: bool, opens: bool) -> dict[str, Any]:
    """Draw doses as bars by day, over the bands of the phases, whose names stand above.

    Where the dose rises or falls in steps, each step is a line with its amount. Where a bar opens
    its dose, a click is told as ``clicked``, with the dose's id.
    """
    names = (
        alt.Chart(alt.NamedData("bands"))
        .mark_text(
            align="left",
            baseline="bottom",
            dx=2,
            # Above the amount of the highest step.
            dy=-_STEP_NAME if stepped else -5,
            fontSize=13,
            fontWeight=600,
            color=ink,
            # A name that has no room before the next is shortened; of 0 there would be no limit.
            limit=alt.expr("max(1, datum.room * width - 4)"),
            # It is left out where only its dots would stand.
            opacity=alt.expr(f"datum.room * width < {_LEAST_NAME} ? 0 : 1"),
        )
        .encode(x=_day("from:T", None), y=alt.value(0), text="name:N")
    )
    bars = (
        alt.Chart(alt.NamedData("doses"))
        # Ending before midnight, doses on consecutive days stay apart.
        .transform_calculate(evening="toDate(datum.until) - 6 * 3600000")
        .mark_rect(cornerRadius=1, strokeWidth=1)
        .encode(
            x=_day("day:T", None),
            x2="evening:T",
            y=_amount("dose:Q", title),
            y2=alt.datum(0),
            # A day is less than a pixel in a long course; the outline keeps its dose to be seen.
            color=_phase(alt.Color),
            stroke=_phase(alt.Stroke),
            tooltip=_tooltips(),
        )
    )
    if opens:
        clicked = alt.selection_point(name="clicked", fields=["id"], on="click", toggle="false")
        bars = bars.mark_rect(cornerRadius=1, strokeWidth=1, cursor="pointer").add_params(clicked)
    steps = alt.Chart(alt.NamedData("steps")).encode(
        x=_day("day:T", None), y=_amount("dose:Q", title)
    )
    lines = steps.mark_rule(strokeWidth=2.5, color=ink, aria=False).encode(x2="until:T")
    amounts = steps.mark_text(
        align="left", baseline="bottom", dx=2, dy=-3, fontSize=12, color=ink
    ).encode(text="text:N")
    return _form(
        alt.layer(_bands(None), names, bars, lines, amounts),
        _DOSE_HEIGHT,
        {"top": 22 + (_STEP_NAME if stepped else 0), "left": 5, "right": 12, "bottom": 2},
    )


@lru_cache(maxsize=64)
def sum_form(title: str, ink: str, *, limited: bool) -> dict[str, Any]:
    """Draw the cumulative dose by day as a line of steps, against the limits."""
    days = alt.Axis(format="%d-%b-%Y", labelOverlap=True, tickCount=6, grid=False)
    line = (
        alt.Chart(alt.NamedData("doses"))
        .mark_line(
            interpolate="step-after",
            strokeWidth=2.5,
            point=alt.OverlayMarkDef(size=28, filled=True),
        )
        .encode(x=_day("day:T", days), y=_amount("in_all:Q", title), tooltip=_tooltips())
    )
    layers = [_bands(days), line]
    if limited:
        limits = alt.Chart(alt.NamedData("limits")).encode(y="amount:Q")
        layers += [
            limits.mark_rule(strokeDash=[6, 4], color=ink, aria=False),
            limits.mark_text(
                align="left", baseline="bottom", dx=4, dy=-4, fontSize=12, color=ink
            ).encode(x=alt.value(0), text="text:N"),
        ]
    return _form(alt.layer(*layers), _SUM_HEIGHT, {"top": 4, "left": 5, "right": 12, "bottom": 4})


@lru_cache(maxsize=64)
def surfaces_form(order: tuple[str, ...], ink: str, *, named: bool) -> dict[str, Any]:
    """Draw the body surface by each formula as dots on one scale, the chosen one named."""
    base = alt.Chart(alt.NamedData("surfaces")).encode(
        x=alt.X(
            "m2:Q", title="m2", scale=alt.Scale(zero=False), axis=alt.Axis(grid=True, tickCount=6)
        ),
        y=alt.Y(
            "formula:N",
            sort=list(order),
            title=None,
            axis=alt.Axis(labelLimit=200, labelOverlap=False),
        ),
    )
    strength = (
        alt.when(alt.datum.chosen == "chosen").then(alt.value(1)).otherwise(alt.value(_OTHERS))
        if named
        else alt.value(0.9)
    )
    dots = base.mark_point(filled=True, size=110).encode(
        opacity=strength,
        tooltip=[alt.Tooltip("formula:N", title="Formula"), alt.Tooltip("text:N", title="Surface")],
    )
    label = (
        base.transform_filter(alt.datum.chosen == "chosen")
        .mark_text(align="left", dx=10, fontWeight=600, color=ink)
        .encode(text="chosen:N")
    )
    chart = alt.layer(dots, label)
    return _form(chart, _ROW_HEIGHT * len(order), {"top": 4, "left": 5, "right": 60, "bottom": 4})


@lru_cache(maxsize=16)
def bars_form(title: str, ink: str, starts: tuple[str, ...]) -> dict[str, Any]:
    """Draw one figure by day or week as bars, each with its number where there is room.

    The axis names days on which a bar begins: left to itself it names Sundays.
    """
    named = list(starts[:: (len(starts) - 1) // _MOST_TICKS + 1])
    days = alt.Axis(format="%d-%b-%Y", labelOverlap=True, values=named, grid=False, title="date")
    base = alt.Chart(alt.NamedData("figures"))
    tooltip = [alt.Tooltip("when:N", title="When"), alt.Tooltip("text:N", title=title)]
    bars = (
        base.transform_calculate(evening="toDate(datum.until) - 6 * 3600000")
        .mark_rect(cornerRadius=1, strokeWidth=1, stroke=ink)
        .encode(
            x=_day("day:T", days),
            x2="evening:T",
            y=_amount("figure:Q", title),
            y2=alt.datum(0),
            tooltip=tooltip,
        )
    )
    numbers = (
        base.transform_calculate(
            middle="(toNumber(toDate(datum.day)) + toNumber(toDate(datum.until)) - 21600000) / 2"
        )
        .mark_text(
            baseline="bottom",
            dy=-3,
            fontSize=12,
            color=ink,
            opacity=alt.expr(f"width < {_NUMBER_WIDTH * len(starts)} ? 0 : 1"),
        )
        .encode(x=_day("middle:T", days), y=_amount("figure:Q", title), text="text:N")
    )
    layers = [bars, numbers]
    return _form(alt.layer(*layers), _DOSE_HEIGHT, {"top": 18, "left": 5, "right": 12, "bottom": 4})


@lru_cache(maxsize=1)
def rate_form() -> dict[str, Any]:
    """Draw the rate of a pump over the minutes from its start."""
    minutes = alt.Axis(title="minutes from the start", grid=False, tickCount=8)
    base = alt.Chart(alt.NamedData("rates")).encode(
        x=alt.X("minute:Q", axis=minutes, scale=alt.Scale(nice=False)),
        y=_amount("rate:Q", "mL/h"),
        tooltip=[alt.Tooltip("when:N", title="From"), alt.Tooltip("said:N", title="Rate")],
    )
    layers = [
        base.mark_area(interpolate="step-after", opacity=0.18),
        base.mark_line(interpolate="step-after", strokeWidth=2.5),
    ]
    return _form(alt.layer(*layers), _DOSE_HEIGHT, {"top": 4, "left": 5, "right": 12, "bottom": 4})


def _form(
    chart: alt.LayerChart | alt.FacetChart, height: int, padding: dict[str, int]
) -> dict[str, Any]:
    form: dict[str, Any] = chart.properties(height=height, padding=padding).to_dict()
    # Streamlit brings its own theme; Altair's would lie over it.
    form.pop("config", None)
    return form


def _bands(axis: alt.Axis | None) -> alt.Chart:
    """Shade every phase."""
    bands = alt.Chart(alt.NamedData("bands")).mark_rect(opacity=0.1)
    chart: alt.Chart = bands.encode(x=_day("from:T", axis), x2="to:T", color=_phase(alt.Color))
    return chart


def _day(field: str, axis: alt.Axis | None) -> alt.X:
    # Vega-Lite reads a date without a time as UTC; shown in local time it could be the day before.
    return alt.X(field, scale=alt.Scale(type="utc", nice=False), title=None, axis=axis)


def _amount(field: str, title: str) -> alt.Y:
    axis = alt.Axis(minExtent=_AXIS_WIDTH, maxExtent=_AXIS_WIDTH, tickCount=4)
    return alt.Y(field, title=title, scale=alt.Scale(zero=True), axis=axis)


def _phase(channel: Any) -> Any:
    return channel("phase:N", legend=None, sort=None)


def _tooltips() -> list[alt.Tooltip]:
    return [
        alt.Tooltip("when:N", title="Day"),
        alt.Tooltip("given:N", title="Dose"),
        alt.Tooltip("by_then:N", title="In all by then"),
        alt.Tooltip("phase:N", title="Phase"),
    ]
