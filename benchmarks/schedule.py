"""Schedules of made-up wards against first come, first served; run by hand, in minutes.

python -m benchmarks.schedule --wards 10 --patients 200 60 --effort 60 --workers 2

Each ward has mixed regimens with a window, begun on the weekdays of three weeks, half of them on a
Monday (or, with --even, on all alike); one Monday is a bank holiday. ``--filled`` sets the chairs
by the days on which visits stand; the table says what share of all open chair hours that comes to.
A proposal is held against both ways of booking one visit after another (``first_come``): as a desk
does, and by the cheapest day. A visit for which these find no room costs them nothing. "No limits"
is what the same ward costs at least with 500 chairs: the part that nobody can save. The effort is
counted in the solver's deterministic time, so that a busy machine changes no figure but the CPU's.
"""

from __future__ import annotations

import argparse
import dataclasses
import datetime as dt
import random
import time
from collections.abc import Sequence
from pathlib import Path

from dosing.errors import InputError
from dosing.trace import RefusedError
from schedules.cohort.bookings import Booking, find_bookings
from schedules.cohort.dates import DateFinder
from schedules.cohort.demand import Days, WardCourse
from schedules.cohort.first_come import AT_THE_DESK, CHEAPEST, BookedVisits, book
from schedules.cohort.moves import Decision
from schedules.cohort.room import PER_HOUR
from schedules.cohort.schedule import Schedule, ScheduleOrder, propose, question_of
from schedules.course.work_out import work_out
from schedules.knowledge.capacity import MOST, Capacity
from schedules.knowledge.library import Library
from schedules.library.reader import read_library
from schedules.plans.making import make_plan
from schedules.plans.patient_entry import PatientEntry
from schedules.plans.plan import Acknowledgement

_ROOT = Path(__file__).resolve().parent.parent
_MADE_ON = dt.date(2027, 1, 4)
_FIRST = dt.date(2027, 1, 11)
_LAST = dt.date(2027, 2, 12)
_HOLIDAY = dt.date(2027, 1, 25)
# Of each, visits of some hours in the chair that its window lets move.
_REGIMENS = (
    "cyclophosphamide-monthly",
    "cyclophosphamide-monthly-mesna",
    "eculizumab",
    "efgartigimod-iv-eu",
    "immunoglobulin-cidp-maintenance",
    "immunoglobulin-withdrawal-three-steps",
    "ravulizumab",
    "rituximab-weekly",
)
# The first days, counted from the first Monday.
_MOST_ON_MONDAYS = (0, 0, 0, 1, 2, 3, 7, 7, 7, 8, 9, 14, 14, 15)
_ON_WEEKDAYS = tuple(7 * week + day for week in range(3) for day in range(5))


def _made_up(
    number: int, regimen: str, library: Library, draw: random.Random, starts: Sequence[int]
) -> WardCourse | None:
    """Return a course of a patient drawn by chance; None where its regimen does not take them."""
    found = library.regimen(regimen)
    entry = PatientEntry.model_validate(
        {
            "label": f"ward-{number}",
            "sex": draw.choice(("female", "male")),
            "age": f"{draw.randint(30, 60)} years",
            "weight": f"{draw.randint(50, 95)} kg",
            "height": f"{draw.randint(158, 188)} cm",
            "creatinine": "80 umol/L",
        }
    )
    first = _FIRST + dt.timedelta(days=draw.choice(starts))
    try:
        plan = make_plan(
            found,
            library.knowledge_for(found),
            library.site,
            entry,
            first_day=first.isoformat(),
            made_on=_MADE_ON,
            choices=found.examples[0].choose,
        )
        course = work_out(plan, library)
        reasons = [Acknowledgement(code=one.code, reason="trial") for one in course.unacknowledged]
        plan = plan.model_copy(update={"acknowledgements": reasons})
        course = work_out(plan, library)
        course.must_be_exportable()
    except (InputError, RefusedError):
        return None
    return WardCourse(name=f"{regimen}-{number}", course=course)


def ward(seed: int, patients: int, library: Library, *, even: bool) -> list[WardCourse]:
    """Return a ward of made-up patients, the same for the same seed."""
    draw = random.Random(seed)  # noqa: S311 - nobody guesses it
    starts = _ON_WEEKDAYS if even else _MOST_ON_MONDAYS
    found: list[WardCourse] = []
    for number in range(patients * 5):
        one = _made_up(number, draw.choice(_REGIMENS), library, draw, starts)
        if one is not None:
            found.append(one)
        if len(found) == patients:
            break
    return found


def _asked(library: Library, chairs: int, effort: float, workers: int) -> ScheduleOrder:
    hours = dict.fromkeys(("Mon", "Tue", "Wed", "Thu", "Fri"), "08:00 to 18:00")
    capacity = Capacity.model_validate(
        {
            "chairs": chairs,
            "nurses": max(chairs // 2, 1),
            "start": "15 min",
            "watches": 4,
            "pharmacy_per_hour": 2 * max(chairs, 4),
            "hours": hours,
            "overtime": "2 h",
            "cost": {"day": 1, "weekday": 2, "other_day": 5, "overtime_hour": 10},
        }
    )
    return ScheduleOrder(
        between=Days(_FIRST, _LAST),
        capacity=capacity,
        closed=library.site.closed.model_copy(update={"own": [_HOLIDAY]}),
        decision=Decision(who="trial", when=dt.datetime(2027, 1, 4, tzinfo=dt.UTC), why="trial"),
        effort=effort,
        workers=workers,
    )


def _busiest_chairs(bookings: Sequence[Booking], steps: int, share: float) -> int:
    """Return the chairs of a ward that is filled to a share on the average of its days."""
    within = [booking for booking in bookings if not booking.beyond]
    total = sum(booking.steps for booking in within)
    days = len({booking.stands for booking in within if booking.stands.weekday() < 5})
    return max(round(total / days / steps / share), 1)


@dataclasses.dataclass(frozen=True, slots=True)
class Trial:
    """What came of one ward: a schedule, and what a desk and the cheapest days cost."""

    seed: int
    patients: int
    visits: int
    chairs: int
    filled: float
    at_the_desk: BookedVisits
    cheapest: BookedVisits
    without_limits: int
    schedule: Schedule | None
    seconds: float

    def row(self) -> str:
        """Return its line of the table."""
        desk, cheapest = (_booked(one) for one in (self.at_the_desk, self.cheapest))
        told = f"| {self.patients} | {self.seed} | {self.visits} | {self.chairs} "
        told += f"| {self.filled:.0%} | {desk} | {cheapest} | {self.without_limits / PER_HOUR:g} |"
        found = self.schedule
        if found is None or not found.seats:
            return f"{told} {'nothing found' if found is None else 'impossible'} | | | | | "
        shares = [_share(found.cost, one) for one in (self.at_the_desk, self.cheapest)]
        moves = sum(seat.moves for seat in found.seats)
        return (
            f"{told} {found.cost:g} | {' | '.join(shares)} | {found.gap:.1%} "
            f"| {moves} | {self.seconds:.0f} |"
        )


_HEAD = (
    "| patients | seed | visits | chairs | filled | desk | cheapest day | no limits | proposed "
    "| of desk | of cheapest | gap | moves | s CPU |"
)


def _booked(one: BookedVisits) -> str:
    without = len(one.without_room)
    return f"{one.ticks / PER_HOUR:g}" + (f" (+ {without} without room)" if without else "")


def _share(cost: float, of: BookedVisits) -> str:
    return f"{cost * PER_HOUR / of.ticks:.1%}" if of.ticks else "-"


def try_ward(seed: int, args: argparse.Namespace, patients: int, library: Library) -> Trial:
    """Return what comes of one ward."""
    courses = ward(seed, patients, library, even=args.even)
    asked = _asked(library, 1, args.effort, args.workers)
    bookings, gaps = find_bookings(courses, asked.between)
    chairs = _busiest_chairs(bookings, 40, args.filled)
    asked = _asked(library, chairs, args.effort, args.workers)
    question = question_of(bookings, gaps, asked)
    within = [booking for booking in bookings if not booking.beyond]
    endless = _asked(library, MOST // 2, args.effort, args.workers)
    cpu = time.process_time()
    schedule = propose(courses, library, asked)
    return Trial(
        seed=seed,
        patients=len(courses),
        visits=len(within),
        chairs=chairs,
        filled=sum(one.steps for one in within) / (chairs * sum(question.hours.values())),
        at_the_desk=book(question, AT_THE_DESK),
        cheapest=book(question, CHEAPEST),
        without_limits=DateFinder(question_of(bookings, gaps, endless)).find(2.0, 1).bound,
        schedule=schedule,
        seconds=time.process_time() - cpu,
    )


def main() -> None:
    """Print a table with one line for each ward."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wards", type=int, default=10)
    parser.add_argument("--patients", type=int, nargs="+", default=[200, 60])
    parser.add_argument("--effort", type=float, default=60.0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--filled", type=float, default=0.5, help="how full the ward is")
    parser.add_argument("--even", action="store_true", help="begin on all weekdays alike")
    args = parser.parse_args()
    library = read_library(_ROOT)
    print(_HEAD)
    print("|" + " --- |" * (_HEAD.count("|") - 1))
    for patients in args.patients:
        trials = []
        for seed in range(args.wards):
            trials.append(try_ward(seed, args, patients, library))
            print(trials[-1].row(), flush=True)
        found = [one for one in trials if one.schedule is not None and one.schedule.seats]
        cost = sum(one.schedule.cost for one in found if one.schedule is not None)
        for name, all_booked in (
            ("the desk", [one.at_the_desk for one in found]),
            ("the cheapest days", [one.cheapest for one in found]),
        ):
            of = sum(one.ticks for one in all_booked) / PER_HOUR
            print(f"{patients} patients: {cost:g} of {of:g} by {name}: {cost / of:.1%}")
        proved = sum(one.schedule.proved for one in found if one.schedule is not None)
        print(f"{len(found)} of {len(trials)} found, {proved} proved the cheapest", flush=True)


if __name__ == "__main__":
    main()
