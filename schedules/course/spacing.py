"""What must be kept apart on one timeline: an exchange that removes a drug, a washout.

The rules are data of the drug files. They are checked against real dates and clock times, across
all the regimens of a course.
"""

from __future__ import annotations

import datetime as dt
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence

from dosing.drugs.drug import Drug, Spacing
from dosing.trace import Finding
from schedules.course.rows import Administration, Dated, Occasion
from schedules.knowledge.library import Library

_NOT_A_WORD = re.compile("[^a-z0-9]+")
_NAMED_PAIRS = 3


def find_spacing(
    rows: Sequence[Administration], occasions: Sequence[Occasion], library: Library
) -> list[Finding]:
    """Find doses too near to a procedure or to a dose of another drug.

    Args:
        rows: the doses that take place, of all regimens of the course.
        occasions: the procedures and reviews that take place.
        library: where the rules of each drug are.

    Returns:
        One finding for each rule that is broken, with its dates.
    """
    findings: list[Finding] = []
    for name in dict.fromkeys(row.drug for row in rows):
        drug = library.drug(name)
        own = [row for row in rows if row.drug == name]
        for rule in drug.spacing:
            others: list[Dated] = [one for one in occasions if one.what == rule.meets]
            others += [row for row in rows if row.drug == rule.meets]
            near = list(_near_pairs(own, others, rule))
            if near:
                findings.append(_finding(drug, rule, near))
    return findings


def _near_pairs(
    own: Sequence[Dated], others: Sequence[Dated], rule: Spacing
) -> Iterator[tuple[Dated, Dated]]:
    """Yield each dose with the others that are too near to it, both in their order."""
    by_date = sorted(enumerate(others), key=lambda one: one[1].date)
    dates = [other.date for _, other in by_date]
    longest = max((other.length for other in others), default=dt.timedelta())
    apart = dt.timedelta(days=rule.days)
    # What comes after may have begun before the dose, by as long as it lasts.
    earlier = longest + dt.timedelta(days=1) if rule.order == "after" else apart
    for dose in own:
        first, end = bisect_left(dates, dose.date - earlier), bisect_right(dates, dose.date + apart)
        for _, other in sorted(by_date[first:end], key=lambda one: one[0]):
            if _near(dose, other, rule):
                yield dose, other


def _near(dose: Dated, other: Dated, rule: Spacing) -> bool:
    """Whether the other breaks the rule: it ends after the dose begins, and soon after."""
    days = (other.date - dose.date).days
    if rule.order == "after":
        return _end(other) > _begin(dose) and days <= rule.days
    return abs(days) <= rule.days


def _begin(dated: Dated) -> dt.datetime:
    # Both are times on one wall: an hour more or less at a clock change decides nothing here.
    return dt.datetime.combine(dated.date, dated.time)


def _end(dated: Dated) -> dt.datetime:
    return _begin(dated) + dated.length


def _finding(drug: Drug, rule: Spacing, near: Sequence[tuple[Dated, Dated]]) -> Finding:
    pairs = list(dict.fromkeys(_pair(drug, rule, dose, other) for dose, other in near))
    more = f" and {len(pairs) - _NAMED_PAIRS} more" if len(pairs) > _NAMED_PAIRS else ""
    words = (drug.id, rule.meets, rule.order, str(rule.days))
    return Finding(
        level=rule.level,
        source=drug.source(rule.source),
        code="spacing." + ".".join(_NOT_A_WORD.sub("_", word.lower()) for word in words),
        text=f"{rule.text} {_listed(pairs[:_NAMED_PAIRS])}{more}.",
    )


def _pair(drug: Drug, rule: Spacing, dose: Dated, other: Dated) -> str:
    return f"{drug.name} {_at(dose)}, {rule.meets} {_at(other)}"


def _at(dated: Dated) -> str:
    return f"on {dated.date:%a %d-%b-%Y} at {dated.time:%H:%M}"


def _listed(pairs: Iterable[str]) -> str:
    return "; ".join(pair[:1].upper() + pair[1:] for pair in pairs)
