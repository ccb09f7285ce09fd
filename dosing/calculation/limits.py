"""Check a dose against its drug's limits, and name the typo that a number looks like."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, get_args

from dosing.columns import any_of, is_column, negated
from dosing.rounding import above, any_above, any_below, below
from dosing.trace import SHOWN_DIGITS, Finding, Level, stop
from dosing.units import (
    KG,
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

if TYPE_CHECKING:  # a drug file's models bring pydantic, which a dose without a drug never needs
    from dosing.drugs.drug import Bounds, Drug, Limit

Per = Literal["dose", "day", "cycle", "course", "lifetime"]

_THOUSAND = 1000
_TEN = 10
_GREATER = {MCG: MG, MG: G}
_SMALLER = {MG: MCG, G: MG}
_PERIODS = {per: f"a {per}" for per in get_args(Per)} | {"lifetime": "in a lifetime"}
_CODES: dict[Level, str] = {"STOP": "hard", "WARN": "usual", "NOTE": "noted"}


def check_rate(drug: Drug, route: str, rate: Quantity, per: Per) -> list[Finding]:
    """Check a rate as it was written (0.4 g/kg) against the drug's limits.

    Args:
        drug: states the limits.
        route: the route of administration; without limits for it the dose is a STOP.
        rate: one value or a column. Of a kind that the drug is not dosed in (mg/kg for mg/m2) it
            is a STOP.
        per: what the rate is for; limits for anything else are passed over.
    """
    limits = drug.limits_for(route)
    if not limits:
        return [_no_limits(drug, route)]
    written = parts(rate.units)
    stated = [(limit, parts(limit.unit)) for limit in limits]
    per_body = [(limit, unit.body) for limit, unit in stated if unit.body is not None]
    if written.body is not None and per_body and all(body != written.body for _, body in per_body):
        return [_wrong_kind(drug, per_body[0][0], rate)]
    if not any(same_kind(written.amount, unit.amount) for _, unit in stated):
        return [_wrong_kind(drug, limits[0], rate)]
    plain_rate = quantity(rate.magnitude, dose_unit(written.amount, written.body))
    findings: list[Finding] = []
    for limit, body in per_body:
        if limit.per == per and body == written.body:
            findings += _judge(drug, limit, plain_rate)
    return findings


def check_amount(
    drug: Drug, route: str, amount: Quantity, per: Per, bodies: Mapping[Unit, Number]
) -> list[Finding]:
    """Check an amount against the drug's limits: the absolute ones, and those per kg or per m2.

    Args:
        drug: states the limits.
        route: the route of administration.
        amount: one value or a column.
        per: what the amount is for; limits for anything else are passed over.
        bodies: the dosing weight in kg and the surface in m2, as far as they are known. Per body
            only the hard limits count: the written rate was checked against the usual ones, and
            rounding may pass them by a little.
    """
    findings: list[Finding] = []
    for limit in drug.limits_for(route):
        if limit.per != per:
            continue
        stated = parts(limit.unit)
        if not same_kind(stated.amount, amount.units):
            continue
        body = stated.body
        if body is None:
            findings += _judge(drug, limit, amount)
        elif body in bodies:
            rate = quantity(amount.magnitude / bodies[body], dose_unit(amount.units, body))
            findings += _judge(drug, limit, rate, only_hard=True)
    return findings


def check_flat(
    drug: Drug, route: str, amount: Quantity, per: Per, weight: Quantity
) -> list[Finding]:
    """Check an amount that was written without a body against the upper limits per kg.

    Not against the lower ones: it is little per kg in whoever weighs much. The usual limits of a
    day or more count as well, since no rate was checked against them; of one dose only the hard
    ones, since in a light person an ordinary flat dose passes what is usually written per kg.

    Args:
        drug: states the limits.
        route: the route of administration.
        amount: one value or a column.
        per: what the amount is for.
        weight: the weight that was measured, one value or a column.
    """
    findings: list[Finding] = []
    for limit in drug.limits_for(route):
        stated = parts(limit.unit)
        if limit.per == per and stated.body == KG and same_kind(stated.amount, amount.units):
            number = amount.magnitude / in_unit(weight, KG, "weight")
            rate = quantity(number, dose_unit(amount.units, KG))
            findings += _judge(drug, limit, rate, only_hard=per == "dose")
    return [finding for finding in findings if ".below." not in finding.code]


def _no_limits(drug: Drug, route: str) -> Finding:
    """Stop a dose by a route for which nothing would be checked."""
    routes = dict.fromkeys(route for limit in drug.limits for route in limit.routes)
    text = (
        f"{_upper(drug.name)} has no limits for the route {route or 'that was left out'}; "
        f"known: {', '.join(routes)}."
    )
    return stop("limit.unknown_route", text, drug.source(drug.limits[0].source))


def _judge(drug: Drug, limit: Limit, value: Quantity, *, only_hard: bool = False) -> list[Finding]:
    """Compare with the hard bounds first, then the usual, then the noted; one finding a patient.

    What was rounded to nothing is not judged: it is a STOP of its own.
    """
    findings = [] if only_hard else _find_thousand(drug, limit, value)
    done: Any = value.magnitude == 0
    for finding in findings:
        done = done | (True if finding.rows is None else finding.rows)
    for level, word, bounds in limit.levels:
        if (only_hard and level != "STOP") or not _any_outside(bounds, value):
            continue
        low, high = _numbers(bounds, value.units)
        over = above(value.magnitude, high) if high is not None else False
        under = below(value.magnitude, low) if low is not None else False
        for side, outside in (("above", over), ("below", under)):
            rows = outside & negated(done)
            if any_of(rows):
                text = f"{side} the {word} ({_range(bounds)})"
                findings.append(_outside(drug, limit, level, text, value, rows))
                done = done | rows
    return findings


def _outside(
    drug: Drug, limit: Limit, level: Level, where: str, value: Quantity, rows: Any
) -> Finding:
    amount, question = _amount_text(value, rows), _ask_tenfold(limit, value)
    return Finding(
        level=level,
        code=f"limit.{_CODES[level]}.{where.split()[0]}.{limit.per}",
        text=f"{_upper(drug.name)}: {amount} {_PERIODS[limit.per]} is {where}.{question}",
        source=drug.source(limit.source),
        rows=rows if is_column(rows) else None,
    )


def _amount_text(value: Quantity, rows: Any) -> str:
    """Return the value, or of a column how many rows are meant."""
    if is_column(value.magnitude):
        return f"the amount in {show_rows(rows)}"
    return show(value, SHOWN_DIGITS)


def _find_thousand(drug: Drug, limit: Limit, value: Quantity) -> list[Finding]:
    """Find a dose that is right in its number and wrong in its unit by a thousand."""
    bounds = limit.usual or limit.hard
    if bounds is None or bounds.low is None or bounds.high is None:
        return []
    # A wide range holds its own thousandth: what lies inside is no typo.
    if not _any_outside(bounds, value):
        return []
    strange = negated(_inside(bounds, value))
    findings = []
    for factor, words, code, others in (
        (_THOUSAND, "a thousandth of", "limit.thousandth", _GREATER),
        (1 / _THOUSAND, "a thousand times", "limit.thousandfold", _SMALLER),
    ):
        rows = strange & _inside(bounds, quantity(value.magnitude * factor, value.units))
        if any_of(rows):
            text = (
                f"{_upper(_amount_text(value, rows))} is {words} the usual dose of {drug.name}, "
                f"{_range(bounds)}.{_ask_unit(value, others)}"
            )
            findings.append(stop(code, text, drug.source(limit.source), rows))
    return findings


def _any_outside(bounds: Bounds, value: Quantity) -> bool:
    low, high = _numbers(bounds, value.units)
    under = low is not None and any_below(value.magnitude, low)
    return under or (high is not None and any_above(value.magnitude, high))


def _inside(bounds: Bounds, value: Quantity) -> Any:
    low, high = _numbers(bounds, value.units)
    under = below(value.magnitude, low) if low is not None else False
    over = above(value.magnitude, high) if high is not None else False
    return negated(under | over)


def _ask_unit(value: Quantity, others: Mapping[Unit, Unit]) -> str:
    """Ask whether the next greater or smaller unit was meant; nothing for a column."""
    written = parts(value.units)
    if is_column(value.magnitude) or written.amount not in others:
        return ""
    unit = dose_unit(others[written.amount], written.body)
    return f" Was {spelling(unit)} meant: {show(quantity(value.magnitude, unit))}?"


def _ask_tenfold(limit: Limit, value: Quantity) -> str:
    """Ask whether the decimal point has slipped, where one place would make the dose usual."""
    bounds = limit.usual
    if is_column(value.magnitude) or bounds is None or bounds.low is None or bounds.high is None:
        return ""
    for factor in (_TEN, 1 / _TEN):
        moved = quantity(value.magnitude * factor, value.units)
        if _inside(bounds, moved):
            return f" {show(moved, SHOWN_DIGITS)} would be usual: has the decimal point slipped?"
    return ""


def _wrong_kind(drug: Drug, limit: Limit, rate: Quantity) -> Finding:
    """Stop a rate of another kind than the drug is dosed in."""
    meant = ""
    written, stated = parts(rate.units), parts(limit.unit)
    if same_kind(written.amount, stated.amount):
        unit = dose_unit(written.amount, stated.body)
        meant = f" Was {show(quantity(rate.magnitude, unit))} meant?"
    usual = _range(limit.usual or limit.levels[0][2])
    text = (
        f"{_upper(drug.name)} is dosed in {spelling(limit.unit)} ({usual}); "
        f"{show(rate)} is another kind of dose.{meant}"
    )
    return stop("limit.wrong_kind", text, drug.source(limit.source))


def _numbers(bounds: Bounds, unit: Unit) -> tuple[float | None, float | None]:
    low = None if bounds.low is None else float(in_unit(bounds.low, unit, "low"))
    high = None if bounds.high is None else float(in_unit(bounds.high, unit, "high"))
    return low, high


def _range(bounds: Bounds) -> str:
    """Return a range in words: 340 mg/m2 to 410 mg/m2, or up to 100 g."""
    if bounds.high is None:
        return f"from {show(bounds.any_bound)}"
    if bounds.low is None:
        return f"up to {show(bounds.high)}"
    if bounds.low == bounds.high:
        return show(bounds.low)
    return f"{show(bounds.low)} to {show(bounds.high)}"


def _upper(name: str) -> str:
    return name[:1].upper() + name[1:]
