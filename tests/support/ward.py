"""People, moments and saved plans, for the tests."""

from __future__ import annotations

import datetime as dt
import sqlite3
from pathlib import Path

from records.roles import Actor
from records.signature import Signature
from records.store import Store
from records.versions import PlanVersion
from schedules.knowledge.library import Library
from schedules.plans.changes import Defer
from schedules.plans.plan import Acknowledgement, Plan
from tests.support.planning import RITUXIMAB, library, man, planned

PLANNER = Actor(name="CD", role="planner", verified=True)
OTHER_PLANNER = Actor(name="EF", role="planner", verified=True)
PHARMACIST = Actor(name="AB", role="pharmacist", verified=True)
NURSE = Actor(name="GH", role="nurse", verified=True)
VIEWER = Actor(name="IJ", role="viewer", verified=True)
ADMINISTRATOR = Actor(name="KL", role="administrator", verified=True)

# What the checklist of the plan beneath leaves to a person, written down by hand.
TICKED = (
    "patient",
    "body",
    "laboratory",
    "premedication",
    "diluent",
    "interactions",
    "unconfirmed",
    "allergy",
    "consent",
)

NOON = dt.datetime(2026, 11, 20, 12, 0, tzinfo=dt.UTC)
CHECKED_AT = dt.datetime(2026, 11, 20, 14, 5, tzinfo=dt.UTC)
FIRST_DOSE = dt.datetime(2026, 11, 30, 9, 10, tzinfo=dt.UTC)


def minutes(number: int) -> dt.datetime:
    """Return a moment after noon."""
    return NOON + dt.timedelta(minutes=number)


def plan(label: str = "ward-7", **more: str) -> Plan:
    """Return four weekly doses of rituximab, which no warning keeps from being signed."""
    return planned(RITUXIMAB, who=man(label=label, **more))


def heavier(of: Plan, weight: str = "95 kg") -> Plan:
    """Return the same plan with another weight: 800 mg in the place of 700 mg."""
    patient = of.patient.model_copy(update={"weight": weight})
    return of.model_copy(update={"patient": patient})


def deferred(of: Plan) -> Plan:
    """Return the same plan with its last dose put off by a day, by AB."""
    change = Defer(
        at="induction cycle 1 day 22",
        by_days=1,
        scope="this day",
        who="AB",
        when=NOON,
        why="public holiday",
    )
    return of.model_copy(update={"changes": [change]})


def noted(of: Plan, reason: str, who: str = "CD") -> Plan:
    """Return the same plan with one more acknowledgement: another content, the same doses."""
    entry = Acknowledgement(code="check.dose_1", reason=reason, who=who)
    return of.model_copy(update={"acknowledgements": [*of.acknowledgements, entry]})


def saved(store: Store, what: Plan | None = None, by: Actor = PLANNER) -> PlanVersion:
    what = what or plan()
    return store.save(what, by, expected_version=len(store.versions(what.id)), at=NOON)


def listed(store: Store, knowledge: Library | None = None) -> list[Plan | None]:
    """Return the last version of every plan in the list of saved plans, in its order."""
    page = store.plans(knowledge or library(), size=1000)
    return [store.versions(saved.plan_id)[-1].plan for saved in page.plans]


def signed(store: Store, what: Plan, knowledge: Library | None = None) -> Signature:
    return store.sign(
        what, knowledge or library(), PHARMACIST, outcome="signed", at=CHECKED_AT, ticked=TICKED
    )


def changed_library() -> Library:
    """Return the library as it is after somebody has edited the regimen file."""
    regimen = library().regimen("rituximab-weekly")
    used = library().knowledge_for(regimen)
    file = f"regimens/{regimen.id}"
    used[file] = used[file].model_copy(update={"sha256": "0" * 64})
    drugs = {name: library().drug(name) for name in regimen.drugs}
    return Library({regimen.id: regimen}, drugs, used, library().site)


def damage(file: Path, table: str = "listed_plans") -> None:
    """Write over the page of the records' file on which a table begins: the list of plans."""
    connection = sqlite3.connect(file)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    (size,) = connection.execute("PRAGMA page_size").fetchone()
    query = "SELECT rootpage FROM sqlite_master WHERE name = ?"
    (number,) = connection.execute(query, [table]).fetchone()
    with file.open("r+b") as written:
        written.seek((number - 1) * size)
        written.write(b"\xff" * size)
    # Whoever has the records open keeps pages in memory until somebody else has written.
    connection.execute("PRAGMA user_version = 1")
    connection.close()
