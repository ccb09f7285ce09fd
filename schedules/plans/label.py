"""Asks about a label that looks like a name: a label only tells the patients of a ward apart.

What is found are forms, not people: a name beside a birth date, a record number, an e-mail
address, a telephone number. A name alone cannot be told from the name of a ward.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

from dosing.trace import Finding, Source, warn

_RULE = Source(cite="Posology, schedules/plans/label.py", confirmed=True)

_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_MONTH = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_DATE = re.compile(
    rf"\b(?:(?:19|20)\d\d[-./ ]\d\d?[-./ ]\d\d?|\d\d?[-./ ]\d\d?[-./ ](?:(?:19|20)\d\d|\d\d)"
    rf"|\d\d?[-. ]*{_MONTH}[-. ]*(?:19|20)?\d\d)\b",
    re.IGNORECASE,
)
# A country code, or a leading zero, and seven digits or more in groups.
_PHONE = re.compile(r"(?<![\w-])(?:\+\d|\(?0)[\d ()/.-]{6,}\d(?!\w)")
_NAMED_PHONE = re.compile(r"\b(?:tel|phone|mobile|fax)\w*[.: ]*\+?\d{3}", re.IGNORECASE)
# Hospital, insurance and civil numbers are six digits or more, often in groups.
_RECORD = re.compile(r"(?<!\d)\d(?:[ -]?\d){5,}(?!\d)")
_NAMED_RECORD = re.compile(
    r"\b(?:mrn|nhs|ssn|pid|chi|kvnr|cpr|case|record|file|patient|hosp\w*)"
    r"[ .:#-]*(?:no|nr|id|number)?[ .:#-]*\w*\d{4}",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]{2,}")
_PLACES = frozenset(
    (
        *("bay", "bed", "bett", "case", "chair", "clinic", "day", "floor", "icu", "left", "male"),
        *("female", "monday", "neuro", "oncology", "patient", "place", "pt", "right", "room"),
        *("side", "site", "station", "study", "team", "unit", "ward", "window", "zimmer"),
    )
)

# No form tells these digits apart.
_ALIKE = str.maketrans("45678", "33333")


def form_of_label(text: str) -> str:
    """Return a label that looks like a name just where this one does: many have one form."""
    if text.isdecimal():
        # Of digits alone nothing counts but how many they are, and a zero in front.
        return ("0" if text[0] == "0" else "3").ljust(len(text), "3")
    return text.translate(_ALIKE)


def about_label(text: str, *, born: bool = False) -> Iterator[Finding]:
    """Ask about a label that seems to name a person.

    Args:
        text: the label as typed.
        born: whether a birth date stands beside it.

    Yields:
        A WARN for each form, which a person may accept with a reason.
    """
    without_dates = _DATE.sub(" ", text)
    names = [word for word in _WORD.findall(without_dates) if word.lower() not in _PLACES]
    # Beside a date in the label one word is enough; beside a birth date of its own field two are,
    # so that "blue-3" may stand there.
    if (names and without_dates != text) or (born and len(names) > 1):
        yield _looks_like("name", "a name with a birth date")
    if _EMAIL.search(text):
        yield _looks_like("email", "an e-mail address")
    phone = _PHONE.search(without_dates) or _NAMED_PHONE.search(text)
    if phone:
        yield _looks_like("phone", "a telephone number")
    elif _RECORD.search(without_dates) or _NAMED_RECORD.search(text):
        yield _looks_like("record_number", "a record number")


@functools.cache
def _looks_like(code: str, form: str) -> Finding:
    text = (
        f"The label looks like {form}. A plan needs no name: write a bed or a number of the "
        "ward's own, such as ward-7."
    )
    return warn(f"label.{code}", text, _RULE)
