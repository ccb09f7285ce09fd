"""What a person answers to a result: it is entered, what it proposes is seen, taken or declined."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence

from dosing.errors import InputError, refuse
from schedules.course.course import Course
from schedules.course.gate_states import find_gate_states
from schedules.course.gates import ProposedChange, proposed_changes
from schedules.course.proposals import Proposal, open_proposals
from schedules.course.read_change import read_change, with_change
from schedules.course.rows import Administration
from schedules.knowledge.library import Library

ENTERED = "results entered"


@dataclasses.dataclass(frozen=True, slots=True)
class Option:
    """One change that may be taken, with the course as it would be; None where it cannot be."""

    change: ProposedChange
    after: Course | None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """A course with new results before anything is decided on them.

    ``before`` is the course without them, ``entered`` with them. Where they stop it, as where a
    drug has to be ceased, what is taken goes before them in the plan.
    """

    before: Course
    entered: Course
    proposals: tuple[Proposal, ...]
    library: Library

    def find(self, gate: str = "") -> Proposal:
        """Return the proposal on the result of a test; without a name, the only one.

        Raises:
            InputError: if there is none, or there are several.
        """
        named = [p for p in self.proposals if gate in ("", p.state.test, p.state.name)]
        if len(named) == 1:
            return named[0]
        names = ", ".join(dict.fromkeys(one.state.name for one in self.proposals))
        accepted = f"write one of: {names}" if names else "no result waits for a decision"
        refuse("gate", gate, why="names no one result that waits", accepted=accepted)

    def options(self, proposal: Proposal, when: dt.datetime) -> list[Option]:
        """Return what may be taken, each with its preview."""
        return [
            Option(one, self._preview(one, when))
            for one in proposed_changes(proposal.changes, proposal.dose.place, proposal.why)
        ]

    def _preview(self, change: ProposedChange, when: dt.datetime) -> Course | None:
        try:
            return self._carried_out(change, "-", when)
        except InputError:
            return None

    def take(self, proposal: Proposal, text: str, *, who: str, when: dt.datetime) -> Course:
        """Return the course with the results and one of the changes that they propose.

        Args:
            proposal: which.
            text: the change in the words of the file; empty where there is only one.
            who: initials or a role.
            when: now.

        Raises:
            InputError: if it is not proposed, or cannot be carried out.
        """
        offered = proposed_changes(proposal.changes, proposal.dose.place, proposal.why)
        chosen = [one for one in offered if text in ("", one.text)]
        if len(chosen) != 1:
            names = ", ".join(proposal.changes)
            refuse("take", text, why="is not what is proposed", accepted=f"write one of: {names}")
        return self._carried_out(chosen[0], who, when)

    def _carried_out(self, change: ProposedChange, who: str, when: dt.datetime) -> Course:
        first = self.before if self.entered.stopped else self.entered
        typed = {name: text for name, text in change.typed.items() if name != "why"}
        decided = read_change(
            change.kind, typed, first, self.library, who=who, why=change.typed["why"], when=when
        )
        if not self.entered.stopped:
            return with_change(first.plan, decided, self.library)
        plan = first.plan.model_copy(update={"changes": [*first.plan.changes, decided]})
        return with_change(plan, self.entered.plan.changes[-1], self.library)

    def decline(self, proposal: Proposal, *, who: str, why: str, when: dt.datetime) -> Course:
        """Return the course with the results, and the reason why the dose stays as it is planned.

        Raises:
            InputError: if who or the reason is missing.
        """
        typed = {"from": proposal.dose.place, "gate": proposal.state.test}
        change = read_change(
            "decline", typed, self.entered, self.library, who=who, why=why, when=when
        )
        return with_change(self.entered.plan, change, self.library)


def answer_results(
    course: Course,
    texts: Sequence[str],
    library: Library,
    *,
    who: str,
    why: str = ENTERED,
    when: dt.datetime,
) -> Answering:
    """Enter results into a course, and find what they propose; nothing is decided.

    Args:
        course: as it stands.
        texts: results with unit and date, as typed; none for those that were entered before.
        library: the drug files, and the tests that are known.
        who: initials or a role.
        why: the reason, or what the results are from.
        when: now, from whoever asks the clock.

    Raises:
        InputError: if a result cannot be read.
    """
    entered = course
    if texts:
        typed = {"results": list(texts)}
        change = read_change("results", typed, course, library, who=who, why=why, when=when)
        entered = with_change(course.plan, change, library)
    proposals = entered.proposals
    if entered.stopped:
        cancelled = (row for row in course.cancelled if isinstance(row, Administration))
        rows = sorted((*course.rows, *cancelled), key=lambda row: (row.date, row.time, row.id))
        states = find_gate_states(rows, course.occasions, course.regimens, entered.plan, library)
        proposals = open_proposals(rows, states)
    return Answering(before=course, entered=entered, proposals=proposals, library=library)
