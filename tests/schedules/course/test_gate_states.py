"""Results that decide on a dose: their age, what they propose, what a person answers."""

from __future__ import annotations

import copy
import csv
import dataclasses
import datetime as dt
import functools
import io
import re
from typing import Any

import pypdf
import pytest
import vobject
from pydantic import ValidationError

from commands.course_text import print_course
from dosing.drugs.safety import Answer
from dosing.errors import InputError
from dosing.trace import RefusedError
from dosing.units import ordinary_spaces
from schedules.course.answer_result import Answering, answer_results
from schedules.course.course import Course
from schedules.course.gate_states import day_of_gate, find_gate_states
from schedules.course.proposals import open_proposals
from schedules.course.read_change import read_change, with_change
from schedules.course.rows import Administration, replaced
from schedules.course.work_out import work_out
from schedules.knowledge.library import Library
from schedules.knowledge.phase import Gate
from schedules.knowledge.site import CalendarChoice
from schedules.library.crosscheck import unknown_terms_of_regimen
from schedules.library.reader import read_library
from schedules.outputs.calendar.ics import to_ics
from schedules.outputs.course_json import course_as_dict
from schedules.outputs.paper.chart import print_chart
from schedules.outputs.table import to_csv
from schedules.plans.change_words import in_words
from schedules.plans.making import make_plan
from schedules.plans.plan import Acknowledgement
from tests.support.places import ROOT
from tests.support.planning import MADE_ON, THIOCTIC, course_of, example_of, man

NOW = dt.datetime(2026, 12, 27, 12, tzinfo=dt.UTC)
NEUTROPHILS_LOW = "safety.cyclophosphamide.laboratory.neutrophils_below_1_5_10_9_l"
CHOICES = {"riluzole": {"planned": "60 days"}, "ciclosporin-start": {"days_to_review": "28 days"}}
PULSES, TAPER = "cyclophosphamide-monthly", "prednisolone-alternate-days"


@functools.cache
def library(regimen: str) -> Library:
    return read_library(ROOT, only=regimen)


@functools.cache
def course(regimen: str = PULSES, **more: Any) -> Course:
    known = library(regimen)
    found = known.regimen(regimen)
    plan = make_plan(
        found,
        known.knowledge_for(found),
        known.site,
        man(**more),
        first_day="2026-11-30",
        made_on=MADE_ON,
        choices=CHOICES.get(regimen, {}),
    )
    return work_out(plan, known)


def entered(*results: str, regimen: str = PULSES, **more: Any) -> Answering:
    own = course(regimen, **more)
    return answer_results(own, results, library(regimen), who="AB", when=NOW)


def days(found: Course) -> list[str]:
    return [row.date.isoformat() for row in found.rows]


def of(found: Course, number: int, test: str = "neutrophils") -> str:
    """Return what stands beside a dose, counted from 0."""
    states = found.gate_states[found.rows[number].id]
    return next(str(state) for state in states if state.test == test)


def test_beside_each_dose_stand_the_last_result_its_age_and_what_is_due() -> None:
    found = entered("neutrophils 2.1 10^9/L 2026-11-28").entered
    # 30 - 28 November; the drug file asks for one of the last 3 days before each dose
    assert of(found, 0) == (
        "neutrophils 2.1 x 10^9/L of 28-Nov-2026, 2 days old (at most 3): reached"
    )
    # 28 December is 30 days after 28 November; 3 days before it is Christmas Day
    assert of(found, 1) == (
        "neutrophils 2.1 x 10^9/L of 28-Nov-2026, 30 days old (at most 3): too old, "
        "due by Thu 24-Dec-2026"
    )
    assert of(course(), 0) == "neutrophils: no result, due by Fri 27-Nov-2026"


@pytest.mark.parametrize(
    ("result", "verdict"),
    [
        ("neutrophils 1.5 10^9/L 2026-12-25", "reached"),
        ("neutrophils 1.49 10^9/L 2026-12-25", "not reached"),
        ("neutrophils 1490 /uL 2026-12-25", "not reached"),
        # four days before Monday 28 December
        ("neutrophils 0.9 10^9/L 2026-12-24", "too old"),
        # of the day after the dose
        ("neutrophils 0.9 10^9/L 2026-12-29", "missing"),
    ],
)
def test_a_result_decides_at_its_bound_and_while_it_is_young_enough(
    result: str, verdict: str
) -> None:
    found = entered(result)
    (state,) = (
        state
        for state in found.entered.gate_states[found.entered.rows[1].id]
        if state.test == "neutrophils"
    )
    assert state.verdict == verdict
    assert [one.dose.place for one in found.proposals] == (
        ["pulses cycle 2 day 1"] if verdict == "not reached" else []
    )


def test_a_result_moves_nothing_and_waits_for_a_person() -> None:
    found = entered("neutrophils 0.9 10^9/L 2026-12-27")
    assert days(found.entered) == days(course())
    # the drug file and the gate of the regimen speak of one result: one finding, with the proposal
    (finding,) = (f for f in found.entered.findings if "eutrophils 0.9" in f.text)
    assert (finding.code, finding.level) == (NEUTROPHILS_LOW, "WARN")
    assert finding.text.startswith("Neutrophils below 1.5: ask before this dose;")
    assert finding.text.endswith(
        "Proposed: defer 7 days, or give 75 % of the standard dose. "
        "Take one, or decline with a reason."
    )


@pytest.mark.hazard("H71")
def test_a_deferral_that_is_taken_moves_the_pulses_and_settles_the_result() -> None:
    answering = entered("neutrophils 0.9 10^9/L 2026-12-27")
    taken = answering.take(answering.find(), "defer 7 days", who="AB", when=NOW)
    # 28 December, 25 January and so on, a week later each
    assert days(taken)[:3] == ["2026-11-30", "2027-01-04", "2027-02-01"]
    assert taken.proposals == ()
    assert _of_neutrophils(taken) == [("NOTE", "Decided: all later: deferred by 7 days (AB).")]
    assert taken.plan.changes[-1].why == "neutrophils 0.9 x 10^9/L of 27-Dec-2026, not reached"
    # on 4 January it is 8 days old: the next one is due on New Year's Eve, the day before is closed
    assert of(taken, 1).endswith("8 days old (at most 3): too old, due by Thu 31-Dec-2026")


def test_a_share_that_is_taken_is_of_this_dose_alone() -> None:
    answering = entered("neutrophils 0.9 10^9/L 2026-12-27")
    taken = answering.take(answering.find(), "give 75 % of the standard dose", who="AB", when=NOW)
    # 1,844.7 mg x 0.75 = 1,383.5 mg, to 50 mg: 1,400 mg; the others stay at 1,850 mg
    doses = [round(float(row.dose.amount.magnitude)) for row in taken.rows]
    assert doses == [1850, 1400, 1850, 1850, 1850, 1850]
    assert "give 75 % of the standard dose (AB)" in of(taken, 1)
    told = "Decided: this day: give 75 % of the standard dose (AB)."
    assert _of_neutrophils(taken) == [("NOTE", told)]


def test_a_proposal_that_is_declined_keeps_its_reason_and_every_dose() -> None:
    answering = entered("neutrophils 0.9 10^9/L 2026-12-27")
    kept = answering.decline(answering.find(), who="AB", why="seen, infection ruled out", when=NOW)
    assert days(kept) == days(course())
    assert kept.proposals == ()
    change = kept.plan.changes[-1]
    assert change.why == "seen, infection ruled out"
    assert in_words(change) == (
        "pulses cycle 2 day 1, as planned in spite of "
        "neutrophils 0.9 x 10^9/L of 27-Dec-2026, not reached"
    )
    assert of(kept, 1).endswith("(AB)")
    ((level, told),) = _of_neutrophils(kept)
    assert level == "NOTE"
    assert told.startswith("Decided: as planned in spite of neutrophils 0.9 x 10^9/L")
    with pytest.raises(InputError, match="why: is missing"):
        answering.decline(answering.find(), who="AB", why="", when=NOW)


def _of_neutrophils(found: Course) -> list[tuple[str, str]]:
    """Return the findings about low neutrophils: each level, and how its text ends."""
    return [
        (f.level, f.text[max(f.text.find("Decided"), 0) :])
        for f in found.findings
        if f.code in (NEUTROPHILS_LOW, "gate.neutrophils")
    ]


def test_a_newer_low_result_waits_although_an_older_one_was_decided() -> None:
    answering = entered("neutrophils 0.9 10^9/L 2026-12-27")
    kept = answering.decline(answering.find(), who="AB", why="seen", when=NOW)
    typed = ["neutrophils 0.8 10^9/L 2027-01-23"]
    again = answer_results(kept, typed, library(PULSES), who="AB", when=NOW).entered
    ((level, told),) = _of_neutrophils(again)
    assert (level, "Decided" in told) == ("WARN", False)
    assert [one.dose.place for one in again.proposals] == ["pulses cycle 3 day 1"]


@pytest.mark.hazard("H71")
def test_no_tick_stands_for_a_decision_on_a_result() -> None:
    found = entered("neutrophils 0.9 10^9/L 2026-12-27").entered
    assert found.undecided == {NEUTROPHILS_LOW}
    seen = Acknowledgement(code=NEUTROPHILS_LOW, reason="seen", who="AB")
    plan = found.plan.model_copy(update={"acknowledgements": [seen]})
    ticked = work_out(plan, library(PULSES))
    assert NEUTROPHILS_LOW in {finding.code for finding in ticked.unacknowledged}
    with pytest.raises(RefusedError):
        ticked.must_be_exportable()


@pytest.mark.parametrize(
    ("drug", "first", "now", "proposed"),
    [
        # NHS Dumfries and Galloway: azathioprine is held with a creatinine up by 30 %; 80 x 1.3
        ("azathioprine-maintenance", "80 umol/L", "104 umol/L", ("defer 7 days",)),
        ("azathioprine-maintenance", "80 umol/L", "103 umol/L", ()),
        ("azathioprine-maintenance", "1 mg/dL", "1.3 mg/dL", ("defer 7 days",)),
        # Gengraf: a quarter to a half less from 25 % on, stop above 50 %; 80 x 1.25 and x 1.5
        (
            "ciclosporin-start",
            "80 umol/L",
            "100 umol/L",
            (
                "give 75 % of the standard dose from then on",
                "give 50 % of the standard dose from then on",
                "stop",
            ),
        ),
        ("ciclosporin-start", "80 umol/L", "99 umol/L", ()),
        ("ciclosporin-start", "80 umol/L", "121 umol/L", ("stop",)),
    ],
)
def test_a_creatinine_that_rises_above_the_first_holds_a_dose_back(
    drug: str, first: str, now: str, proposed: tuple[str, ...]
) -> None:
    more = {"genotype": "normal"} if drug.startswith("azathioprine") else {}
    planned = course(drug, creatinine=first, **more)
    typed = {"from": "2026-12-14", "creatinine": now, "doses": "keep"}
    change = read_change("re-weigh", typed, planned, library(drug), who="AB", why="-", when=NOW)
    found = with_change(planned.plan, change, library(drug))
    offered = [(one.dose.date.isoformat(), one.changes) for one in found.proposals]
    assert offered == ([("2026-12-14", proposed)] if proposed else [])
    assert planned.proposals == ()
    if drug == "ciclosporin-start" and now == "100 umol/L":
        answering = answer_results(found, (), library(drug), who="AB", when=NOW)
        less = answering.take(answering.find(), proposed[1], who="AB", when=NOW)
        doses = {row.date: row.dose.amount for row in less.rows}
        planned_doses = {row.date: row.dose.amount for row in planned.rows}
        halved = [day for day in doses if doses[day] != planned_doses[day]]
        assert min(halved) == dt.date(2026, 12, 14)
        assert len(halved) == len([day for day in doses if day >= dt.date(2026, 12, 14)])
        assert less.proposals == ()


def test_white_cells_and_platelets_delay_a_pulse() -> None:
    # Bacon scheme: delayed at white cells below 3.5; NHS Lanarkshire: platelets below 100
    for result in ("white cells 3.4 10^9/L 2026-12-27", "platelets 99 10^9/L 2026-12-27"):
        assert entered(result).find().changes == ("defer 7 days",), result
    for result in ("white cells 3.5 10^9/L 2026-12-27", "platelets 100 10^9/L 2026-12-27"):
        assert entered(result).proposals == (), result


def test_what_is_not_proposed_cannot_be_taken() -> None:
    answering = entered("neutrophils 0.9 10^9/L 2026-12-27")
    with pytest.raises(InputError, match="is not what is proposed"):
        answering.take(answering.find(), "defer 14 days", who="AB", when=NOW)
    with pytest.raises(InputError, match="is not what is proposed"):
        answering.take(answering.find(), "", who="AB", when=NOW)
    with pytest.raises(InputError, match="no result waits for a decision"):
        entered("neutrophils 2.0 10^9/L 2026-12-27").find()


def test_a_worse_emg_before_a_step_proposes_to_go_back_and_the_review_stays() -> None:
    # Step 2 (60 mg) begins on Monday 8 February, its EMG is that of Friday 5 February.
    answering = entered("EMG worse 2027-02-05", "strength stable 2027-02-05", regimen=TAPER)
    proposal = answering.find()
    assert (proposal.dose.place, proposal.changes) == (
        "taper cycle 2 day 1",
        ("step back 14 days", "hold 14 days"),
    )
    outcomes = [one.outcome for one in answering.entered.occasions[:3]]
    assert outcomes == [
        "",
        "EMG worse of 05-Feb-2027, not reached; strength stable of 05-Feb-2027, reached",
        "",
    ]
    back = answering.take(proposal, "step back 14 days", who="AB", when=NOW)
    doses = {row.date.isoformat(): f"{row.dose.amount.magnitude:g}" for row in back.rows}
    assert doses["2027-02-08"] == doses["2027-02-20"] == "65"
    assert doses["2027-02-22"] == "60"
    assert [one.date.isoformat() for one in back.occasions[2:4]] == ["2027-02-19", "2027-03-05"]
    assert back.proposals == ()


@pytest.mark.parametrize(
    ("result", "holds_back"),
    [
        ("platelets 139 10^9/L 2026-12-25", True),
        ("platelets 140 10^9/L 2026-12-25", False),
        ("white cells 3.4 10^9/L 2026-12-25", True),
        ("ALT 101 U/L 2026-12-25", True),
        ("ALT 100 U/L 2026-12-25", False),
    ],
)
def test_azathioprine_is_held_by_the_counts_of_its_drug_file(result: str, holds_back: bool) -> None:
    # NHS Dumfries and Galloway: held below 3.5, 1.6 and 140, and above 100 U/L
    found = entered(result, regimen="azathioprine-maintenance", genotype="normal")
    held = [(one.dose.date.isoformat(), one.changes) for one in found.proposals]
    assert held == ([("2026-12-25", ("defer 7 days",))] if holds_back else [])


@pytest.mark.hazard("H71")
def test_riluzole_is_ceased_with_the_result_that_stops_it() -> None:
    # EU text: stop for good above 5 times the upper limit
    answering = entered("ALT 6 xULN 2026-12-27", regimen="riluzole")
    assert answering.entered.stopped
    assert answering.find().changes == ("stop",)
    ceased = answering.take(answering.find(), "stop", who="AB", when=NOW)
    assert not ceased.stopped
    assert max(days(ceased)) == "2026-12-26"
    assert "ALT 6 xULN 2026-12-27" in ceased.plan.patient_now.results
    told = [f for f in ceased.findings if "stop riluzole for good" in f.text]
    # what was given before stays a matter to look at
    assert [f.level for f in told] == ["WARN"]
    # without the end of the course the result stops it; once all was given nothing is left to stop
    for day, stopped in (("2026-12-27", True), ("2027-12-27", False)):
        typed = {"from": day, "results": ["ALT 6 xULN 2026-12-27"]}
        known = library("riluzole")
        change = read_change("facts", typed, course("riluzole"), known, who="AB", why="-", when=NOW)
        found = with_change(course("riluzole").plan, change, known)
        assert found.stopped is stopped
        assert any("stop riluzole for good" in f.text for f in found.findings)


def test_every_output_holds_tests_decisions_and_results(capsys: pytest.CaptureFixture[str]) -> None:
    answering = entered("neutrophils 2.1 10^9/L 2026-11-28", "urine dipstick negative 2026-11-28")
    found = answering.entered
    beside = "neutrophils 2.1 x 10^9/L of 28-Nov-2026, 2 days old (at most 3): reached"
    days = {"decision": "2026-11-27", "monitoring": "2026-12-10"}  # a Friday, a Thursday
    content = course_as_dict(found)
    assert content["course"][0]["results"][0]["verdict"] == "reached"
    assert {one["kind"]: one["date"] for one in reversed(content["watch"])} == days
    printed = _printed(found, capsys).splitlines()
    table = {row["date"]: row for row in csv.DictReader(to_csv(found).decode().splitlines())}
    assert table["2026-11-30"]["results"].startswith(beside)
    for kind, day in days.items():
        assert table[day]["kind"] == kind
        written = dt.date.fromisoformat(day).strftime("%a %d-%b-%Y")
        (line,) = (line for line in printed if line.startswith(written))
        assert f" {kind} " in line
        (event,) = (one for one in vevents(found) if str(one.dtstart.value)[:10] == day)
        assert event.summary.value.startswith(("neutrophils at least", "full blood count"))
        assert re.search(f"{written} [0-9:]+ {kind}", chart(found))
    (dose,) = (one for one in vevents(found) if str(one.dtstart.value)[:10] == "2026-11-30")
    assert dose.summary.value.startswith("1,850")
    for text in (dose.description.value, chart(found), _printed(found, capsys)):
        assert beside in text


def test_events_of_tests_leave_the_uids_and_times_of_the_doses_as_they_were() -> None:
    found = course()
    alone = found.plan.site.calendar.model_copy(update={"watch": "note"})
    before = {one.uid.value: str(one.dtstart.value) for one in vevents(found, alone)}
    after = {one.uid.value: str(one.dtstart.value) for one in vevents(found)}
    assert before.items() < after.items()
    # 6 pulses; 6 decisions and 6 counts at the lowest beside them
    assert (len(before), len(after)) == (6, 18)


def test_an_event_rises_only_where_its_result_does_not_come_too_early() -> None:
    answering = entered("neutrophils 2.1 10^9/L 2026-12-26")
    by_day = {str(one.dtstart.value)[:10]: one for one in vevents(answering.entered)}
    rose = [day for day, one in sorted(by_day.items()) if int(one.sequence.value)]
    # the pulse of 28 December; to all later ones it will be too old
    assert rose == ["2026-12-28"]


def _printed(found: Course, capsys: pytest.CaptureFixture[str]) -> str:
    print_course(found, as_json=False)
    return ordinary_spaces(capsys.readouterr().out)


def vevents(found: Course, choice: CalendarChoice | None = None) -> list[Any]:
    """Read the calendar by another program than the one that wrote it."""
    return list(vobject.readOne(to_ics(found, choice=choice).decode()).vevent_list)


def chart(found: Course) -> str:
    pages = pypdf.PdfReader(io.BytesIO(print_chart(found, printed_at=NOW))).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_a_gate_asks_for_results_that_there_are() -> None:
    known = library(PULSES)
    regimen = known.regimen(PULSES)
    gate = regimen.phases[0].gates[0]

    def problems(**other: Any) -> list[str]:
        phase = regimen.phases[0].model_copy(
            update={"gates": [gate.model_copy(update=other)]}, deep=True
        )
        wrong = regimen.model_copy(update={"phases": [phase]})
        return [text for _, text in unknown_terms_of_regimen(wrong, known.terms)]

    assert problems() == []
    assert problems(name="neutrophil") == ['"neutrophil" is no id in terms/tests.yaml']
    assert problems(unit="x 10^9/dL") == ['neutrophils: "1.5 10^9/dL" is not in 10^9/L, /uL']
    words = {"name": "emg", "at_least": "", "unit": ""}
    assert problems(**words, is_=["good"]) == ['"good" is no result of emg']
    assert problems(**words, is_=["better", "stable", "worse"]) == [
        "names every result, and so asks for none"
    ]


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ({}, "needs days_before, or else the review"),
        ({"days_before": 3, "review": "x"}, "needs days_before, or else the review"),
        ({"days_before": 3, "is": ["stable"]}, "or else the words that it is"),
        ({"days_before": 3, "otherwise": ["wait"]}, '"wait" is not known; write "defer 7 days"'),
    ],
)
def test_a_gate_that_says_too_little_or_too_much_is_refused(
    more: dict[str, Any], problem: str
) -> None:
    stated = {"name": "x", "what": "x", "at_least": "1", "otherwise": ["omit"], "source": "x"}
    with pytest.raises(ValidationError, match=problem):
        Gate.model_validate({**stated, **more})


def test_only_an_answer_about_a_result_proposes_a_change() -> None:
    proposes = {"changes": ["omit"], "source": "x"}
    answer = {"level": "WARN", "text": "x", "source": "x", "proposes": proposes}
    result = {"result": {"test": "sodium", "below": "130 mmol/L"}}
    assert Answer.model_validate({**answer, "when": result}).proposes is not None
    for when in ({"has": ["diabetes"]}, {**result, "has": ["diabetes"]}):
        with pytest.raises(ValidationError, match="is not about a result alone"):
            Answer.model_validate({**answer, "when": when})


def test_a_result_of_the_day_before_is_one_day_old() -> None:
    found = entered("neutrophils 2.1 10^9/L 2026-11-29").entered
    assert of(found, 0).startswith("neutrophils 2.1 x 10^9/L of 29-Nov-2026, 1 day old (at most 3)")


def test_the_newest_of_several_results_decides() -> None:
    newest, older = "neutrophils 1.9 10^9/L 2026-12-27", "neutrophils 0.9 10^9/L 2026-12-26"
    for results in ((newest, older), (older, newest)):
        found = entered(*results)
        assert of(found.entered, 1).endswith("1 day old (at most 3): reached")
        assert found.proposals == ()


def test_a_proposal_is_handed_on_as_plain_values() -> None:
    (proposal,) = entered("neutrophils 0.9 10^9/L 2026-12-27").proposals
    assert proposal.as_dict() == {
        "at": "pulses cycle 2 day 1",
        "test": "neutrophils",
        "wanted": "at least 1.5 x 10^9/L",
        "result": "0.9 x 10^9/L",
        "date": "2026-12-27",
        "age_days": 1,
        "valid_days": 3,
        "due": "2026-12-24",
        "verdict": "not reached",
        "decided": "",
        "changes": ["defer 7 days", "give 75 % of the standard dose"],
    }
    state = course().gate_states[course().rows[0].id][0].as_dict()
    assert (state["date"], state["age_days"], state["verdict"]) == (None, None, "missing")


def test_a_gate_of_a_phase_asks_once_for_all_its_drugs() -> None:
    found = entered("neutrophils 0.9 10^9/L 2026-12-27", regimen="cyclophosphamide-monthly-mesna")
    assert [one.state.test for one in found.proposals] == ["neutrophils"]


def test_a_rule_for_infusions_asks_nothing_before_tablets() -> None:
    found = example_of("cyclophosphamide-oral")
    asked = {state.test for states in found.gate_states.values() for state in states}
    assert "neutrophils" not in asked


def test_a_number_on_another_scale_is_not_compared() -> None:
    found = entered("ALT 100 U/L 2026-11-30", regimen="riluzole").entered
    assert of(found, 0, "alt").endswith("cannot be compared")


def test_a_test_of_a_drug_file_is_due_on_the_day_of_the_dose() -> None:
    assert of(course("riluzole"), 0, "alt") == "ALT: no result, due by Mon 30-Nov-2026"


def test_a_course_without_tests_has_no_states() -> None:
    assert course_of(THIOCTIC).gate_states == {}


def test_a_result_typed_with_the_plan_decides_and_can_be_declined() -> None:
    known = library(PULSES)
    plan = course().plan
    typed = {"results": ["neutrophils 0.9 10^9/L 2026-11-28"]}
    own = plan.model_copy(update={"patient": plan.patient.model_copy(update=typed)})
    found = work_out(own, known)
    assert [one.dose.place for one in found.proposals] == ["pulses cycle 1 day 1"]
    texts = {"from": "pulses cycle 1 day 1"}
    change = read_change("decline", texts, found, known, who="AB", why="a nadir", when=NOW)
    after = with_change(own, change, known)
    assert after.proposals == ()
    assert "; as planned in spite of" in of(after, 0)
    # it settles nothing of a result that was known later
    again = {"results": ["neutrophils 0.8 10^9/L 2026-11-29"]}
    later = read_change("results", again, after, known, who="AB", why="-", when=NOW)
    assert [one.dose.place for one in with_change(after.plan, later, known).proposals] == [
        "pulses cycle 1 day 1"
    ]


def test_a_rise_is_shown_from_the_first_creatinine_on() -> None:
    # 80 to 100 umol/L is 25 % more, to 79.6 umol/L 0.5 % less; the plan is of 20 November
    regimen = "ciclosporin-start"
    planned = course(regimen, creatinine="80 umol/L")
    assert of(planned, 0, "creatinine").startswith(
        "creatinine 0 % above the first of 20-Nov-2026, 10 days old"
    )
    shown = {}
    for value in ("100 umol/L", "79.6 umol/L"):
        typed = {"from": "2026-12-14", "creatinine": value, "doses": "keep"}
        known = library(regimen)
        change = read_change("re-weigh", typed, planned, known, who="AB", why="-", when=NOW)
        found = with_change(planned.plan, change, known)
        number = next(n for n, row in enumerate(found.rows) if str(row.date) == "2026-12-14")
        shown[value] = of(found, number, "creatinine").partition(" of ")[0]
    assert shown == {
        "100 umol/L": "creatinine 25 % above the first",
        "79.6 umol/L": "creatinine 0.5 % below the first",
    }


def test_a_result_typed_with_the_plan_gives_way_to_one_of_its_day_that_was_known_later() -> None:
    known, plan = library(PULSES), course().plan
    typed = {"results": ["neutrophils 0.9 10^9/L 2026-11-28"]}
    own = work_out(
        plan.model_copy(update={"patient": plan.patient.model_copy(update=typed)}), known
    )
    again = answer_results(
        own, ["neutrophils 2.1 10^9/L 2026-11-28"], known, who="AB", when=NOW
    ).entered
    assert again.proposals == ()
    # and what was decided on it holds through every later change
    texts = {"from": "pulses cycle 1 day 1"}
    decline = read_change("decline", texts, own, known, who="AB", why="a nadir", when=NOW)
    after = with_change(own.plan, decline, known)
    later = {"from": "pulses cycle 3 day 1", "by": "7 days", "scope": "later"}
    defer = read_change("defer", later, after, known, who="AB", why="-", when=NOW)
    assert with_change(after.plan, defer, known).proposals == ()


def test_the_gates_of_a_regimen_are_told_from_the_tests_of_a_drug_file() -> None:
    states = course().gate_states[course().rows[0].id]
    own = {state.test for state in states if state.of_the_regimen}
    assert own == {"neutrophils"}
    assert {state.test for state in states} > {"neutrophils", "white-cells", "platelets"}


def test_the_gate_of_a_cycle_stands_before_its_first_dose_that_takes_place() -> None:
    # mesna goes with each pulse, four times
    found = example_of("cyclophosphamide-monthly-mesna")
    known, regimens = library("cyclophosphamide-monthly-mesna"), found.regimens

    def gated(rows: list[Administration]) -> list[str]:
        states = find_gate_states(rows, found.occasions, regimens, found.plan, known)
        return [
            row.item
            for row in rows
            if any(state.of_the_regimen for state in states.get(row.id, ()))
        ]

    first, *rest = [row for row in found.rows if row.cycle == 2]
    assert gated([first, *rest]) == ["cyclophosphamide"]
    left_out = replaced(first, state="omitted")
    assert gated([left_out, *rest])[:2] == ["cyclophosphamide", rest[0].item]
    beside = replaced(first, companion="hydration")
    assert gated([beside, *rest]) == [rest[0].item]


def test_a_decision_on_any_dose_of_a_cycle_settles_its_gate_and_no_test_of_a_drug() -> None:
    answering = entered("EMG worse 2027-02-05", regimen=TAPER)
    assert answering.find().dose.place == "taper cycle 2 day 1"
    known, before = library(TAPER), answering.entered
    typed = {"from": "taper cycle 2 day 3", "scope": "day"}
    omit = read_change("omit", typed, before, known, who="AB", why="-", when=NOW)
    assert with_change(before.plan, omit, known).proposals == ()
    # platelets are asked by the drug file, of each dose by itself
    held = entered("platelets 99 10^9/L 2026-12-27")
    other = {"from": "pulses cycle 3 day 1", "scope": "day"}
    omit = read_change("omit", other, held.entered, library(PULSES), who="AB", why="-", when=NOW)
    assert with_change(held.entered.plan, omit, library(PULSES)).proposals


def test_a_review_on_the_day_of_a_dose_comes_before_it() -> None:
    found = course(TAPER)
    dose = next(row for row in found.rows if row.place == "taper cycle 2 day 1")
    gate = next(gate for phase in found.regimen.phases for gate in phase.gates)
    review = next(one for one in found.occasions if one.what == gate.review)
    # on Sunday 7 February, where the working day before it is the fifth
    sunday = dt.date(2027, 2, 7)
    late = replaced(dose, date=sunday)
    for day, due in ((sunday, sunday), (dt.date(2027, 2, 8), dt.date(2027, 2, 5))):
        there = replaced(review, date=day)
        assert day_of_gate(gate, late, [there], found.plan) == due
    # without one before it, the result is needed on the working day of the dose: 8 Feb is a Monday
    assert day_of_gate(gate, dose, [], found.plan) == dt.date(2027, 2, 8)


def test_two_drugs_of_a_phase_each_wait_for_their_own_decision() -> None:
    low = entered("platelets 99 10^9/L 2026-12-27").entered
    dose = low.rows[1]
    (state,) = [one for one in low.gate_states[dose.id] if one.test == "platelets"]
    other = replaced(low.rows[2], drug="another")
    states = {dose.id: (state,), other.id: (state,)}
    assert [one.dose for one in open_proposals([dose, other], states)] == [dose, other]
    of_gate = dataclasses.replace(state, of_the_regimen=True)
    states = {dose.id: (of_gate,), other.id: (of_gate,)}
    assert [one.dose for one in open_proposals([dose, other], states)] == [dose]


def test_an_answer_for_another_route_asks_nothing_and_the_first_rule_gives_the_source() -> None:
    found, known = course(), copy.copy(library(PULSES))
    drug = known.drugs["cyclophosphamide"]
    answers = drug.safety.laboratory
    assert isinstance(answers, list)
    white, platelets = (
        next(one for one in answers if str(getattr(one.when, "result", "")).startswith(name))
        for name in ("white-cells", "platelets")
    )
    other = next(name for name in drug.sources if name != platelets.source)
    assert platelets.proposes is not None
    proposes = platelets.proposes.model_copy(update={"source": other})
    laboratory = [
        white.model_copy(update={"routes": ["oral"]}),
        platelets,
        platelets.model_copy(update={"proposes": proposes}),
    ]
    safety = drug.safety.model_copy(update={"laboratory": laboratory})
    known.drugs = {**known.drugs, drug.id: drug.model_copy(update={"safety": safety})}
    states = find_gate_states(found.rows, found.occasions, found.regimens, found.plan, known)
    first = {state.test: state.source for state in states[found.rows[0].id]}
    assert first.keys() == {"neutrophils", "platelets"}
    assert first["platelets"] == drug.source(platelets.proposes.source)


def test_each_change_that_may_be_taken_has_the_course_as_it_would_be() -> None:
    answering = entered("ALT 6 xULN 2026-12-27", regimen="riluzole")
    (option,) = answering.options(answering.find(), NOW)
    assert option.change.text == "stop"
    assert option.after is not None
    assert max(days(option.after)) == "2026-12-26"


def test_results_that_stop_a_course_come_after_what_was_decided_on_it_before() -> None:
    first = entered("ALT 1 xULN 2026-12-01", regimen="riluzole").entered
    answering = answer_results(
        first, ["ALT 6 xULN 2026-12-27"], library("riluzole"), who="AB", when=NOW
    )
    assert answering.entered.stopped
    ceased = answering.take(answering.find(), "stop", who="AB", when=NOW)
    assert not ceased.stopped
    assert ceased.plan.patient_now.results == ["ALT 1 xULN 2026-12-01", "ALT 6 xULN 2026-12-27"]


def test_a_result_that_stops_a_course_proposes_nothing_for_a_dose_that_was_left_out() -> None:
    # it is for the first dose after it, as where nothing stops, and nobody decides on that one
    own, known = course("riluzole"), library("riluzole")
    typed = {"from": "2026-12-27", "scope": "this day"}
    omit = read_change("omit", typed, own, known, who="AB", why="-", when=NOW)
    left_out = with_change(own.plan, omit, known)
    text = "ALT 6 xULN 2026-12-27"
    answering = answer_results(left_out, [text], known, who="AB", when=NOW)
    assert answering.entered.stopped
    assert answering.proposals == ()
    assert len(answer_results(own, [text], known, who="AB", when=NOW).proposals) == 1
