"""What every knowledge file is made of: strict models, which a help can import before pint."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _day(value: object) -> dt.date:
    """Read a day of a file; pydantic alone takes any number for one, as seconds since 1970."""
    from dosing.plausibility import EARLIEST_DAY, LATEST_DAY  # brings pint; a help needs no day

    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            value = dt.date.fromisoformat(value)
        except ValueError:
            raise ValueError(f"{value} is not a day of the calendar; write 2026-11-30") from None
    if type(value) is not dt.date:
        raise ValueError("is not a date; write 2026-11-30")
    if not EARLIEST_DAY <= value <= LATEST_DAY:
        raise ValueError(f"is not of a year from {EARLIEST_DAY.year} to {LATEST_DAY.year}")
    return value


Day = Annotated[dt.date, BeforeValidator(_day)]


def _not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("is empty; write it, or leave the whole entry out")
    return text


Words = Annotated[str, AfterValidator(_not_blank)]

Place = tuple[str | int, ...]


class MisplacedError(ValueError):
    """Something in a file is wrong. Each problem has its place, counted from its model."""

    def __init__(self, *places: tuple[Place, str]) -> None:
        """Store the problems; the text is all of them on one line."""
        super().__init__("; ".join(text for _, text in places))
        self.places = places


def no_entries() -> list[Any]:
    """Return the empty list that a field holds where nothing was written.

    As a factory of our own: pydantic asks for the signature of each, and to learn that of ``list``
    Python parses a text every time.
    """
    return []


class FileModel(BaseModel):
    """A part of a knowledge file: strict, closed, never changed after it is read."""

    # A model is built when it is first used, then with all that it holds: most are only ever parts.
    model_config = ConfigDict(
        strict=True, extra="forbid", frozen=True, allow_inf_nan=False, defer_build=True
    )
