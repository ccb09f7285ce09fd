"""Holding a dose to its drug's limits, and saying which slip of hand a number looks like."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, get_args

from dosing.columns import any_of, is_column, negated
from dosing.drugs.drug import Bounds, Drug, Limit
from dosing.rounding import above, below
from dosing.trace import SHOWN_DIGITS, Finding, Level, stop
from dosing.units import (
    MCG,
    MG,
    G,
    Number,
    Quantity,
    Unit,
    dose_unit,
    in_unit,
    parts,
    quantity,
    same_kind,
    show,
    show_rows,
    spelling,
)

Per = Literal["dose", "day", "cycle", "course", "lifetime"]

_THOUSAND = 1000
_TEN = 10
_GREATER = {MCG: MG, MG: G}
_SMALLER = {MG: MCG, G: MG}
_PERIODS = {per: f"a {per}" for per in get_args(Per)} | {"lifetime": "in a lifetime"}
_CODES: dict[Level, str] = {"STOP": "hard", "WARN": "usual", "NOTE": "noted"}


def check_rate(drug: Drug, route: str, rate: Quantity, per: Per) -> list[Finding]:
    """Hold a rate as it was written (0.4 g/kg) to the drug's limits, before anything is computed.

    A rate of a kind that the drug is not dosed by (mg/kg for mg/m2) is a STOP.
    """
    limits = drug.limits_for(route)
    if not limits:
        return [_no_limits(drug, route)]
    written = parts(rate.units)
    per_body = [lim for lim in limits if _body(lim) is not None]
    if written.body is not None and per_body and written.body not in map(_body, per_body):
        return [_wrong_kind(drug, per_body[0], rate)]
    if not any(same_kind(written.amount, _amount(lim)) for lim in limits):
        return [_wrong_kind(drug, limits[0], rate)]
    plain_rate = quantity(rate.magnitude, dose_unit(written.amount, written.body))
    found: list[Finding] = []
    for limit in per_body:
        if limit.per == per and _body(limit) == written.body:
            found.extend(_judge(drug, limit, plain_rate))
    return found


def check_amount(
    drug: Drug, route: str, amount: Quantity, per: Per, bodies: Mapping[Unit, Number]
) -> list[Finding]:
    """Hold an amount to the drug's limits: the absolute ones, and those per body if it is known.

    Per body only the hard limits are looked at: the written rate was held to the usual ones, and
    rounding may pass them by a little.
    """
    found: list[Finding] = []
    for limit in drug.limits_for(route):
        body = _body(limit)
        if limit.per != per or not same_kind(_amount(limit), amount.units):
            continue
        if body is None:
            found.extend(_judge(drug, limit, amount))
        elif body in bodies:
            rate = quantity(amount.magnitude / bodies[body], dose_unit(amount.units, body))
            found.extend(_judge(drug, limit, rate, only_hard=True))
    return found


def _no_limits(drug: Drug, route: str) -> Finding:
    """Stop a dose by a route for which nothing would be checked."""
    routes = dict.fromkeys(route for limit in drug.limits for route in limit.routes)
    return stop(
        "limit.unknown_route",
        (
            f"{_upper(drug.name)} has no limits for the route {route or 'that was left out'}; "
            f"known: {', '.join(routes)}."
        ),
        drug.source(drug.limits[0].source),
    )


def _body(limit: Limit) -> Unit | None:
    return parts(limit.unit).body


def _amount(limit: Limit) -> Unit:
    return parts(limit.unit).amount


def _judge(drug: Drug, limit: Limit, value: Quantity, *, only_hard: bool = False) -> list[Finding]:
    """Compare with the hard bounds first, then the usual, then the noted; one finding a patient.

    What was rounded to nothing is not judged: it is a STOP of its own.
    """
    found = [] if only_hard else _thousand(drug, limit, value)
    done: Any = value.magnitude == 0
    for slip in found:
        done = done | (True if slip.rows is None else slip.rows)
    for level, word, bounds in limit.levels:
        if only_hard and level != "STOP":
            continue
        low, high = _numbers(bounds, value.units)
        over = above(value.magnitude, high) if high is not None else False
        under = below(value.magnitude, low) if low is not None else False
        for side, outside in (("above", over), ("below", under)):
            rows = outside & negated(done)
            if any_of(rows):
                where = f"{side} the {word} ({_range(bounds)})"
                found.append(_outside(drug, limit, level, where, value, rows))
                done = done | rows
    return found


def _outside(
    drug: Drug, limit: Limit, level: Level, where: str, value: Quantity, rows: Any
) -> Finding:
    column = is_column(value.magnitude)
    seen = f"the amount in {show_rows(rows)}" if column else show(value, SHOWN_DIGITS)
    name, side = _CODES[level], where.split()[0]
    return Finding(
        level=level,
        code=f"limit.{name}.{side}.{limit.per}",
        text=f"{_upper(drug.name)}: {seen} {_PERIODS[limit.per]} is {where}."
        + ("" if column else _tenfold(limit, value)),
        source=drug.source(limit.source),
        rows=rows if column else None,
    )


def _thousand(drug: Drug, limit: Limit, value: Quantity) -> list[Finding]:
    """Find a dose that is right in its number and wrong in its unit by a thousand."""
    bounds = limit.usual or limit.hard
    if bounds is None:
        return []
    low, high = _numbers(bounds, value.units)
    if low is None or high is None:
        return []
    column = is_column(value.magnitude)
    # A wide range holds its own thousandth: what lies inside is no slip.
    strange = below(value.magnitude, low) | above(value.magnitude, high)
    found = []
    for factor, words, code, others in (
        (_THOUSAND, "a thousandth of", "limit.thousandth", _GREATER),
        (1 / _THOUSAND, "a thousand times", "limit.thousandfold", _SMALLER),
    ):
        moved = value.magnitude * factor
        rows = strange & negated(below(moved, low) | above(moved, high))
        if not any_of(rows):
            continue
        written = parts(value.units)
        meant = others.get(written.amount)
        ask = ""
        if meant is not None and not column:
            unit = dose_unit(meant, written.body)
            ask = f" Was {spelling(unit)} meant: {show(quantity(value.magnitude, unit))}?"
        seen = f"The amount in {show_rows(rows)}" if column else show(value, SHOWN_DIGITS)
        found.append(
            stop(
                code,
                f"{seen} is {words} the usual dose of {drug.name}, {_range(bounds)}.{ask}",
                drug.source(limit.source),
                rows=rows if column else None,
            )
        )
    return found


def _tenfold(limit: Limit, value: Quantity) -> str:
    """Say when moving the decimal point by one place would make the dose usual."""
    if limit.usual is None:
        return ""
    low, high = _numbers(limit.usual, value.units)
    if low is None or high is None:
        return ""
    for factor in (_TEN, 1 / _TEN):
        moved = value.magnitude * factor
        if not below(moved, low) and not above(moved, high):
            usual = show(quantity(moved, value.units), SHOWN_DIGITS)
            return f" {usual} would be usual: has the decimal point slipped?"
    return ""


def _wrong_kind(drug: Drug, limit: Limit, rate: Quantity) -> Finding:
    """Refuse a rate of another kind than the drug is dosed by."""
    meant = ""
    if same_kind(parts(rate.units).amount, _amount(limit)):
        unit = dose_unit(parts(rate.units).amount, _body(limit))
        meant = f" Was {show(quantity(rate.magnitude, unit))} meant?"
    return stop(
        "limit.wrong_kind",
        (
            f"{_upper(drug.name)} is dosed in {spelling(limit.unit)} "
            f"({_range(limit.usual or limit.levels[0][2])}); {show(rate)} is another kind of dose."
            f"{meant}"
        ),
        drug.source(limit.source),
    )


def _numbers(bounds: Bounds, unit: Unit) -> tuple[float | None, float | None]:
    low = None if bounds.low is None else float(in_unit(bounds.low, unit, "low"))
    high = None if bounds.high is None else float(in_unit(bounds.high, unit, "high"))
    return low, high


def _range(bounds: Bounds) -> str:
    """Say a range in words: 340 mg/m2 to 410 mg/m2, or up to 100 g."""
    if bounds.low is not None and bounds.high is not None:
        if bounds.low == bounds.high:
            return show(bounds.low)
        return f"{show(bounds.low)} to {show(bounds.high)}"
    return (
        f"up to {show(bounds.high)}"
        if bounds.high is not None
        else f"from {show(bounds.any_bound)}"
    )


def _upper(name: str) -> str:
    return name[:1].upper() + name[1:]
