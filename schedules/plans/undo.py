"""Undo is a change: it withdraws an earlier one, and a redo puts that one back in its place.

Nothing is taken out of a plan, so that a calendar that was filled meanwhile is repaired like after
every other change.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Literal

from dosing.errors import refuse
from schedules.plans.change_words import in_words
from schedules.plans.changes import Change, Undo, courses_added
from schedules.plans.wrong_values import make_of


def numbers_in_force(changes: Sequence[Change]) -> list[int]:
    """Return the numbers of the changes that are in force, in their order; 1 is the first.

    Raises:
        ValueError: if one undoes what is not in force, redoes what is, or lets "course 2" of
            another change mean another regimen.
    """
    if not any(isinstance(change, Undo) for change in changes):
        return list(range(1, len(changes) + 1))
    in_force: set[int] = set()
    added_by_then: dict[int, list[int]] = {}
    for number, change in enumerate(changes, 1):
        added_by_then[number] = _added(changes, in_force, number)
        if not isinstance(change, Undo):
            in_force.add(number)
            continue
        _refuse_wrong_number(number, change, changes, in_force)
        in_force ^= {change.number}
        for one in sorted(in_force):
            if _added(changes, in_force, one) != added_by_then[one]:
                raise ValueError(
                    f"change {one} was decided with other regimens on the timeline than change "
                    f"{number} leaves there"
                )
    return sorted(in_force)


def _added(changes: Sequence[Change], in_force: set[int], before: int) -> list[int]:
    """Return the changes in force that add a regimen, in the order of their courses."""
    return [n for n in sorted(in_force) if n < before and courses_added(changes[n - 1])]


def _refuse_wrong_number(
    number: int, change: Undo, changes: Sequence[Change], in_force: set[int]
) -> None:
    named = change.number
    if named >= number or isinstance(changes[named - 1], Undo):
        raise ValueError(f"change {number} names change {named}, which is none to undo or redo")
    if (named in in_force) != (change.kind == "undo"):
        state = "is in force" if named in in_force else "is not in force"
        raise ValueError(f"change {number} {change.kind}es change {named}, which {state}")


def words_of(changes: Sequence[Change]) -> list[str]:
    """Describe each change in one sentence; an undo with what it undid."""
    words: list[str] = []
    for change in changes:
        of = f": {words[change.number - 1]}" if isinstance(change, Undo) else ""
        words.append(f"{in_words(change)}{of}")
    return words


def undone(
    changes: Sequence[Change],
    kind: Literal["undo", "redo"],
    number: int | None,
    *,
    who: str,
    why: str,
    when: dt.datetime,
) -> list[Change]:
    """Return the changes with one more, which undoes or redoes one of them.

    Args:
        changes: those of the plan.
        kind: undo or redo.
        number: which; without one, an undo withdraws the last that is in force.
        who: initials or a role, never a patient.
        why: the reason.
        when: now, from whoever asks the clock.

    Raises:
        InputError: if nothing can be undone, or not this.
    """
    in_force = numbers_in_force(changes)
    if number is None and not in_force:
        refuse("plan file", "", why="has no change in force", accepted="there is nothing to undo")
    content = {"number": in_force[-1] if number is None else number, "kind": kind}
    decided = {**content, "who": who.strip(), "why": why.strip(), "when": when}
    change: Change = make_of(Undo, decided, kind, f"see: posology {kind} --help")
    after = [*changes, change]
    try:
        numbers_in_force(after)
    except ValueError as error:
        accepted = "see the numbers: posology history"
        refuse("number", str(content["number"]), why=f"cannot be taken: {error}", accepted=accepted)
    return after


def gone_back(
    changes: Sequence[Change], count: int, *, who: str, why: str, when: dt.datetime
) -> list[Change]:
    """Return the changes with those undone and redone that lead back to the state after ``count``.

    Raises:
        InputError: if who or why is missing.
    """
    now, then = set(numbers_in_force(changes)), set(numbers_in_force(changes[:count]))
    after = list(changes)
    for number in sorted(now - then, reverse=True):
        after = undone(after, "undo", number, who=who, why=why, when=when)
    for number in sorted(then - now):
        after = undone(after, "redo", number, who=who, why=why, when=when)
    return after
