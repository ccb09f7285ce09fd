"""Schedules of made-up wards against first come, first served; run by hand, in minutes.

python -m benchmarks.schedule --wards 10 --patients 200 60 --effort 60 --workers 2

Each ward has mixed regimens with a window, begun on the weekdays of three weeks, half of them on a
Monday (or, with --even, on all alike); one Monday is a bank holiday. ``--filled`` sets the chairs
by the days on which visits stand; the table says what share of all open chair hours that comes to.
A proposal is held against three ways of booking one visit after another (``first_come``): as a desk
does, as one that prefers overtime to another day, and by the cheapest day. A visit for which these
find no room costs them nothing, so that they are compared only in wards in which they have room for
everybody; "anew" is the cheapest of them once those without room are booked first. "No limits" is
what the same ward costs at least with 500 chairs: the part that nobody can save. The effort is
counted in the solver's deterministic time, so that a busy machine changes no figure but the CPU's.
With ``--keep`` each ward is written down as soon as it is tried, and not tried again.
"""

from __future__ import annotations

import argparse
import datetime as dt
import random
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from pydantic import BaseModel

from dosing.errors import InputError
from dosing.trace import RefusedError
from schedules.cohort.bookings import Booking, find_bookings
from schedules.cohort.dates import DateFinder, Question
from schedules.cohort.demand import Days, WardCourse
from schedules.cohort.first_come import (
    AT_THE_DESK,
    CHEAPEST,
    OWN_DAY,
    BookedVisits,
    book,
    book_everybody,
)
from schedules.cohort.moves import Decision
from schedules.cohort.room import PER_HOUR
from schedules.cohort.schedule import ScheduleOrder, propose, question_of
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


# What a proposal is held against: ways of booking one visit after another, as the table calls them.
_RULES = {"desk": AT_THE_DESK, "own day": OWN_DAY, "cheapest day": CHEAPEST}
_ANEW = "anew"
_WAYS = (*_RULES, _ANEW)


def _book(question: Question) -> dict[str, BookedVisits]:
    """Return each booking, and the cheapest of those that begin anew until all have room."""
    every = [book_everybody(question, rule) for rule in _RULES.values()]
    anew = min(every, key=lambda one: (len(one.without_room), one.ticks))
    return {**{name: book(question, rule) for name, rule in _RULES.items()}, _ANEW: anew}


class _Booked(BaseModel):
    """What booking one visit after another costs, and how many visits found no room."""

    points: float
    without_room: int

    @property
    def text(self) -> str:
        without = f" (+ {self.without_room} without room)" if self.without_room else ""
        return f"{self.points:g}{without}"


class Trial(BaseModel):
    """What came of one ward: what a schedule costs, and what the ways of booking cost.

    ``asked`` is what it was tried with. Without a cost no schedule was found.
    """

    asked: dict[str, float]
    patients: int
    visits: int
    chairs: int
    filled: float
    booked: dict[str, _Booked]
    without_limits: float
    cost: float | None
    bound: float
    moves: int
    seconds: float

    def share_of(self, way: str) -> float | None:
        """Return the cost as a share of a way of booking; None where that books not everybody."""
        one = self.booked[way]
        if self.cost is None or one.without_room or not one.points:
            return None
        return self.cost / one.points

    @property
    def proved(self) -> bool:
        """Return whether no schedule of this ward is cheaper."""
        return self.cost is not None and self.cost <= self.bound

    def row(self) -> str:
        """Return its line of the table."""
        cost = self.cost
        shares = [self.share_of(way) for way in _WAYS]
        gap = "-" if cost is None else f"{(cost - self.bound) / cost if cost else 0:.1%}"
        cells = [
            str(self.patients),
            f"{self.asked['seed']:g}",
            str(self.visits),
            str(self.chairs),
            f"{self.filled:.0%}",
            *(self.booked[way].text for way in _WAYS),
            f"{self.without_limits:g}",
            "none" if cost is None else f"{cost:g}",
            *("-" if share is None else f"{share:.1%}" for share in shares),
            gap,
            str(self.moves),
            f"{self.seconds:.0f}",
        ]
        return _line(cells)


_HEAD = (
    "patients",
    "seed",
    "visits",
    "chairs",
    "filled",
    *_WAYS,
    "no limits",
    "proposed",
    *(f"of {way}" for way in _WAYS),
    "gap",
    "moves",
    "s CPU",
)


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def try_ward(asked_for: Mapping[str, float], library: Library) -> Trial:
    """Return what comes of one ward."""
    effort, workers = asked_for["effort"], int(asked_for["workers"])
    seed, patients = int(asked_for["seed"]), int(asked_for["patients"])
    courses = ward(seed, patients, library, even=bool(asked_for["even"]))
    asked = _asked(library, 1, effort, workers)
    bookings, gaps = find_bookings(courses, asked.between)
    chairs = _busiest_chairs(bookings, 40, asked_for["filled"])
    asked = _asked(library, chairs, effort, workers)
    question = question_of(bookings, gaps, asked)
    within = [booking for booking in bookings if not booking.beyond]
    endless = _asked(library, MOST // 2, effort, workers)
    cpu = time.process_time()
    schedule = propose(courses, library, asked)
    seconds = time.process_time() - cpu
    found = schedule if schedule is not None and schedule.seats else None
    return Trial(
        asked=dict(asked_for),
        patients=len(courses),
        visits=len(within),
        chairs=chairs,
        filled=sum(one.steps for one in within) / (chairs * sum(question.hours.values())),
        booked={
            name: _Booked(points=one.ticks / PER_HOUR, without_room=len(one.without_room))
            for name, one in _book(question).items()
        },
        without_limits=DateFinder(question_of(bookings, gaps, endless)).find(2.0, 1).bound
        / PER_HOUR,
        cost=None if found is None else found.cost,
        bound=0.0 if found is None else found.bound,
        moves=0 if found is None else sum(seat.moves for seat in found.seats),
        seconds=seconds,
    )


def _kept(path: Path | None) -> list[Trial]:
    """Return the wards that were tried before."""
    if path is None or not path.exists():
        return []
    return [Trial.model_validate_json(line) for line in path.read_text("utf-8").splitlines()]


def _print_sums(patients: int, trials: Sequence[Trial]) -> None:
    """Print what all wards of a size cost, of those wards in which a way of booking seats all."""
    for way in _WAYS:
        like = [one for one in trials if one.share_of(way) is not None]
        cost = sum(one.cost for one in like if one.cost is not None)
        of = sum(one.booked[way].points for one in like)
        share = f": {cost / of:.1%}" if of else ""
        print(
            f"{patients} patients, the {len(like)} of {len(trials)} wards in which "
            f"'{way}' has room for everybody: {cost:g} of {of:g}{share}"
        )
    found = sum(one.cost is not None for one in trials)
    proved = sum(one.proved for one in trials)
    print(f"{found} of {len(trials)} found, {proved} proved the cheapest", flush=True)


def main() -> None:
    """Print a table with one line for each ward."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--wards", type=int, default=10)
    parser.add_argument("--patients", type=int, nargs="+", default=[200, 60])
    parser.add_argument("--effort", type=float, default=60.0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--filled", type=float, default=0.5, help="how full the ward is")
    parser.add_argument("--even", action="store_true", help="begin on all weekdays alike")
    parser.add_argument(
        "--keep", type=Path, help="a file of the wards that were tried: go on there"
    )
    args = parser.parse_args()
    library = read_library(_ROOT)
    kept = _kept(args.keep)
    print(_line(_HEAD))
    print("|" + " --- |" * len(_HEAD))
    for patients in args.patients:
        trials = []
        for seed in range(args.wards):
            asked_for = {
                "patients": float(patients),
                "seed": float(seed),
                "effort": args.effort,
                "workers": float(args.workers),
                "filled": args.filled,
                "even": float(args.even),
            }
            trial = next((one for one in kept if one.asked == asked_for), None)
            if trial is None:
                trial = try_ward(asked_for, library)
                if args.keep is not None:
                    with args.keep.open("a", encoding="utf-8") as file:
                        file.write(f"{trial.model_dump_json()}\n")
            trials.append(trial)
            print(trial.row(), flush=True)
        _print_sums(patients, trials)


if __name__ == "__main__":
    main()
