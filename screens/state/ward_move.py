"""A schedule for the ward that a session looks at: asked for, proposed, and taken."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Hashable, Iterator, Mapping, Sequence

from dosing.trace import Finding
from records.roles import Actor
from records.store import Store
from records.ward import NewestPlans, read_newest, save_moves
from schedules.cohort.moves import Decision
from schedules.cohort.replan import Replanned
from schedules.cohort.schedule import Schedule, ScheduleOrder, Seat, propose
from schedules.knowledge.library import Library
from schedules.outputs.progress import Progress
from schedules.review.course_diff import new_findings
from screens.state import clock

# The search takes longer than reading the plans.
_READING = 0.3


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class MoveQuestion:
    """What is asked of the saved plans; ``name`` holds all that a proposal follows from."""

    name: Hashable
    plans: Sequence[str]
    asked: ScheduleOrder


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class MovingPlan:
    """A plan that moves: its label, its visits in their order, and what its course then notes."""

    label: str
    moved: Replanned
    seats: tuple[Seat, ...]
    notes: tuple[Finding, ...]


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ProposedMoves:
    """What was found, and when; ``schedule`` is None where the effort was too little."""

    at: dt.datetime
    asked: ScheduleOrder
    newest: NewestPlans
    schedule: Schedule | None
    moving: tuple[MovingPlan, ...]

    @property
    def labels(self) -> Mapping[str, str]:
        """Return the label of each plan."""
        return {one.name: one.course.plan.patient.label for one in self.newest.courses}


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class TakenMoves:
    """What was saved: the plans by id with their labels, and those that somebody else has saved."""

    saved: tuple[tuple[str, str], ...]
    unsaved: tuple[str, ...]
    of: int


def propose_moves(
    question: MoveQuestion, records: Store, library: Library, progress: Progress
) -> ProposedMoves:
    """Read the newest version of each plan, and look for a schedule of all."""
    at = clock.now()
    newest = read_newest(records, library, question.plans, lambda share: progress(_READING * share))
    schedule = propose(
        newest.courses,
        library,
        question.asked,
        lambda share: progress(_READING + (1 - _READING) * share),
    )
    return ProposedMoves(
        at=at,
        asked=question.asked,
        newest=newest,
        schedule=schedule,
        moving=() if schedule is None else tuple(_moving(schedule)),
    )


def _moving(schedule: Schedule) -> Iterator[MovingPlan]:
    for one in schedule.replanned:
        seats = [seat for seat in schedule.seats if seat.booking.name == one.name and seat.moves]
        yield MovingPlan(
            label=one.before.plan.patient.label,
            moved=one,
            seats=tuple(sorted(seats, key=lambda seat: seat.booking.stands)),
            notes=tuple(new_findings(one.before, one.after)),
        )


def take_moves(
    records: Store,
    library: Library,
    proposal: ProposedMoves,
    taken: Sequence[MovingPlan],
    by: Actor,
    why: str,
) -> TakenMoves:
    """Save some of the moves under the name and for the reason of who takes them."""
    decision = Decision(who=by.name, when=clock.now(), why=why)
    moved = [one.moved.decided(decision, library) for one in taken]
    at = decision.when.astimezone(dt.UTC)
    unsaved = save_moves(records, moved, proposal.newest.versions, by, at)
    labels = [(one.moved.name, one.label) for one in taken]
    return TakenMoves(
        saved=tuple(one for one in labels if one[0] not in unsaved),
        unsaved=tuple(label for name, label in labels if name in unsaved),
        of=len(proposal.moving),
    )
