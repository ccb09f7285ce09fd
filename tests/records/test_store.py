from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError

from dosing.errors import InputError
from dosing.trace import RefusedError
from records.models import DoseReport
from records.roles import Actor
from records.signature import Outcome
from records.store import Store, open_store
from records.tables import texts
from records.versions import OtherVersionSavedError, plan_changes
from schedules.course.work_out import work_out
from schedules.outputs.calendar.ics import to_ics
from schedules.plans.plan import Plan
from tests.support.planning import library
from tests.support.ward import (
    ADMINISTRATOR,
    CHECKED_AT,
    FIRST_DOSE,
    NOON,
    NURSE,
    OTHER_PLANNER,
    PHARMACIST,
    PLANNER,
    TICKED,
    VIEWER,
    changed_library,
    deferred,
    heavier,
    listed,
    minutes,
    noted,
    plan,
    saved,
    signed,
)

FIRST = "induction/1/1/rituximab/1"
SECOND = "induction/1/8/rituximab/1"


def given_dose(dose_id: str, given_at: dt.datetime) -> DoseReport:
    return DoseReport(dose_id=dose_id, outcome="given", given_at=given_at)


def codes(refused: pytest.ExceptionInfo[RefusedError]) -> list[str]:
    return [finding.code for finding in refused.value.findings]


def test_every_version_of_a_plan_is_kept_with_who_and_when(store: Store) -> None:
    first = store.save(plan(), PLANNER, expected_version=0, at=NOON)
    second = store.save(heavier(plan()), OTHER_PLANNER, expected_version=1, at=minutes(5))
    assert (first.version, second.version) == (1, 2)
    kept = store.versions(plan().id)
    assert [version.plan for version in kept] == [plan(), heavier(plan())]
    assert [version.by for version in kept] == [PLANNER, OTHER_PLANNER]
    assert [version.at for version in kept] == [NOON, minutes(5)]
    assert [version.sha256 for version in kept] == [plan().hash, heavier(plan()).hash]


def test_the_list_of_plans_shows_the_last_version_of_each_the_newest_first(store: Store) -> None:
    saved(store, plan("ward-7"))
    saved(store, plan("ward-8"))
    saved(store, heavier(plan("ward-7")))
    assert listed(store) == [
        heavier(plan("ward-7")),
        plan("ward-8"),
    ]


def test_what_was_saved_is_there_when_the_store_is_opened_again(url: URL) -> None:
    store = open_store(url)
    kept = saved(store)
    store.close()
    again = open_store(url)
    assert again.versions(plan().id) == [kept]
    again.close()


def test_the_same_content_is_not_kept_twice(store: Store) -> None:
    first = saved(store)
    again = store.save(plan(), OTHER_PLANNER, expected_version=0, at=minutes(5))
    assert again == first
    assert store.verify().entries == 1


@pytest.mark.hazard("H77")
def test_the_same_plan_saved_twice_is_two_plans_each_with_its_own_check(store: Store) -> None:
    one = store.save_first(plan(), PLANNER, at=NOON).plan
    other = store.save_first(plan(), OTHER_PLANNER, at=minutes(1)).plan
    assert one is not None
    assert other is not None
    assert one.saved_as != other.saved_as
    signed(store, one)
    assert store.status(one, library()).state == "checked"
    assert store.status(other, library()).state == "not checked"
    assert store.status(plan(), library()).state == "not checked"
    states = {saved.plan_id: saved.checked.state for saved in store.plans(library()).plans}
    assert states == {one.saved_as: "checked", other.saved_as: "not checked"}
    # The name is no content: papers and calendars of both are the same.
    assert one.hash == other.hash == plan().hash
    calendars = {to_ics(work_out(each, library())) for each in (one, other, plan())}
    assert len(calendars) == 1
    assert Plan.from_json(one.to_json()) == one
    assert "saved_as" not in plan().to_json()  # a plan file is as it was
    again = store.save(heavier(one), PLANNER, expected_version=1, at=minutes(2))
    assert (again.version, again.plan_id) == (2, one.saved_as)


@pytest.mark.hazard("H47")
def test_the_second_of_two_people_hears_what_the_first_did_and_loses_nothing(store: Store) -> None:
    saved(store)
    store.save(heavier(plan()), OTHER_PLANNER, expected_version=1, at=minutes(5))
    mine = noted(plan(), "hepatitis B negative")
    with pytest.raises(OtherVersionSavedError) as refused:
        store.save(mine, PLANNER, expected_version=1, at=minutes(6))
    error = refused.value
    assert error.mine == mine
    assert str(error).startswith(
        "this plan was saved meanwhile: version 2 by EF, planner, 20-Nov-2026 12:05 UTC"
    )
    # 375 mg/m2 x sqrt(175 x 95 / 3600) m2 = 806 mg, in vials of 100 mg: 800 mg.
    said = [line.replace("\u00a0", " ") for line in error.first_did(library())]
    assert said == [
        "weight: 95 kg, was 70 kg",
        "induction cycle 1 day 1, rituximab: 700 mg to 800 mg",
        "induction cycle 1 day 8, rituximab: 700 mg to 800 mg",
        "induction cycle 1 day 15, rituximab: 700 mg to 800 mg",
        "induction cycle 1 day 22, rituximab: 700 mg to 800 mg",
    ]
    assert error.you_did(library()) == ["acknowledged check.dose_1: hepatitis B negative"]
    assert len(store.versions(plan().id)) == 2
    merged = noted(heavier(plan()), "hepatitis B negative")
    assert store.save(merged, PLANNER, expected_version=2, at=minutes(7)).version == 3


def test_a_change_is_described_with_what_it_moves(store: Store) -> None:
    saved(store)
    moved = deferred(plan())
    store.save(moved, OTHER_PLANNER, expected_version=1, at=minutes(5))
    with pytest.raises(OtherVersionSavedError) as refused:
        store.save(heavier(plan()), PLANNER, expected_version=1, at=minutes(6))
    assert refused.value.first_did(library()) == [
        "induction cycle 1 day 22, this day: deferred by 1 day (AB: public holiday)",
        "induction cycle 1 day 22, rituximab: Mon 21-Dec-2026 to Tue 22-Dec-2026",
    ]


def test_every_changed_entry_is_listed() -> None:
    before = plan()
    patient = before.patient.model_copy(
        update={
            "weight_on": dt.date(2026, 11, 19),
            "takes": ["allopurinol", "aspirin"],
            "earlier": {"rituximab": "2 g"},
            "size_confirmed": True,
        }
    )
    after = before.model_copy(
        update={
            "patient": patient,
            "zone": "Europe/Berlin",
            "first_day": dt.date(2026, 12, 1),
            "site": before.site.model_copy(update={"times": {"infusion": "10:00"}}),
        }
    )
    said = list(plan_changes(before, after, library()))
    assert set(said) >= {
        "first day: 2026-12-01, was 2026-11-30",
        "time zone: Europe/Berlin, was Europe/London",
        "policies of the site have changed",
        "day of weighing: 2026-11-19, was not stated",
        "other drugs: allopurinol, aspirin, was not stated",
        "given before: rituximab 2 g, was not stated",
        "size measured again: yes, was no",
        "induction cycle 1 day 1, rituximab: Mon 30-Nov-2026 to Tue 01-Dec-2026 09:00 to 10:00",
    }


def test_a_new_plan_that_is_there_already_is_not_written_over(store: Store) -> None:
    saved(store)
    saved(store, heavier(plan()))
    with pytest.raises(OtherVersionSavedError) as refused:
        store.save(heavier(plan(), "80 kg"), PLANNER, expected_version=0, at=minutes(1))
    assert [version.version for version in refused.value.theirs] == [1, 2]
    # It was made from no version, so that nobody is told what has changed since.
    assert refused.value.base is None


def test_a_content_that_was_saved_earlier_is_saved_again_as_the_newest(store: Store) -> None:
    saved(store)
    second = store.save(heavier(plan()), PLANNER, expected_version=1, at=minutes(1))
    assert store.save(heavier(plan()), PLANNER, expected_version=2, at=minutes(2)) == second
    back = store.save(plan(), PLANNER, expected_version=2, at=minutes(3))
    assert (back.version, back.plan) == (3, plan())


def test_a_version_that_the_records_do_not_have_is_refused(store: Store) -> None:
    with pytest.raises(InputError, match="is not in the records; save it first"):
        store.save(plan(), PLANNER, expected_version=3, at=NOON)
    saved(store)
    with pytest.raises(OtherVersionSavedError):
        store.save(heavier(plan()), PLANNER, expected_version=3, at=NOON)


def test_a_time_of_unknown_zone_is_refused(store: Store) -> None:
    for at in (NOON.replace(tzinfo=None), NOON.astimezone(dt.timezone(dt.timedelta(hours=1)))):
        with pytest.raises(ValueError, match="in UTC"):
            store.save(plan(), PLANNER, expected_version=0, at=at)
    assert listed(store) == []


def test_a_signature_names_the_content_and_who_gave_it(store: Store) -> None:
    saved(store)
    found = signed(store, plan())
    assert found.by == PHARMACIST
    assert found.covers.plan == plan().hash
    assert sorted(found.covers.knowledge) == ["drugs/rituximab", "regimens/rituximab-weekly"]
    assert store.signatures(plan().id) == [found]
    said = "checked by AB, pharmacist, 20-Nov-2026 14:05 UTC, this content"
    assert str(store.status(plan(), library())) == said


def test_an_unverified_pharmacist_is_stated_as_unverified(store: Store) -> None:
    saved(store)
    local = dataclasses.replace(PHARMACIST, verified=False)
    store.sign(plan(), library(), local, outcome="signed", at=CHECKED_AT, ticked=TICKED)
    said = "checked by AB (unverified), pharmacist, 20-Nov-2026 14:05 UTC, this content"
    assert str(store.status(plan(), library())) == said


@pytest.mark.hazard("H48")
def test_any_change_of_plan_or_knowledge_makes_a_signature_void(store: Store) -> None:
    saved(store)
    assert str(store.status(plan(), library())) == "not checked by a pharmacist"
    signed(store, plan())
    begins = "void: checked by AB, pharmacist, 20-Nov-2026 14:05 UTC; since then "
    assert str(store.status(noted(plan(), "x"), library())) == begins + "the plan has changed"
    assert str(store.status(plan(), changed_library())) == (begins + "rituximab-weekly has changed")
    # Signed, changed, signed again, changed back: the first signature is on that very content.
    saved(store, heavier(plan()))
    signed(store, heavier(plan()))
    assert store.status(heavier(plan()), library()).state == "checked"
    assert store.status(plan(), library()).state == "checked"


@pytest.mark.hazard("H49")
def test_the_planner_cannot_sign_the_own_plan_however_the_name_is_written(store: Store) -> None:
    saved(store)
    store.save(
        heavier(plan()),
        Actor(name="Ab  Smith", role="pharmacist", verified=True),
        expected_version=1,
        at=NOON,
    )
    for name in ("CD", " cd ", "Cd", "\uff23\uff24", "ab smith"):
        actor = Actor(name=name, role="pharmacist", verified=True)
        with pytest.raises(RefusedError) as refused:
            store.sign(heavier(plan()), library(), actor, outcome="signed", at=CHECKED_AT)
        assert codes(refused) == ["records.own_plan"]
    assert store.signatures(plan().id) == []


def test_who_changed_the_plan_cannot_sign_it_either(store: Store) -> None:
    moved = deferred(plan())
    saved(store, moved)
    changer = Actor(name="ab", role="pharmacist", verified=True)
    with pytest.raises(RefusedError, match="has planned this"):
        store.sign(moved, library(), changer, outcome="signed", at=CHECKED_AT)


def test_a_stop_cannot_be_signed_away(store: Store) -> None:
    wrong = plan().model_copy(update={"dose": "37.5 g/m2"})
    saved(store, wrong)
    with pytest.raises(RefusedError) as refused:
        store.sign(
            wrong,
            library(),
            PHARMACIST,
            outcome="signed with remarks",
            remarks="as agreed",
            at=CHECKED_AT,
        )
    assert codes(refused) == ["limit.hard.above.dose"]
    back = store.sign(
        wrong,
        library(),
        PHARMACIST,
        outcome="sent back",
        remarks="a hundred times too much",
        at=CHECKED_AT,
    )
    assert back.remarks == "a hundred times too much"
    assert str(store.status(wrong, library())) == (
        "sent back by AB, pharmacist, 20-Nov-2026 14:05 UTC"
    )


def test_a_warning_needs_its_acknowledgement_with_a_reason_before_the_signature(
    store: Store,
) -> None:
    saved(store)
    knowledge = changed_library()
    with pytest.raises(RefusedError) as refused:
        signed(store, plan(), knowledge)
    (code,) = codes(refused)
    assert [finding.code for finding in store.waiting(plan(), knowledge)] == [code]
    for reason in ("", "  "):
        with pytest.raises(InputError, match="reason: is missing"):
            store.acknowledge(plan(), knowledge, PHARMACIST, code=code, reason=reason, at=NOON)
    for files, remedy in ((knowledge, f"write one of: {code}"), (library(), "it has no warning")):
        with pytest.raises(InputError, match=f"is not a warning of this plan; {remedy}"):
            store.acknowledge(plan(), files, PHARMACIST, code="x", reason="seen", at=NOON)
    seen = store.acknowledge(
        plan(), knowledge, PHARMACIST, code=code, reason="only a title", at=NOON
    )
    assert store.acknowledged(plan().id) == [seen]
    shown = store.look_up_check(work_out(plan(), knowledge), knowledge).acknowledged
    assert [(one.code, one.reason, one.who) for one in shown] == [
        (code, "only a title", "AB, pharmacist")
    ]
    assert store.waiting(plan(), knowledge) == ()
    assert signed(store, plan(), knowledge).version == 1
    # It was said of this content alone.
    saved(store, heavier(plan()))
    assert [f.code for f in store.waiting(heavier(plan()), knowledge)] == [code]


@pytest.mark.parametrize(
    ("outcome", "remarks", "said"),
    [
        ("signed", "but", "stand on a plain signature"),
        ("signed with remarks", " ", "remarks: is missing"),
        ("sent back", "", "remarks: is missing"),
        ("approved", "", "write one of: signed, signed with remarks, sent back"),
    ],
)
def test_remarks_stand_where_they_belong(
    store: Store, outcome: Outcome, remarks: str, said: str
) -> None:
    saved(store)
    with pytest.raises(InputError, match=said):
        store.sign(plan(), library(), PHARMACIST, outcome=outcome, remarks=remarks, at=NOON)


def test_remarks_are_said_with_the_status(store: Store) -> None:
    saved(store)
    store.sign(
        plan(),
        library(),
        PHARMACIST,
        outcome="signed with remarks",
        remarks="slow first infusion",
        at=CHECKED_AT,
        ticked=TICKED,
    )
    said = "checked by AB, pharmacist, 20-Nov-2026 14:05 UTC, with remarks, this content"
    assert str(store.status(plan(), library())) == said


def test_what_is_not_the_saved_plan_is_not_signed(store: Store) -> None:
    with pytest.raises(InputError, match="save it first"):
        signed(store, plan())
    saved(store)
    saved(store, heavier(plan()))
    with pytest.raises(RefusedError) as refused:
        signed(store, plan())
    assert codes(refused) == ["records.not_the_saved_plan"]


@pytest.mark.hazard("H75")
def test_what_needs_a_person_is_ticked_by_hand_before_a_signature(store: Store) -> None:
    saved(store)
    for left in TICKED:
        others = [key for key in TICKED if key != left]
        with pytest.raises(RefusedError, match="Not ticked on the checklist") as refused:
            store.sign(plan(), library(), PHARMACIST, outcome="signed", ticked=others, at=NOON)
        assert codes(refused) == ["records.open_tick"]
    assert store.signatures(plan().id) == []
    store.sign(plan(), library(), PHARMACIST, outcome="sent back", remarks="no consent", at=NOON)


@pytest.mark.hazard("H49")
def test_each_role_does_what_it_may_and_nothing_else(store: Store) -> None:
    may = {
        PLANNER: {"save", "acknowledge", "record"},
        PHARMACIST: {"save", "acknowledge", "sign"},
        NURSE: {"record"},
        VIEWER: set(),
        ADMINISTRATOR: {"erase"},
    }
    saved(store, plan(), by=OTHER_PLANNER)
    for actor, allowed in may.items():
        for name, act in attempts(store, actor).items():
            try:
                act()
                done = True
            except InputError:  # let through, and then found wanting
                done = True
            except RefusedError as error:
                assert [finding.code for finding in error.findings] == ["records.role"]
                done = False
            assert done == (name in allowed), (actor, name)


def attempts(store: Store, actor: Actor) -> dict[str, Callable[[], object]]:
    saved_plan, knowledge = plan(), library()
    return {
        "save": lambda: store.save(saved_plan, actor, expected_version=1, at=NOON),
        "acknowledge": lambda: store.acknowledge(
            saved_plan, knowledge, actor, code="x", reason="y", at=NOON
        ),
        "sign": lambda: store.sign(
            saved_plan, knowledge, actor, outcome="signed", ticked=TICKED, at=NOON
        ),
        "record": lambda: store.record(
            saved_plan,
            knowledge,
            actor,
            DoseReport(dose_id="x", outcome="given", given_at=NOON),
            at=NOON,
        ),
        "erase": lambda: store.erase("nobody", actor, why="x", at=NOON),
    }


@pytest.mark.parametrize("name", ["", "  ", "A\nB", "x" * 61])
def test_an_actor_whom_nobody_could_find_again_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="who: "):
        Actor(name=name, role="planner", verified=True)


def test_an_unknown_role_is_refused() -> None:
    typed: Any = "chief"  # from a session or a claim, where no type holds
    with pytest.raises(InputError, match="planner, nurse, pharmacist, viewer, administrator"):
        Actor(name="AB", role=typed, verified=True)


def test_a_dose_is_recorded_as_planned_otherwise_or_not(store: Store) -> None:
    saved(store)
    at = FIRST_DOSE + dt.timedelta(hours=4)
    first, second = (f"{plan().id}/{row}" for row in (FIRST, SECOND))
    store.record(
        plan(),
        library(),
        NURSE,
        DoseReport(dose_id=first, outcome="given", given_at=FIRST_DOSE),
        at=at,
    )
    store.record(
        plan(),
        library(),
        NURSE,
        DoseReport(
            dose_id=first,
            outcome="given otherwise",
            dose="600 mg",
            note="reaction at 600 mg",
            given_at=FIRST_DOSE,
        ),
        at=at,
    )
    last = store.record(
        plan(),
        library(),
        NURSE,
        DoseReport(dose_id=second, outcome="not given", note="fever", given_at=FIRST_DOSE),
        at=at,
    )
    kept = store.administrations(plan().id)
    assert kept[-1] == last
    assert [(row.dose_id, row.outcome, row.dose, row.note) for row in kept] == [
        (first, "given", "700 mg", ""),
        (first, "given otherwise", "600 mg", "reaction at 600 mg"),
        (second, "not given", "", "fever"),
    ]
    assert {(row.by, row.given_at, row.at) for row in kept} == {(NURSE, FIRST_DOSE, at)}


def test_everything_wrong_with_a_report_is_listed_at_once(store: Store) -> None:
    saved(store)
    with pytest.raises(InputError) as wrong:
        store.record(
            plan(),
            library(),
            NURSE,
            DoseReport(
                dose_id="induction/1/2", outcome="not given", dose="600 mg", given_at=FIRST_DOSE
            ),
            at=NOON,
        )
    assert [problem.field for problem in wrong.value.problems] == [
        "dose",
        "dose given",
        "note",
        "given at",
    ]
    assert str(wrong.value.problems[-1]) == (
        'given at: "2026-11-30T09:10:00Z" is in the future; record what has happened'
    )
    first = f"{plan().id}/{FIRST}"
    with pytest.raises(InputError, match="dose given"):
        store.record(
            plan(),
            library(),
            NURSE,
            DoseReport(
                dose_id=first, outcome="given otherwise", dose="600", note="x", given_at=NOON
            ),
            at=NOON,
        )
    assert store.administrations(plan().id) == []


def test_the_audit_trail_of_a_plan_tells_who_did_what_when(store: Store) -> None:
    saved(store, plan("ward-8"))
    saved(store)
    signed(store, plan())
    trail = store.audit(plan().id)
    assert [(row.n, row.record, row.by, row.at) for row in trail] == [
        (2, "plan_versions", PLANNER, NOON),
        (3, "signatures", PHARMACIST, CHECKED_AT),
    ]


def test_a_clock_far_from_the_last_row_is_said_before_something_is_written(store: Store) -> None:
    assert store.check_clock(NOON) == ""
    saved(store)
    assert store.check_clock(NOON) == ""
    assert store.check_clock(NOON - dt.timedelta(days=1)) == (
        "This machine says that it is 2026-11-19T12:00:00Z; the last row of the records is of "
        "2026-11-20T12:00:00Z. Look whether its clock is right."
    )
    # It was written all the same, and is told of afterwards.
    store.save(heavier(plan()), PLANNER, expected_version=1, at=NOON - dt.timedelta(days=1))
    assert store.notes(NOON) == [
        "The clock went back: row 1 is of 2026-11-20T12:00:00Z, the next of 2026-11-19T12:00:00Z."
    ]
    assert store.count_entries() == 2


def test_a_damaged_file_is_a_broken_chain_and_no_crash(sqlite_store: Store) -> None:
    saved(sqlite_store)
    sqlite_store.close()
    file = Path(sqlite_store.engine.url.database or "")
    for beside in file.parent.glob(f"{file.name}-*"):
        beside.unlink()
    file.write_bytes(b"SQLite format 3\0" + bytes(8192))
    damaged = sqlite_store.verify()
    assert (damaged.entries, damaged.erased, damaged.head) == (0, 0, "")
    assert str(damaged.broken) == "file: cannot be read (DatabaseError)"


def test_an_erased_label_leaves_the_chain_whole_and_nothing_of_the_person(store: Store) -> None:
    saved(store, plan("ward-8"))
    saved(store)
    saved(store, heavier(plan()))
    store.sign(
        heavier(plan()),
        library(),
        PHARMACIST,
        outcome="signed with remarks",
        remarks="ward-7 is frail",
        ticked=TICKED,
        at=CHECKED_AT,
    )
    assert store.erase("ward-7", ADMINISTRATOR, why="asked for by letter", at=minutes(9)) == [
        plan().id
    ]
    verdict = store.verify()
    assert (verdict.broken, verdict.entries, verdict.erased) == (None, 5, 3)
    assert listed(store) == [plan("ward-8")]
    assert [version.plan for version in store.versions(plan().id)] == [None, None]
    assert store.signatures(plan().id)[0].remarks is None
    last = store.audit(plan().id)[-1]
    assert (last.record, last.by, last.at) == ("erasures", ADMINISTRATOR, minutes(9))
    with pytest.raises(RefusedError, match="was erased by KL on 20-Nov-2026"):
        saved(store)
    with pytest.raises(InputError, match="is not on any plan in the records"):
        store.erase("ward-7", ADMINISTRATOR, why="again", at=minutes(10))


def test_erasing_needs_a_reason(store: Store) -> None:
    saved(store)
    with pytest.raises(InputError, match="why: is missing"):
        store.erase("ward-7", ADMINISTRATOR, why=" ", at=NOON)


def test_the_bytes_of_an_erased_label_are_in_no_file(sqlite_store: Store) -> None:
    label = "bed-by-the-window"
    saved(sqlite_store, plan(label))
    assert label in everything(sqlite_store)
    sqlite_store.erase(label, ADMINISTRATOR, why="asked for by letter", at=minutes(9))
    assert label not in everything(sqlite_store)
    assert "asked for by letter" in everything(sqlite_store)


def everything(store: Store) -> str:
    folder = Path(store.engine.url.database or "").parent
    return "".join(path.read_bytes().decode("latin-1") for path in folder.iterdir())


@pytest.mark.hazard("H50")
@pytest.mark.parametrize(
    "table",
    [
        "audit",
        "texts",
        "plan_versions",
        "acknowledgements",
        "signatures",
        "administrations",
        "erasures",
    ],
)
def test_the_database_itself_refuses_to_change_or_delete_a_row(store: Store, table: str) -> None:
    fill(store)
    before = rows(store, table)
    assert before
    column = {"audit": "who", "texts": "content"}.get(table, "plan")
    forbidden = [
        f"UPDATE {table} SET {column} = 'x'",
        f"UPDATE {table} SET n = n + 100",
        f"DELETE FROM {table}",
    ]
    if store.engine.dialect.name == "sqlite":
        same = f"SELECT * FROM {table} WHERE n = {before[0][0]}"
        forbidden += [f"REPLACE INTO {table} {same}", f"INSERT OR REPLACE INTO {table} {same}"]
    else:
        forbidden += [f"TRUNCATE {table} CASCADE"]
    if table == "texts":
        forbidden += ["UPDATE texts SET content = NULL"]
    for statement in forbidden:
        with pytest.raises(DBAPIError, match="only grows"), store.engine.begin() as connection:
            connection.exec_driver_sql(statement)
    assert rows(store, table) == before


def test_a_text_is_blanked_only_where_its_erasure_is_recorded(store: Store) -> None:
    fill(store)
    before = rows(store, "texts")
    for statement in (
        f"UPDATE texts SET content = 'x' WHERE plan = '{plan('gone').id}'",
        f"UPDATE texts SET content = NULL, sha256 = 'x' WHERE plan = '{plan('gone').id}'",
        f"UPDATE texts SET content = NULL WHERE plan = '{plan().id}'",
    ):
        with pytest.raises(DBAPIError, match="only grows"), store.engine.begin() as connection:
            connection.exec_driver_sql(statement)
    assert rows(store, "texts") == before


def test_no_error_of_the_database_repeats_what_was_written(store: Store) -> None:
    saved(store, plan("bed-by-the-window"))
    with pytest.raises(DBAPIError) as failed, store.engine.begin() as connection:
        row = {"n": 1, "plan": "x", "sha256": "x", "content": "bed-by-the-window"}
        connection.execute(texts.insert(), row)
    assert "bed-by-the-window" not in str(failed.value)


def fill(store: Store) -> None:
    """Put at least one row into every table."""
    saved(store)
    knowledge = changed_library()
    (finding,) = store.waiting(plan(), knowledge)
    store.acknowledge(plan(), knowledge, PHARMACIST, code=finding.code, reason="seen", at=NOON)
    signed(store, plan(), knowledge)
    store.record(
        plan(),
        library(),
        NURSE,
        given_dose(f"{plan().id}/{FIRST}", FIRST_DOSE),
        at=FIRST_DOSE,
    )
    saved(store, plan("gone"))
    store.erase("gone", ADMINISTRATOR, why="asked for by letter", at=minutes(9))


def rows(store: Store, table: str) -> list[tuple[object, ...]]:
    with store.engine.connect() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(f"SELECT * FROM {table}")]
