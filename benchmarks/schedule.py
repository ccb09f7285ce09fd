"""Schedules of made-up wards against first come, first served; run by hand, in minutes.

python -m benchmarks.schedule --wards 10 --patients 200 --effort 60 --workers 2

Each ward has mixed regimens with a window, begun on the weekdays of three weeks, half of them on a
Monday; one Monday is a bank holiday. First come, first served takes the visits in the order of
their days and gives each the cheapest day and the earliest time at which there is still room.
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from dosing.errors import InputError
from dosing.trace import RefusedError
from schedules.cohort.bookings import Booking, Gap, find_bookings
from schedules.cohort.dates import Question
from schedules.cohort.demand import Days, WardCourse
from schedules.cohort.moves import Decision
from schedules.cohort.schedule import ScheduleOrder, propose, question_of
from schedules.cohort.times import DayUse, VisitNeed
from schedules.course.work_out import work_out
from schedules.knowledge.capacity import Capacity
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


def _made_up(number: int, regimen: str, library: Library, draw: random.Random) -> WardCourse | None:
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
    first = _FIRST + dt.timedelta(days=draw.choice((0, 0, 0, 1, 2, 3, 7, 7, 7, 8, 9, 14, 14, 15)))
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


def ward(seed: int, patients: int, library: Library) -> list[WardCourse]:
    """Return a ward of made-up patients, the same for the same seed."""
    draw = random.Random(seed)  # noqa: S311 - nobody guesses it
    found: list[WardCourse] = []
    for number in range(patients * 5):
        one = _made_up(number, draw.choice(_REGIMENS), library, draw)
        if one is not None:
            found.append(one)
        if len(found) == patients:
            break
    return found


class FirstCome:
    """Gives each visit in its turn the cheapest day that still has room, and keeps it there."""

    def __init__(self, question: Question, gaps: Sequence[Gap]) -> None:
        """Begin with empty days."""
        self._question, self._gaps = question, gaps
        room = question.room
        self._use = {d: DayUse(room, steps + room.overtime) for d, steps in question.hours.items()}
        self._overtime: dict[dt.date, int] = defaultdict(int)
        self._days: dict[int, dt.date] = {}
        self.ticks = 0
        self.unplaced = 0

    def run(self) -> None:
        """Take the visits in the order of their days."""
        bookings = self._question.bookings
        for number in sorted(range(len(bookings)), key=lambda n: (bookings[n].stands, n)):
            booking = bookings[number]
            if self._question.is_stuck(booking):
                continue
            options = sorted(self._options(number, booking))
            if not options:
                self.unplaced += 1
                continue
            ticks, day, begin = options[0]
            need = VisitNeed(booking.steps, booking.doses)
            self._days[number] = day
            self.ticks += ticks
            if not booking.beyond:
                self._use[day].add(need, begin)
                self._overtime[day] = max(self._overtime[day], self._late(day, begin, need))

    def _late(self, day: dt.date, begin: int, need: VisitNeed) -> int:
        return begin + need.steps - self._question.hours[day]

    def _options(self, number: int, booking: Booking) -> Iterator[tuple[int, dt.date, int]]:
        """Yield what each day would cost, with the first time on it at which there is room."""
        question = self._question
        need = VisitNeed(booking.steps, booking.doses)
        late = [question.not_before[d] for d in booking.drugs if d in question.not_before]
        for day in booking.days:
            if any(day < one for one in late) or not self._fits(number, day):
                continue
            if booking.beyond and (day == booking.stands or day not in question.closed):
                yield question.ticks(booking, day), day, 0
            if day not in question.hours:
                continue
            steps = question.hours[day]
            latest = min(steps - 1, steps + question.room.overtime - need.steps)
            begin = self._use[day].earliest(need, latest)
            if begin is not None:
                more = max(self._late(day, begin, need) - self._overtime[day], 0)
                cost = question.ticks(booking, day) + more * question.cost.overtime_hour
                yield cost, day, begin

    def _fits(self, number: int, day: dt.date) -> bool:
        """Return whether a day goes with those that are given, and leaves the next visit one."""
        for gap in self._gaps:
            if gap.after == number:
                before = {a for a, b in gap.fitting if b == day}
                given = None if gap.before is None else self._days.get(gap.before)
                if given not in before if given is not None else not before:
                    return False
            if gap.before == number and not any(a == day for a, _ in gap.fitting):
                return False
        return True


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


def main() -> None:
    """Print one line for each ward."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wards", type=int, default=10)
    parser.add_argument("--patients", type=int, default=200)
    parser.add_argument("--effort", type=float, default=60.0)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--filled", type=float, default=0.5, help="how full the ward is")
    args = parser.parse_args()
    library = read_library(_ROOT)
    for seed in range(args.wards):
        courses = ward(seed, args.patients, library)
        asked = _asked(library, 1, args.effort, args.workers)
        bookings, gaps = find_bookings(courses, asked.between)
        asked = _asked(
            library, _busiest_chairs(bookings, 40, args.filled), args.effort, args.workers
        )
        first_come = FirstCome(question_of(bookings, gaps, asked), gaps)
        first_come.run()
        began, cpu = time.monotonic(), time.process_time()
        schedule = propose(courses, library, asked)
        took = f"{time.monotonic() - began:.0f} s, {time.process_time() - cpu:.0f} s CPU"
        told = f"ward {seed}: {len(courses)} patients, {len(bookings)} visits, "
        told += f"{asked.capacity.chairs} chairs; first come {first_come.ticks / 4:g}"
        told += f" ({first_come.unplaced} without a place)" if first_come.unplaced else ""
        if schedule is None or schedule.reasons:
            why = "nothing found" if schedule is None else f"impossible: {schedule.reasons[:3]}"
            print(f"{told}; {why}; {took}", flush=True)
            continue
        share = schedule.cost * 4 / first_come.ticks if first_come.ticks else 1.0
        print(
            f"{told}; proposed {schedule.cost:g} = {share:.0%}, gap {schedule.gap:.1%}, "
            f"{len(schedule.replanned)} plans move, {len(schedule.stuck)} stay; {took}",
            flush=True,
        )


if __name__ == "__main__":
    main()
