"""What one person has typed so far: the only state that a screen keeps.

Streamlit forgets the value of a widget when its page is left. So each widget writes to this
object, which lives as long as the session, and is filled from it when its page is shown again.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING, Any

import streamlit as st

from schedules.knowledge.library import Library
from schedules.plans.plan import Plan
from screens.state.making import Files, Making

if TYPE_CHECKING:  # the first page shows no course, and only a ward's page the workbook's tables
    from records.feeds import Feed
    from schedules.course.course import Course
    from screens.state.ward import WardSeen
    from screens.state.ward_move import ProposedMoves, TakenMoves

_KEY = "posology"


@dataclasses.dataclass(slots=True, kw_only=True)
class PlanEntries:
    """The Plan screen as typed. Nothing is filled in before a person has done it.

    ``patient`` holds a text for each field of the list in ``schedules.plans.patient_entry``;
    what was given ``earlier`` is held by drug.
    """

    patient: dict[str, str | None] = dataclasses.field(default_factory=dict)
    age_or_born: str = "age"
    earlier: dict[str, str | None] = dataclasses.field(default_factory=dict)
    regimen: str | None = None
    choices: dict[str, dict[str, str | None]] = dataclasses.field(default_factory=dict)
    other_dose: str = ""
    adjust: dict[str, str | None] = dataclasses.field(default_factory=dict)
    adjust_reason: str = ""
    first_day: str = ""
    zone: str = ""
    times: dict[str, str | None] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(slots=True, kw_only=True)
class ChangeEntries:
    """The plan that is changed, and one change as it is typed.

    ``decided`` says that changes of it were confirmed here and not handed over since. ``form``
    counts the forms begun, so that a new one begins empty. ``asked`` says that the form stands open
    on the page, ``in_drawer`` that the dose is open in its drawer.
    """

    plan: Plan | None = None
    decided: bool = False
    form: int = 0
    asked: bool = False
    row: str | None = None
    kind: str | None = None
    scope: str | None = None
    texts: dict[str, str | None] = dataclasses.field(default_factory=dict)
    choices: dict[str, dict[str, str | None]] = dataclasses.field(default_factory=dict)
    why: str = ""
    who: str = ""
    undo_to: int | None = None
    in_drawer: bool = False
    state: int = 0
    ward: bytes | None = None

    @property
    def is_open(self) -> bool:
        """Whether the form of a change stands on the page."""
        return not self.in_drawer and (self.asked or self.row is not None)


@dataclasses.dataclass(slots=True, kw_only=True)
class CalculateEntries:
    """The Calculate screen as typed; ``rate_from`` is the regimen whose dose rate was chosen."""

    rate: str = ""
    rate_from: str = ""
    doses_a_day: str = ""
    weight: str = ""
    height: str = ""
    sex: str | None = None
    age: str = ""
    creatinine: str = ""
    cystatin_c: str = ""
    amputations: str = ""
    basis: str | None = None
    ideal: str | None = None
    fraction: str = ""
    surface: str | None = None
    cap: str = ""
    step: str = ""
    rule: str | None = None
    drug: str | None = None
    route: str | None = None
    size_confirmed: str = ""
    given: str = ""
    target_bmi: str = ""
    run_rate: str = ""
    concentration: str = ""
    drops_per_ml: str = ""


@dataclasses.dataclass(slots=True, kw_only=True)
class PumpStop:
    """A pause or a reaction at the pump, in minutes from the start; it lasts until it has an end.

    ``percent`` is the share of the rate at which it goes on after a reaction; ``ended`` says that
    it was stopped for good.
    """

    at: float
    until: float | None = None
    percent: int | None = None
    ended: bool = False


@dataclasses.dataclass(slots=True, kw_only=True)
class PumpEntries:
    """The Pump screen as typed, and the stops that came while exactly this ran.

    ``began`` is the moment that the clock time ``start`` stood for when it was written; ``heard``
    is the minute up to which the alarms before a change are silenced. ``run`` names one infusion to
    the browser, ``taken`` the acts that it has told, ``refused`` those that could not be.
    """

    planned: str | None = None
    label: str = ""
    drug: str | None = None
    ladder: str | None = None
    dose: str = ""
    weight: str = ""
    bsa: str = ""
    over: str = ""
    rates: str = ""
    bag: str | None = None
    volume: str = ""
    drug_volume: str = ""
    concentration: str = ""
    overfill: str = ""
    diluent: str = ""
    drops_per_ml: str = ""
    start: str = ""
    stops: list[PumpStop] = dataclasses.field(default_factory=list)
    stops_of: tuple[str, ...] = ()
    began: dt.datetime | None = None
    heard: float | None = None
    run: str = ""
    taken: list[str] = dataclasses.field(default_factory=list)
    refused: list[str] = dataclasses.field(default_factory=list)


@dataclasses.dataclass(slots=True, kw_only=True)
class LibraryEntries:
    """Where a person is in the Library."""

    search: str = ""
    entry: str | None = None
    # How many lists were drawn before this one: see screens/library.py
    lists: int = 0
    problem: str = ""
    problem_of: str = ""


@dataclasses.dataclass(slots=True, kw_only=True)
class CalendarEntries:
    """How the calendar file is written; None where the site's own choice stands."""

    oral: str | None = None
    times: str | None = None
    alarm: str = ""


@dataclasses.dataclass(slots=True, kw_only=True)
class SavedPlansEntries:
    """How saved plans are looked for, and where each page begins that was turned to."""

    label: str = ""
    state: str | None = None
    searched: object = None
    pages: list[Any] = dataclasses.field(default_factory=list)
    # How many lists were drawn before this one: see screens/forms/saved_plans.py
    lists: int = 0


@dataclasses.dataclass(slots=True, kw_only=True)
class PointEntries:
    """Which dose is verified at the points of the site, and what is entered blind of it.

    ``answered`` is what the last answer was about: beside another dose, or other entries where
    these were refused, it would be taken for theirs.
    """

    dose_id: str | None = None
    weight: str = ""
    height: str = ""
    dose: str = ""
    answered: dict[str, str | None] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(slots=True, kw_only=True)
class CheckEntries:
    """The Check screen: another plan than the session's, who checks, and what was ticked.

    The ticks belong to one content; another content begins with none. ``queue`` names the list that
    is gone through, ``place`` where in it the plan stood; ``tries`` counts the acts, so that the
    focus moves to the outcome of each.
    """

    plan: Plan | None = None
    queue: str = ""
    place: int = 0
    at_queue: bool = False
    tries: int = 0
    verifying: bool = False
    points: PointEntries = dataclasses.field(default_factory=PointEntries)
    saved: SavedPlansEntries = dataclasses.field(default_factory=SavedPlansEntries)
    uploads: int = 0
    who: str = ""
    role: str | None = None
    remarks: str = ""
    content: str = ""
    ticked: dict[str, bool] = dataclasses.field(default_factory=dict)
    reasons: dict[str, str | None] = dataclasses.field(default_factory=dict)
    done: str = ""
    problems: tuple[str, ...] = ()
    not_opened: tuple[str, ...] = ()
    not_found: tuple[str, ...] = ()


@dataclasses.dataclass(slots=True, kw_only=True)
class LinkEntries:
    """The links of calendars: for whom one is to be made, and the one just made, told this once."""

    audience: str | None = None
    words: str | None = None
    ward: str = ""
    days: str = ""
    link: str = ""
    told: Feed | None = None
    problems: tuple[str, ...] = ()


@dataclasses.dataclass(slots=True, kw_only=True)
class MoveEntries:
    """The view Move of the Ward screen as typed, what it proposed, and what was taken.

    ``closed`` holds days by their place in the list, ``late`` a drug and a day by place; ``left``
    names the plans whose moves are not ticked, ``staying`` those that stay as they stand, and
    ``found`` is the moved plan that was looked for.
    """

    closed: dict[str, str] = dataclasses.field(default_factory=dict)
    late: dict[str, str | None] = dataclasses.field(default_factory=dict)
    chairs: str = ""
    nurses: str = ""
    effort: str = ""
    why: str = ""
    left: set[str] = dataclasses.field(default_factory=set)
    staying: dict[str, str] = dataclasses.field(default_factory=dict)
    making: Making[ProposedMoves] | None = None
    taken: TakenMoves | None = None
    found: str | None = None
    problems: tuple[str, ...] = ()


@dataclasses.dataclass(slots=True, kw_only=True)
class WardEntries:
    """The Ward screen as typed, and the answer that is being made, or was, of exactly this.

    ``table`` and ``stock`` are files as they were dropped; ``what_ifs`` are those added so far,
    each in the words of the command line, ``typed`` by kind what is being put together.
    """

    of: str | None = None
    label: str = ""
    table: bytes | None = None
    table_name: str = ""
    stock: bytes | None = None
    uploads: int = 0
    regimen: str | None = None
    choices: str = ""
    drop: str = ""
    first: str = ""
    last: str = ""
    by: str | None = None
    kind: str | None = None
    typed: dict[str, dict[str, str | None]] = dataclasses.field(default_factory=dict)
    what_ifs: list[str] = dataclasses.field(default_factory=list)
    what_if_problems: tuple[str, ...] = ()
    short: str | None = None
    until: str = ""
    drug: str | None = None
    making: Making[WardSeen] | None = None
    move: MoveEntries = dataclasses.field(default_factory=MoveEntries)


@dataclasses.dataclass(slots=True, kw_only=True)
class SeenFinding:
    """That a person has seen one finding, as long as its text and its patient are the same."""

    ticked: bool = False
    reason: str = ""


@dataclasses.dataclass(slots=True, kw_only=True)
class DraftEntries:
    """Which draft the session is kept in, as what it was kept, and since when.

    ``holder`` names this session to the drafts; ``kept`` holds the text of each part; ``left`` is
    the draft of what was typed before a saved plan was opened; ``is_saved`` says that one has just
    been, of which nothing need be kept.
    """

    begun: bool = False
    holder: str = ""
    id: str = ""
    left: str = ""
    is_saved: bool = False
    kept: dict[str, str] = dataclasses.field(default_factory=dict)
    at: dt.datetime | None = None
    failed: bool = False


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class WorkedOut:
    """A course with the plan and the library that it follows from."""

    plan: Plan
    knowledge: Library
    course: Course


@dataclasses.dataclass(slots=True, kw_only=True)
class Session:
    """Everything that one person's session holds.

    ``search`` and ``find`` are what is looked for on Plan and Home; ``looked_at`` is the version of
    each saved plan that this person saw last, ``saved_as`` what the records call it, both by the
    plan's id; ``named`` is the saved plan that the address of the Plan page names.
    """

    plan: PlanEntries = dataclasses.field(default_factory=PlanEntries)
    search: str = ""
    find: str = ""
    change: ChangeEntries = dataclasses.field(default_factory=ChangeEntries)
    calculate: CalculateEntries = dataclasses.field(default_factory=CalculateEntries)
    calendar: CalendarEntries = dataclasses.field(default_factory=CalendarEntries)
    library: LibraryEntries = dataclasses.field(default_factory=LibraryEntries)
    pump: PumpEntries = dataclasses.field(default_factory=PumpEntries)
    files: Files = dataclasses.field(default_factory=Files)
    course: Course | None = None
    worked_out: WorkedOut | None = None
    check: CheckEntries = dataclasses.field(default_factory=CheckEntries)
    ward: WardEntries = dataclasses.field(default_factory=WardEntries)
    links: LinkEntries = dataclasses.field(default_factory=LinkEntries)
    initials: str = ""
    seen: dict[str, SeenFinding] = dataclasses.field(default_factory=dict)
    planned: Plan | None = None
    opened: Plan | None = None
    opened_entries: dict[str, Any] = dataclasses.field(default_factory=dict)
    opened_problems: tuple[str, ...] = ()
    uploads: int = 0
    looked_at: dict[str, int] = dataclasses.field(default_factory=dict)
    saved_as: dict[str, str] = dataclasses.field(default_factory=dict)
    named: str = ""
    draft: DraftEntries = dataclasses.field(default_factory=DraftEntries)


def current_session() -> Session:
    """Return the session of the person in front of the screen."""
    if _KEY not in st.session_state:
        st.session_state[_KEY] = Session()
    session: Session = st.session_state[_KEY]
    return session


def seed(key: str, value: Any) -> None:
    """Fill a widget that is about to be shown for the first time since its page was left."""
    if key not in st.session_state and value not in (None, ""):
        st.session_state[key] = value
