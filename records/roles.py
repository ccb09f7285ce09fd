"""Who may do what: a table of roles, which the store checks on every writing call."""

from __future__ import annotations

import dataclasses
import unicodedata
from collections.abc import Mapping
from typing import Literal, NoReturn, get_args

from dosing.errors import Problems
from dosing.trace import RefusedError, Source, stop

Role = Literal["planner", "nurse", "pharmacist", "viewer", "administrator"]
Act = Literal["save", "acknowledge", "sign", "verify", "record", "share", "erase"]

ROLES: tuple[Role, ...] = get_args(Role)

# Everybody who is let in may read. An administrator keeps the store and treats nobody.
MAY: Mapping[Act, tuple[Role, ...]] = {
    "save": ("planner", "pharmacist"),
    "acknowledge": ("planner", "pharmacist"),
    "sign": ("pharmacist",),
    "verify": ("nurse", "pharmacist", "planner"),
    "record": ("nurse", "planner"),
    "share": ("planner", "pharmacist", "administrator"),
    "erase": ("administrator",),
}

_IN_WORDS: Mapping[Act, str] = {
    "save": "save a plan",
    "acknowledge": "acknowledge a warning",
    "sign": "sign a plan",
    "verify": "verify a dose",
    "record": "record what was given",
    "share": "make or revoke the link of a calendar",
    "erase": "erase a label",
}

RULES = Source(cite="Posology, records/roles.py", confirmed=True)
_LONGEST_NAME = 60


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts: a name or initials, a role, and whether a sign-in proved both.

    Raises:
        InputError: if the name is empty, too long or not printable, or the role is unknown.
    """

    name: str
    role: Role
    verified: bool

    def __post_init__(self) -> None:
        """Refuse an actor whom nobody could find again."""
        problems = Problems()
        if not self.name.strip() or len(self.name) > _LONGEST_NAME or not self.name.isprintable():
            why = "is missing" if not self.name.strip() else "is too long or not printable"
            problems.add("who", self.name, why=why, write="initials or a name, such as AB")
        if self.role not in ROLES:
            problems.add(
                "role", self.role, why="is not a role", write=f"one of: {', '.join(ROLES)}"
            )
        problems.raise_if_any()

    def __str__(self) -> str:
        """Return the name and the role; an unverified name is marked so."""
        return f"{self.name}{'' if self.verified else ' (unverified)'}, {self.role}"


def may(role: Role, act: Act) -> bool:
    """Return whether a role may do an act."""
    return role in MAY[act]


def must_be_allowed(actor: Actor, act: Act) -> None:
    """Refuse an act that this role may not do.

    Raises:
        RefusedError: naming the roles that may.
    """
    if not may(actor.role, act):
        allowed = ", ".join(MAY[act])
        text = f"The role {actor.role} may not {_IN_WORDS[act]}; it is for: {allowed}."
        forbid("records.role", text)


def forbid(code: str, text: str) -> NoReturn:
    """Refuse an act by a rule of the records.

    Raises:
        RefusedError: always.
    """
    raise RefusedError(stop(code, text, RULES))


def same_person(one: str, other: str) -> bool:
    """Return whether a reader takes two names for one: case, blanks and width do not count."""
    return _as_read(one) == _as_read(other)


def _as_read(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
