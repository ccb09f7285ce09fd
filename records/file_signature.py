"""Signatures on a regimen, a drug or words of patients: they cover nothing but what it means.

Their records stand among the signatures under the name of the file (``regimens/ID``), which no
plan bears; the remarks say whether somebody wrote it or checked it.
"""

from __future__ import annotations

from collections.abc import Sequence

from dosing.errors import refuse
from records.roles import Actor, forbid, must_be_allowed, same_person
from records.signature import CheckedContent, Signature
from schedules.knowledge.library import Library
from schedules.knowledge.regimen import KnowledgeUsed
from schedules.knowledge.signed import Part
from schedules.version import VERSION


def used_now(library: Library, file: str) -> KnowledgeUsed:
    """Return version and meaning of a file as the library has it now.

    Raises:
        InputError: if the library has no such file.
    """
    used = library.used(file)
    if used is None:
        why, accepted = "is not in the library", "write regimens/ID, drugs/ID or terms/NAME"
        refuse("file", file, why=why, accepted=accepted)
    return used


def content_of(library: Library, file: str) -> CheckedContent:
    """Return what a signature on a file covers now.

    Raises:
        InputError: if the library has no such file.
    """
    knowledge = {file: used_now(library, file).sha256}
    return CheckedContent(plan="", program=VERSION, knowledge=knowledge)


def must_be_able_to_sign(
    actor: Actor, part: Part, now: CheckedContent, earlier: Sequence[Signature]
) -> None:
    """Refuse a signature on a file that would prove nothing.

    A planner or a pharmacist may have written a file; a pharmacist who did not write it checks it.

    Raises:
        RefusedError: if the role may not, or the same person signed the other part.
    """
    must_be_allowed(actor, "save" if part == "written" else "sign")
    for signature in earlier:
        other = signature.remarks != part and signature.covers.knowledge == now.knowledge
        if other and same_person(signature.by.name, actor.name):
            text = f"{actor.name} signed this file as {signature.remarks}: another person signs."
            forbid("records.own_file", text)


def is_proved(now: CheckedContent, signatures: Sequence[Signature]) -> bool:
    """Return whether two people whom a sign-in proved signed a file as it means now."""
    by: dict[str, list[Actor]] = {"written": [], "checked": []}
    for signature in signatures:
        if signature.covers.knowledge == now.knowledge and signature.by.verified:
            by.setdefault(str(signature.remarks), []).append(signature.by)
    return any(
        not same_person(one.name, other.name) for one in by["written"] for other in by["checked"]
    )
