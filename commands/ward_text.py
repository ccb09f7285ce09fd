"""What a ward takes, and what may move, as a person reads it in a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from commands.columns import TextColumn, say_table
from commands.line import say
from dosing.units import show

if TYPE_CHECKING:  # the engine takes longer to import than a help takes to print
    from schedules.cohort.demand import Days, Demand, Load, Need
    from schedules.cohort.fullness import Fullness
    from schedules.cohort.moves import Move
    from schedules.cohort.stock import StockLine
    from schedules.cohort.what_if import Alternatives

_DRUGS = (
    TextColumn("Days", whole=True),
    TextColumn("Drug"),
    TextColumn("Doses", whole=True),
    TextColumn("Amount", whole=True),
    TextColumn("Packs", whole=True),
    TextColumn("If shared", whole=True),
    TextColumn("Waste", whole=True),
    TextColumn("Hours", whole=True),
)
_VISITS = (
    TextColumn("Days", whole=True),
    TextColumn("Visits", whole=True),
    TextColumn("Chair", whole=True),
    TextColumn("Started", whole=True),
    TextColumn("Prepared", whole=True),
    TextColumn("OVER CAPACITY"),
    TextColumn("Procedures"),
)
_STOCK = (
    TextColumn("Pack"),
    TextColumn("Needed", whole=True),
    TextColumn("Stock", whole=True),
    TextColumn("Runs out", whole=True),
)
_MOVES = (
    TextColumn("Day", whole=True),
    TextColumn("Plan"),
    TextColumn("Place"),
    TextColumn("What", whole=True),
    TextColumn("To", whole=True),
    TextColumn("Why not"),
)


def say_demand(demand: Demand, fullness: Sequence[Fullness], stock: Sequence[StockLine]) -> None:
    """Print the tables of a ward: drugs, visits, stock; and what has to be known of them."""
    between = demand.between
    full = {one.period: one for one in fullness}
    say(f"{demand.plans} plans, {between.first:%d-%b-%Y} to {between.last:%d-%b-%Y}")
    if not demand.needs and not demand.loads:
        say("Nothing is to be given on these days.")
    for columns, rows in (
        (_DRUGS, [_drug(need) for need in demand.needs]),
        (_VISITS, [_visits(load, full.get(load.period)) for load in demand.loads]),
        (_STOCK, [_stock(line) for line in stock]),
    ):
        if rows:
            say()
            say_table(columns, rows, (_joined(columns, row) for row in rows))
    for note in demand.notes:
        say(f"NOTE  {note}")


def say_alternatives(alternatives: Alternatives) -> None:
    """Print each figure as planned and with each alteration; and which plans are not altered."""
    from schedules.cohort.compared import about_alternative, about_plans, compare_in_words

    words = [one.words for one in alternatives.each]
    columns = [TextColumn("What differs"), *map(TextColumn, words)]
    lines = compare_in_words(alternatives)
    plain = (
        f"{line.figure}: "
        + " | ".join(f"{name}: {cell}" for name, cell in zip(words, line.cells, strict=True))
        for line in lines
    )
    say()
    say_table(columns, [(line.figure, *line.cells) for line in lines], plain)
    if not lines:
        say("What if: nothing differs.")
    for one in alternatives.each[1:]:
        say(" ".join(["NOTE ", about_alternative(one), *about_plans(one)]))
    for left_out in alternatives.left_out:
        for why in left_out.why:
            say(f"NOTE  {left_out.name} counts in none: {why}")


def say_moves(about: str, moves: Sequence[Move], labels: Mapping[str, str]) -> None:
    """Print what may move; labels only where they were asked for."""
    from schedules.cohort.moves import plans_that_may_move

    plans, free = len({move.name for move in moves}), len(plans_that_may_move(moves))
    say(f"{about}. Plans affected: {plans}; of {free} of them everything may move.")
    rows = [_move(move, labels) for move in moves]
    say_table(_MOVES, rows, (_joined(_MOVES, row) for row in rows))
    if any(move.possible for move in moves):
        say("Nothing is moved. To take one: change PLAN defer --from PLACE --to DATE --scope day")


def _joined(columns: Sequence[TextColumn], row: Sequence[str]) -> str:
    first, *rest = row
    told = (f"{c.title.lower()} {cell}" for c, cell in zip(columns[1:], rest, strict=True) if cell)
    return f"{first}: {'; '.join(told)}"


def _drug(need: Need) -> list[str]:
    from schedules.cohort.ward_table import hours, made_of

    line = need.line
    condition = f", only if {line.condition}" if line.condition else ""
    packs = made_of(need.packs)
    if need.uncounted:
        packs = f"{packs} ({need.uncounted} doses not counted)".strip()
    waste = "" if need.waste is None else show(need.waste)
    if need.saved is not None and need.saved.magnitude:
        waste = f"{waste}, sharing saves {show(need.saved)}"
    return [
        _days(line.period),
        f"{line.drug}, {line.route}{condition}",
        str(need.doses),
        show(need.amount),
        packs,
        "" if need.shared is None else made_of(need.shared),
        waste,
        f"{hours(need.infused):g} h" if need.infused else "",
    ]


def _visits(load: Load, full: Fullness | None) -> list[str]:
    from schedules.cohort.ward_table import hours

    done = [f"{what} x {count}" for what, count in load.procedures.items()]
    if load.replaced is not None:
        done.append(f"{show(load.replaced)} replaced")
    chair = f"{hours(load.chair):g} h" if load.chair else ""
    against = ["", "", ""]
    if full is not None:
        chair = f"{full.chair:g} of {full.chair_offered:g} h"
        started = "" if full.starts_offered is None else f"{full.starts} of {full.starts_offered}"
        against = [started, f"{full.doses} of {full.doses_offered}", "; ".join(full.over)]
    return [_days(load.period), str(load.visits), chair, *against, "; ".join(done)]


def _stock(line: StockLine) -> list[str]:
    pack = line.pack
    runs_out = "not in the stock file" if line.stocked is None else "no"
    if line.runs_out is not None:
        runs_out = f"{line.runs_out:%d-%b-%Y}, {line.short_of} short"
    stocked = "" if line.stocked is None else str(line.stocked)
    return [f"{pack.drug} {pack.form} {pack.strength}", str(line.needed), stocked, runs_out]


def _move(move: Move, labels: Mapping[str, str]) -> list[str]:
    label = f" ({labels[move.name]})" if move.name in labels else ""
    to = "" if not move.possible or move.to is None else f"{move.to:%a %d-%b-%Y}"
    return [
        f"{move.row.date:%a %d-%b-%Y}",
        f"{move.name}{label}",
        move.row.place,
        move.what,
        to,
        move.why_not,
    ]


def _days(period: Days) -> str:
    if period.first == period.last:
        return f"{period.first:%a %d-%b-%Y}"
    return f"{period.first:%d-%b-%Y} to {period.last:%d-%b-%Y}"
