"""The doses that a worked example expects: written out one by one, and what they come to."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from decimal import Decimal

_RANGE = re.compile(
    r"(\d{4}-\d\d-\d\d)(?: to (\d{4}-\d\d-\d\d)(?: every ([2-9]|\d\d) days)?)? (\S+) (.+?)"
    r"(?:, ([2-9]|1[0-9]) times a day)?"
)
_AMOUNT = re.compile(r"(\d+(?:\.\d+)?) (\S+)")


def expanded(text: str) -> list[str]:
    """Write out "2027-01-14 to 2027-02-13 every 2 days drug 5 mg, 2 times a day", dose by dose.

    Amounts that come in turn stand one after the other: "100 mg then 75 mg".

    Raises:
        ValueError: if it cannot be read, or its last day is not reached.
    """
    match = _match(text)
    first, days, apart = _span(text, match)
    dates = [
        first + dt.timedelta(days=n)
        for n in range(0, days + 1, apart)
        for _ in range(int(match[6] or 1))
    ]
    amounts = _in_turn(match)
    return [f"{date} {match[4]} {amounts[n % len(amounts)]}" for n, date in enumerate(dates)]


def totals(expected: Iterable[str]) -> list[str]:
    """Return what the lines of an example come to: "4 doses of rituximab, 2,800 mg in all".

    A line that cannot be read stands as it is: its example is refused elsewhere.
    """
    counts: dict[tuple[str, str], int] = {}
    sums: dict[tuple[str, str], Decimal] = {}
    unread: list[str] = []
    for text in expected:
        try:
            match = _match(text)
            _, days, apart = _span(text, match)
        except ValueError:
            unread.append(text)
            continue
        count = (days // apart + 1) * int(match[6] or 1)
        in_turn = _in_turn(match)
        for n, written in enumerate(in_turn):
            own = len(range(n, count, len(in_turn)))
            amount = _AMOUNT.fullmatch(written)
            key = (match[4], amount[2]) if amount else (f"{match[4]} {match[5]}", "")
            counts[key] = counts.get(key, 0) + own
            if amount:
                sums[key] = sums.get(key, Decimal(0)) + own * Decimal(amount[1])
    return [
        *(_total(*key, count, sums.get(key)) for key, count in counts.items()),
        *unread,
    ]


def _total(name: str, unit: str, count: int, amount: Decimal | None) -> str:
    several = "" if count == 1 else "s"
    if amount is None:
        return f"{name}, {count} time{several}"
    drug = name.replace("-", " ")
    return f"{count} dose{several} of {drug}, {_with_commas(amount)} {unit} in all"


def _in_turn(match: re.Match[str]) -> list[str]:
    """Return the amounts that come in turn; any other text is one."""
    amounts = match[5].split(" then ")
    return amounts if all(map(_AMOUNT.fullmatch, amounts)) else [match[5]]


def _match(text: str) -> re.Match[str]:
    match = _RANGE.fullmatch(text)
    if match is None:
        raise ValueError(f'expect "{text}": write 2026-11-30 rituximab 700 mg')
    return match


def _span(text: str, match: re.Match[str]) -> tuple[dt.date, int, int]:
    """Return the first day, how many days later the last one is, and how many days are between."""
    first = dt.date.fromisoformat(match[1])
    last = dt.date.fromisoformat(match[2]) if match[2] else first
    days, apart = (last - first).days, int(match[3] or 1)
    if days % apart:
        raise ValueError(f'expect "{text}": every {apart} days does not reach the last day')
    return first, days, apart


def _with_commas(number: Decimal) -> str:
    text = f"{number:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
