"""The pages, and who may use which."""

from __future__ import annotations

from typing import Final

from records.roles import ROLES, Actor
from screens.access.door import moved

_PLANS = ("planner", "pharmacist")
_TREATS = ("planner", "pharmacist", "nurse")
PAGES = (
    ("home", "Home", ROLES),
    ("plan", "Plan", _PLANS),
    ("check", "Check", ROLES),
    ("calculate", "Calculate", _TREATS),
    ("pump", "Pump", _TREATS),
    ("library", "Library", ROLES),
    ("ward", "Ward", ROLES),
    ("help", "Help", ROLES),
)
# A course is changed where it is planned; bookmarks still name the page that it was changed on.
FORMER_PAGE: Final = moved("change", to="plan")


def pages_of(person: Actor | None) -> dict[str, str]:
    """Return the pages that a person may use, with their titles; on one desk all of them."""
    return {name: title for name, title, roles in PAGES if person is None or person.role in roles}


def file_of(name: str) -> str:
    """Return the script of a page, by which Streamlit knows it."""
    return f"screens/{name}.py"
