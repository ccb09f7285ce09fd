"""What a ward takes, as a page shows it: figures, plots, tables, and what is left out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import partial

import htpy as h
import streamlit as st

from dosing.units import NO_BREAK_SPACE, show
from schedules.cohort.compared import about_alternative, about_plans, compare_in_words, spoken
from schedules.cohort.demand import Days, Demand, LeftOutPlan, Load, Need, Ward
from schedules.cohort.fullness import Fullness
from schedules.cohort.moves import Move, plans_that_may_move
from schedules.cohort.stock import StockLine
from schedules.cohort.ward_table import hours, made_of
from schedules.cohort.what_if import Alternatives
from screens.marks import (
    bullets,
    date_text,
    ink,
    level_mark,
    quiet,
    show_html,
    table,
    whole,
    with_whole_dates,
)

_DAY = dt.timedelta(days=1)
# From here on a plot leaves out tenths; the table has them.
_LARGE = 100
_SUMS = (
    "Sums within the opening hours of site.yaml, without overtime. A day that is not over may "
    "still be full at one hour: Move looks at the hours."
)


def ward_head(demand: Demand, at: dt.datetime) -> h.Renderable:
    """Return the days and the greatest figures of a ward."""
    visits = sum(load.visits for load in demand.loads)
    chair = sum((load.chair for load in demand.loads), dt.timedelta())
    doses = sum(need.doses for need in demand.needs)
    between = f"{date_text(demand.between.first)} to {date_text(demand.between.last)}"
    figures = (
        ("plans", f"{demand.plans:,}"),
        ("doses", f"{doses:,}"),
        ("visits", f"{visits:,}"),
        ("hours in the chair", _trimmed(hours(chair))),
    )
    return h.section(".ward-head")[
        h.h2[with_whole_dates(between)],
        h.dl(".figures")[[h.div[h.dt[name], h.dd[figure]] for name, figure in figures]],
        quiet(f"As the plans stood at {at:%H:%M} on {date_text(at.date())}."),
    ]


def left_out_panel(ward: Ward, labels: Mapping[str, str]) -> h.Renderable | None:
    """Return which plans count nowhere, and why; the figures lack them."""
    if not ward.left_out:
        return None
    total = len(ward.left_out) + len(ward.courses)
    return h.section(".panel.warn", role="status")[
        h.p[level_mark("WARN")],
        h.p(".sentence")[
            f"{len(ward.left_out)} of {total} plans left out: the figures lack what they take."
        ],
        bullets(map(partial(_left_out_line, labels), ward.left_out)),
    ]


def _left_out_line(labels: Mapping[str, str], one: LeftOutPlan) -> h.Node:
    return [h.strong[labels.get(one.name, one.name)], ": ", "; ".join(one.why)]


def show_notes_of_ward(ward: Ward, demand: Demand) -> None:
    """Show what has to be known of the figures."""
    notes = [*ward.notes, *demand.notes]
    show_html(bullets(notes) if notes else quiet("Nothing else has to be known of the figures."))


def show_days(demand: Demand, fullness: Sequence[Fullness]) -> None:
    """Show who comes in each period, drawn and as a table, beside what there is for them."""
    if not demand.loads:
        show_html(quiet("Nobody comes on these days."))
        return
    full = {one.period: one for one in fullness}
    _show_over([one for one in fullness if one.over])
    _draw("hours in the chair", [(load.period, hours(load.chair)) for load in demand.loads])
    _draw("visits", [(load.period, load.visits) for load in demand.loads])
    head = [
        *("Days", "Plans", "Visits", "Hours in the chair", "Started by nurses"),
        *("Doses prepared", "Over capacity", "Procedures", "Replaced"),
    ]
    rows = [_load_cells(load, full.get(load.period)) for load in demand.loads]
    show_html(table(head, rows, caption="Who comes, by day or week"))
    if fullness:
        show_html(quiet(_SUMS))


def _show_over(over: Sequence[Fullness]) -> None:
    if over:
        show_html(
            h.section(".panel.warn", role="status")[
                h.p[level_mark("WARN")],
                h.p(".sentence")[
                    f"Over capacity in {len(over)} period{'' if len(over) == 1 else 's'}, "
                    f"first {_days(over[0].period)}: {'; '.join(over[0].over)}."
                ],
            ]
        )


def _load_cells(load: Load, full: Fullness | None) -> list[h.Node]:
    procedures = "; ".join(f"{what} x {count}" for what, count in load.procedures.items())
    chair = _hours(load.chair) if load.chair else ""
    against: list[h.Node] = ["", "", ""]
    if full is not None:
        chair = f"{_hours(load.chair)} of {_trimmed(full.chair_offered)} h"
        against = [
            "" if full.starts_offered is None else whole(f"{full.starts} of {full.starts_offered}"),
            whole(f"{full.doses} of {full.doses_offered}"),
            [level_mark("WARN"), " ", h.strong["; ".join(full.over)]] if full.over else "",
        ]
    return [
        whole(_days(load.period)),
        str(load.plans),
        str(load.visits),
        whole(chair) if chair else "",
        *against,
        procedures,
        "" if load.replaced is None else whole(show(load.replaced)),
    ]


def show_drugs(demand: Demand, drug: str | None) -> None:
    """Show what is given in each period; of one drug, or of all, which are not drawn together."""
    needs = [need for need in demand.needs if drug in (None, need.line.drug)]
    if not needs:
        show_html(quiet("Nothing is given on these days."))
        return
    if drug is not None:
        doses: dict[Days, int] = {}
        for need in needs:
            doses[need.line.period] = doses.get(need.line.period, 0) + need.doses
        _draw(f"doses of {drug}", list(doses.items()))
    head = [
        *("Days", "Drug", "Doses", "Amount", "Packs", "Packs, vials shared"),
        *("Waste", "Sharing saves", "Infused"),
    ]
    show_html(table(head, [_need_cells(need) for need in needs], caption="What is given"))


def _need_cells(need: Need) -> list[h.Node]:
    line = need.line
    condition = f", only if {line.condition}" if line.condition else ""
    missing = f" ({need.uncounted} doses not counted)" if need.uncounted else ""
    return [
        whole(_days(line.period)),
        f"{line.drug}, {line.route}{condition}",
        str(need.doses),
        h.strong(".whole")[show(need.amount)],
        f"{_unbroken(made_of(need.packs))}{missing}",
        "" if need.shared is None else _unbroken(made_of(need.shared)),
        "" if need.waste is None else whole(show(need.waste)),
        "" if need.saved is None else whole(show(need.saved)),
        whole(_hours(need.infused)) if need.infused else "",
    ]


def show_stock(lines: Sequence[StockLine]) -> None:
    """Show each kind of pack against the stock, those that run out first."""
    if not lines:
        show_html(quiet("No stock was stated: drop a CSV file beside the days to compare with it."))
        return
    ordered = sorted(lines, key=lambda line: (line.runs_out is None, line.runs_out or dt.date.max))
    head = ["Pack", "Needed", "In stock", "Runs out", "Short of"]
    rows: list[list[h.Node]] = [
        [
            f"{line.pack.drug} {line.pack.form} {line.pack.strength}",
            str(line.needed),
            "not stated" if line.stocked is None else str(line.stocked),
            _runs_out(line),
            str(line.short_of) if line.short_of else "",
        ]
        for line in ordered
    ]
    show_html(table(head, rows, caption="Packs against the stock"))


def _runs_out(line: StockLine) -> h.Node:
    if line.runs_out is None:
        return "" if line.stocked is None else "no"
    return h.strong(".whole")[date_text(line.runs_out)]


def show_alternatives(alternatives: Alternatives, labels: Mapping[str, str]) -> None:
    """Show what differs with each alteration, side by side, and which plans it does not alter."""
    if len(alternatives.each) == 1:
        show_html(quiet("Add what would be otherwise, under What if, to compare it."))
        return
    words = [spoken(one.words) for one in alternatives.each]
    lines = compare_in_words(alternatives)
    rows: list[list[h.Node]] = [[line.figure, *map(_unbroken, line.cells)] for line in lines]
    if rows:
        what = table(["What differs", *words], rows, caption="What if")
        show_html(h.div(".long-heads")[what])
    else:
        show_html(quiet("No figure differs."))
    for one in alternatives.each[1:]:
        show_html(
            h.p[about_alternative(one)],
            h.details(".folded")[h.summary["Which plans stay, and why"], bullets(about_plans(one))]
            if about_plans(one)
            else None,
        )
    if alternatives.left_out:
        show_html(
            h.section(".panel.warn", role="status")[
                h.p[level_mark("WARN")],
                h.p(".sentence")["These plans count in no column, so that the columns compare."],
                bullets(map(partial(_left_out_line, labels), alternatives.left_out)),
            ]
        )


def show_moves(moves: Sequence[Move], labels: Mapping[str, str]) -> None:
    """Show each dose in a shortage, and whether it can wait."""
    if not moves:
        show_html(quiet("No dose falls into a shortage: state a drug and a day, or none is due."))
        return
    plans, free = len({move.name for move in moves}), len(plans_that_may_move(moves))
    show_html(h.p[f"Plans affected: {plans}. Of {free} of them everything may wait."])
    rows: list[list[h.Node]] = [
        [
            whole(date_text(move.row.date)),
            labels.get(move.name, move.name),
            move.what,
            h.strong(".whole")[date_text(move.to)] if move.possible and move.to else "",
            move.why_not,
        ]
        for move in moves
    ]
    head = ["Day", "Patient", "What", "May wait until", "Why not"]
    show_html(table(head, rows, caption="Who can wait"))
    show_html(quiet("Nothing is moved here: to take one, put the dose off on the Plan page."))


def _draw(name: str, figures: Sequence[tuple[Days, float]]) -> None:
    # Charts take a quarter of a second to import.
    from screens.parts.charts import bars_form, fill

    rows = [
        {
            "day": period.first.isoformat(),
            "until": (period.last + _DAY).isoformat(),
            "figure": figure,
            "text": f"{figure:,.0f}" if figure >= _LARGE else _trimmed(figure),
            "when": _days(period),
        }
        for period, figure in figures
    ]
    starts = tuple(str(row["day"]) for row in rows)
    st.vega_lite_chart(
        spec=fill(bars_form(name, ink(), starts), {"figures": rows}),
        alt=f"{name} by day or week. The table says the same in rows.",
        width="stretch",
    )


def _unbroken(packs: str) -> str:
    """Return packs in words of which each stays on one line with its count."""
    return packs.replace(" x ", f"{NO_BREAK_SPACE}x{NO_BREAK_SPACE}")


def _hours(length: dt.timedelta) -> str:
    return f"{_trimmed(hours(length))} h"


def _trimmed(number: float) -> str:
    return f"{number:,.2f}".rstrip("0").rstrip(".")


def _days(period: Days) -> str:
    if period.first == period.last:
        return date_text(period.first)
    return f"{period.first:%d-%b-%Y} to {period.last:%d-%b-%Y}"
