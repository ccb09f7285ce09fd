"""What a signature covers, and whether it still holds.

A signature covers one content: the plan, the regimen and drug files as they were read, and the
program that calculated. When any of them has changed, the signature is void and says so.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import Literal, get_args

from records.chain import canonical, sha256
from records.roles import Actor
from schedules.course.checked import NOT_CHECKED, Verification
from schedules.knowledge.earlier_files import meaning_of
from schedules.knowledge.library import Library
from schedules.plans.plan import Plan
from schedules.version import VERSION

Outcome = Literal["signed", "signed with remarks", "sent back"]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)

NOT_IN_THE_LIBRARY = ""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class CheckedContent:
    """The content that a check covers, by the SHA-256 of each of its parts."""

    plan: str
    program: str
    knowledge: Mapping[str, str]

    def to_json(self) -> str:
        """Write the parts as canonical JSON."""
        return canonical(dataclasses.asdict(self))

    @classmethod
    def from_json(cls, text: str) -> CheckedContent:
        """Read what ``to_json`` wrote."""
        return cls(**json.loads(text))

    @property
    def sha256(self) -> str:
        """Return the one hash that is signed."""
        return sha256(self.to_json())

    def changed_since(self, signed: CheckedContent) -> list[str]:
        """List the parts that have changed since they were signed; nothing for the same content.

        What was signed may name a file by its bytes, as it was done once: its meaning counts.
        """
        changes = []
        if self.plan != signed.plan:
            changes.append("the plan has changed")
        if self.program != signed.program:
            changes.append(f"Posology was {signed.program} and is {self.program}")
        for file in sorted({*self.knowledge, *signed.knowledge}):
            now, then = self.knowledge.get(file), signed.knowledge.get(file)
            if now == (then and meaning_of(then)):
                continue
            name = file.rpartition("/")[2]
            gone = now == NOT_IN_THE_LIBRARY
            what = "is no longer in the library" if gone else "has changed"
            changes.append(f"{name} {what}")
        return list(dict.fromkeys(changes))


def checked_content(plan: Plan, library: Library) -> CheckedContent:
    """Return the content that a check of a plan covers now."""
    knowledge = {}
    for own in plan.by_regimen():
        drugs = (f"drugs/{drug.id}" for drug in own.drugs)
        for file in (f"regimens/{own.regimen.id}", *drugs):
            knowledge[file] = _hash_now(library, file)
    return CheckedContent(plan=plan.hash, program=VERSION, knowledge=knowledge)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """What a pharmacist decided on one content. The remarks are None once they were erased."""

    n: int
    plan: str
    version: int
    outcome: Outcome
    remarks: str | None
    covers: CheckedContent
    by: Actor
    at: dt.datetime

    def __str__(self) -> str:
        """Return who signed and when."""
        return f"{self.by}, {self.at:%d-%b-%Y %H:%M} UTC"


def status_of(plan: Plan, library: Library, signatures: Sequence[Signature]) -> Verification:
    """Return whether this very content is checked.

    Args:
        plan: the plan as it is now.
        library: the knowledge as it is now.
        signatures: those of this plan, in the order of signing.

    Returns:
        The last decision on this content; where there is none, that an earlier signature is void,
        and why; or that nobody has checked it.
    """
    return _status(checked_content(plan, library), signatures)


def status_of_saved(sha256: str, library: Library, signatures: Sequence[Signature]) -> Verification:
    """Return whether a saved content is checked, without reading the plan.

    The files that a plan is made with are those that its own signature covers.
    """
    covered = [one.covers for one in signatures]
    own = [content for content in covered if content.plan == sha256]
    files = [file for content in (own or covered)[-1:] for file in content.knowledge]
    knowledge = {file: _hash_now(library, file) for file in files}
    return _status(CheckedContent(plan=sha256, program=VERSION, knowledge=knowledge), signatures)


def _hash_now(library: Library, file: str) -> str:
    used = library.used(file)
    return NOT_IN_THE_LIBRARY if used is None else used.sha256


def _status(now: CheckedContent, signatures: Sequence[Signature]) -> Verification:
    for last in reversed(signatures):
        if not now.changed_since(last.covers):
            return _decided(last)
    for earlier in reversed(signatures):
        if earlier.outcome != "sent back":
            why = "; ".join(now.changed_since(earlier.covers))
            return Verification(state="void", text=f"void: checked by {earlier}", why=why)
    return NOT_CHECKED


def _decided(last: Signature) -> Verification:
    if last.outcome == "sent back":
        return Verification(state="sent back", text=f"sent back by {last}")
    remarks = ", with remarks" if last.outcome == "signed with remarks" else ""
    return Verification(state="checked", text=f"checked by {last}{remarks}, this content")
