"""The Plan screen: what is asked, what is shown, what is kept back."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from schedules.knowledge.site import CalendarChoice
from schedules.outputs.formats import Job
from schedules.plans.making import make_plan
from schedules.plans.patient_entry import PatientEntry
from schedules.plans.plan import Plan
from tests.support.driving import (
    PATIENT,
    RITUXIMAB,
    dose,
    downloads,
    filled,
    opened,
    shown,
    type_in,
    unfold,
    with_all_files,
    with_regimen,
)
from tests.support.planning import shelved


@pytest.fixture
def rituximab() -> AppTest:
    return filled(opened(), PATIENT)


@pytest.fixture
def warned() -> AppTest:
    """A plan whose dose lies above the usual one."""
    app = filled(opened(), PATIENT, regimen="cyclophosphamide-monthly")
    app = type_in(app, "Another dose", "1.2 g/m2")
    assert "above the usual dose" in shown(app)
    return app


def test_nothing_is_filled_in_beforehand() -> None:
    app = opened()
    assert {field.value for field in app.text_input} == {""}
    assert app.radio(key="plan-sex").value is None
    assert "plan-regimen" not in {one.key for one in app.radio}
    assert not dose(app)
    assert not app.download_button
    assert "Choose a regimen" in shown(app)


def test_the_example_of_the_product_is_calculated(rituximab: AppTest) -> None:
    assert dose(rituximab) == "700 mg"
    text = shown(rituximab)
    assert "4 doses, each Monday, Mon 30-Nov-2026 to Mon 21-Dec-2026, 2,800 mg in all" in text
    assert "by body surface 1.84 m2 (Mosteller)" in text
    assert "+1.2 % from 691.75 mg" in text
    assert "500 mg x 1 + 100 mg x 2, no waste" in text
    assert "second calculation agrees" in text
    assert "under review" in text
    assert set(downloads(rituximab)) == {True}


def test_fields_filled_in_one_by_one_come_to_the_same_page(rituximab: AppTest) -> None:
    app = opened()
    for label, text in PATIENT.items():
        app = type_in(app, label, text)
        assert not dose(app)
    app = with_regimen(app, RITUXIMAB)
    assert not dose(app)
    app = type_in(app, "First day", "2026-11-30")
    assert dose(app) == "700 mg"
    assert shown(app) == shown(rituximab)


def test_what_to_dispense_is_shown_with_what_is_left_over() -> None:
    app = unfold(filled(opened(), PATIENT, regimen="cyclophosphamide-monthly"))
    (packs,) = [block.proto.body for block in app.html if "Left over" in block.proto.body]
    cells = [cell.replace("\u00a0", " ") for cell in re.findall(r">([^<>]+)</", packs)]
    assert cells[-6:] == [
        "cyclophosphamide",
        "powder for solution",
        "2,000 mg",
        "6",
        "12,000 mg",
        "900 mg",
    ]


def test_a_total_is_dealt_out_in_whole_vials() -> None:
    app = filled(opened(), PATIENT, regimen="immunoglobulin-5-days")
    assert dose(app) == "30, 30, 30, 25, 25 g"
    assert "140 g in all" in shown(app)


def test_each_phase_has_a_line_of_its_own() -> None:
    app = filled(opened(), {"Label, no name": "ward-7"}, regimen="thioctic-acid")
    assert "How many days by vein?" in shown(app)
    app = type_in(app, "How many days by vein?", "10 days")
    choice = next(radio for radio in app.radio if radio.label == "How long by mouth?")
    assert choice.value is None
    app = choice.set_value("1 month").run()
    assert dose(app) == "600 mg; 600 mg"
    assert "Mon 30-Nov-2026 to Wed 09-Dec-2026" in shown(app)
    assert "Thu 10-Dec-2026 to Sat 09-Jan-2027" in shown(app)


def test_what_is_missing_is_listed_where_the_answer_will_stand() -> None:
    app = with_regimen(opened(), RITUXIMAB)
    text = shown(app)
    for field in ("First day", "Weight", "Height", "Label"):
        assert f"{field}:" in text
    assert not dose(app)


@pytest.mark.parametrize(
    ("label", "typed", "said"),
    [
        ("Weight", "1,5 kg", "write 1.5 kg"),
        ("Weight", "70", "Has no unit"),
        ("Weight", "10 000 g", "write 10000 g"),
        ("Weight", "nan kg", "Does not begin with a number"),
        ("Height", "175 kg", "Is a weight, not a height"),
        ("First day", "30/11/2026", "write 2026-11-30 or 30-Nov-2026"),
    ],
)
def test_what_cannot_be_read_is_answered_with_the_spelling_to_use(
    rituximab: AppTest, label: str, typed: str, said: str
) -> None:
    app = type_in(rituximab, label, typed)
    assert said in shown(app)
    assert not dose(app)
    assert not app.download_button


@pytest.mark.parametrize(
    ("label", "typed", "understood"),
    [
        ("Weight", "154 lb", "154 lb = 69.85 kg"),
        ("Weight", "123.45 kg", "= 123.45 kg"),
        ("Height", "1.75 m", "1.75 m = 175 cm"),
        ("First day", "30-Nov-2026", "= Monday 30-Nov-2026"),
    ],
)
def test_a_field_says_at_once_what_it_understood(label: str, typed: str, understood: str) -> None:
    assert understood in shown(type_in(opened(), label, typed))


@pytest.mark.hazard("H23")
def test_a_changed_field_clears_the_result(rituximab: AppTest) -> None:
    app = type_in(rituximab, "Height", "")
    assert not dose(app)
    assert "700 mg" not in shown(app)
    assert not app.download_button
    app = type_in(app, "Height", "160 cm")
    assert dose(app) == "700 mg"
    assert "661.44 mg" in shown(app)


def test_a_thousandth_of_the_dose_is_stopped_and_nothing_can_be_downloaded() -> None:
    app = filled(opened(), PATIENT, regimen="immunoglobulin-5-days")
    app = type_in(app, "Another dose", "0.4 mg/kg")
    text = shown(app)
    assert "0.4 mg/kg is a thousandth of the usual dose of immunoglobulin" in text
    assert "Was g/kg meant: 0.4 g/kg?" in text
    assert "STOP" in text
    assert not dose(app)
    assert not app.download_button


def test_a_warning_keeps_the_files_back_until_it_has_a_tick_a_reason_and_initials(
    warned: AppTest,
) -> None:
    assert set(downloads(warned)) == {False}
    assert "Nothing can be downloaded" in shown(warned)
    tick = next(box for box in warned.checkbox if box.label.startswith("I have seen"))
    app = tick.check().run()
    assert set(downloads(app)) == {False}
    app = type_in(app, "Reason", "tolerated before")
    assert set(downloads(app)) == {False}
    app = type_in(app, "Initials of the person who confirms", "AB")
    assert set(downloads(app)) == {True}


def test_a_first_day_in_the_wrong_year_waits_for_an_acknowledgement(rituximab: AppTest) -> None:
    app = type_in(rituximab, "First day", "2025-11-30")
    assert "lies more than 31 days before the day of the plan" in shown(app)
    assert set(downloads(app)) == {False}
    tick = next(box for box in app.checkbox if box.label.startswith("I have seen"))
    app = type_in(tick.check().run(), "Reason", "entered later")
    app = type_in(app, "Initials of the person who confirms", "AB")
    assert set(downloads(app)) == {True}


def test_every_format_has_its_button_and_a_letter_without_glyph_keeps_paper_back(
    rituximab: AppTest,
) -> None:
    labels = [button.label for button in with_all_files(rituximab).download_button]
    for label in (
        "Calendar (.ics)",
        "Calendar, discreet (.ics)",
        "Table (.csv)",
        "Workbook (.xlsx)",
        "FHIR R4 (.fhir.json)",
        "Administration chart (.pdf)",
        "Pharmacist's worksheet (.pdf)",
        "Patient's sheet (.pdf)",
        "Patient's sheet, discreet (.pdf)",
        "Plan file (.json)",
    ):
        assert label in labels
    app = type_in(rituximab, "Label, no name", "床 7")
    assert "No document can be printed" in shown(app)
    assert "U+5E8A" in shown(app)
    kept_back = {button.label for button in app.download_button if button.proto.disabled}
    assert kept_back == {label for label in labels if label.endswith("(.pdf)")}


def test_the_other_files_are_made_ready_once_their_menu_is_open(rituximab: AppTest) -> None:
    assert [button.label for button in rituximab.download_button] == ["Calendar (.ics)"]
    assert len(with_all_files(rituximab).download_button) == 10


@pytest.mark.hazard("H304")
def test_beside_the_files_stands_what_thunderbird_does_with_a_later_one(rituximab: AppTest) -> None:
    """Its import refuses every event that it has: tried with version 153 of it."""
    page = shown(rituximab)
    assert "Thunderbird leaves the events that it has at their earlier dates" in page
    assert "import a later file whole into an emptied one" in page
    # 153 versions of 21 courses, each saved over the one before: tests/support/subscription_trial.
    assert "Thunderbird follows a file that it subscribes to" in page
    assert "A calendar that subscribes to a link follows every change" in page


def test_an_acknowledgement_falls_when_the_dose_changes(warned: AppTest) -> None:
    app = next(box for box in warned.checkbox if box.label.startswith("I have seen")).check().run()
    app = type_in(app, "Reason", "tolerated before")
    app = type_in(app, "Initials of the person who confirms", "AB")
    assert set(downloads(app)) == {True}
    app = type_in(app, "Another dose", "1.3 g/m2")
    assert set(downloads(app)) == {False}


def test_an_acknowledgement_falls_with_another_patient(warned: AppTest) -> None:
    app = next(box for box in warned.checkbox if box.label.startswith("I have seen")).check().run()
    app = type_in(app, "Reason", "tolerated before")
    app = type_in(app, "Initials of the person who confirms", "AB")
    app = type_in(app, "Label, no name", "ward-8")
    assert set(downloads(app)) == {False}


def test_another_dose_than_the_regimens_is_marked(warned: AppTest) -> None:
    assert "another dose: 1.2 g/m2" in shown(warned)


def test_a_rare_size_asks_for_a_second_measurement_of_exactly_this_size() -> None:
    app = opened()
    assert not [box for box in app.checkbox if box.label.startswith("Size confirmed")]
    app = filled(app, {**PATIENT, "Weight": "160 kg"})
    assert "Was the weight in pounds?" in shown(app)
    assert not dose(app)
    app = next(box for box in app.checkbox if box.label.startswith("Size confirmed")).check().run()
    assert dose(app)
    app = type_in(app, "Weight", "161 kg")
    assert not dose(app)


def test_the_erratum_of_a_regimen_stands_under_its_title() -> None:
    app = with_regimen(opened(), "immunoglobulin-5-days")
    text = shown(app)
    assert "the dose is 0.4 g/kg per day, a thousand times more" in text
    assert text.index("Erratum") < text.index("Still needed")


@pytest.mark.hazard("H24")
def test_two_people_do_not_share_their_entries(rituximab: AppTest) -> None:
    other = opened()
    assert {field.value for field in other.text_input} == {""}
    assert not dose(other)
    type_in(other, "Weight", "50 kg")
    assert dose(rituximab.run()) == "700 mg"


def test_the_entries_are_there_after_a_look_at_another_page(rituximab: AppTest) -> None:
    away = rituximab.switch_page("screens/library.py").run()
    assert not dose(away)
    back = away.switch_page("screens/plan.py").run()
    assert dose(back) == "700 mg"
    assert next(f for f in back.text_input if f.label == "Weight").value == "70 kg"


def test_an_example_fills_every_field_and_clearing_empties_them() -> None:
    app = opened().button(key="example").click().run()
    assert dose(app) == "700 mg"
    app = app.button(key="clear").click().run()
    assert {field.value for field in app.text_input} == {""}
    assert app.radio(key="plan-sex").value is None
    assert not dose(app)


def test_an_example_leaves_nothing_of_the_patient_before() -> None:
    app = filled(opened(), PATIENT, regimen="immunoglobulin-5-days")
    app = type_in(app, "How many courses? (optional)", "3")
    app = type_in(app, "Creatinine", "80 umol/L")
    app = app.button(key="example").click().run()
    values = {field.label: field.value for field in app.text_input}
    assert values["How many courses? (optional)"] == ""
    assert values["Creatinine"] == ""
    assert values["Label, no name"] == "example"


def test_a_saved_plan_is_opened_as_it_was() -> None:
    library = shelved(RITUXIMAB)
    regimen = library.regimen(RITUXIMAB)
    plan = make_plan(
        regimen,
        library.knowledge_for(regimen),
        library.site,
        PatientEntry(label="ward-7", weight="70 kg", height="175 cm"),
        first_day="2026-11-30",
        made_on=dt.date(2026, 11, 1),
        choices={},
    ).to_json()
    app = opened()
    app = app.file_uploader[0].set_value(("p.json", plan.encode(), "application/json")).run()
    assert not app.exception
    assert dose(app) == "700 mg"
    assert Plan.from_json(plan).hash[:12] in shown(app)
    app = type_in(app, "Weight", "71 kg")
    assert Plan.from_json(plan).hash[:12] not in shown(app)


@pytest.mark.parametrize("content", [b"{}", b"\xff\xfe", b"not json", b"[1]"])
def test_a_file_that_is_no_plan_is_answered_in_words(content: bytes) -> None:
    app = opened()
    app = app.file_uploader[0].set_value(("p.json", content, "application/json")).run()
    assert not app.exception
    assert "This file was not opened" in shown(app)
    assert "plan file" in shown(app)


def test_a_label_is_shown_as_text_and_never_as_a_page() -> None:
    app = filled(opened(), {**PATIENT, "Label, no name": "<b>x</b>"})
    assert dose(app) == "700 mg"
    assert not [block for block in app.html if "<b>x</b>" in block.proto.body]


def test_every_output_line_says_that_nobody_has_checked_it(rituximab: AppTest) -> None:
    text = shown(rituximab)
    assert "not checked by a pharmacist" in text
    assert "times in Europe/London" in text


def test_an_example_fills_a_choice_that_its_file_writes_in_weeks() -> None:
    # mycophenolate's example chooses "4 weeks"; the option reads "28 days"
    app = opened()
    app = with_regimen(app, "mycophenolate")
    app = app.button(key="example").click().run()
    assert not app.exception
    assert app.radio(key="plan-mycophenolate-target_length").value == "28 days"
    assert dose(app)


def test_kidney_and_genotype_are_asked_for_only_where_the_regimen_needs_them() -> None:
    app = filled(opened(), PATIENT)
    labels = {field.label for field in (*app.text_input, *app.radio)}
    assert not {"Clearance, if one is known", "TPMT and NUDT15"} & labels
    app = with_regimen(app, "azathioprine-maintenance")
    labels = {field.label for field in (*app.text_input, *app.radio)}
    assert {"Clearance, if one is known", "TPMT and NUDT15"} <= labels
    assert "Genotype: the dose depends on it" in shown(app)
    app = app.radio(key="plan-genotype").set_value("normal").run()
    app = type_in(app, "Clearance, if one is known", "62 mL/min")
    assert "Clearance by: write cystatin C, creatinine or measured" in shown(app)
    app = app.radio(key="plan-clearance_by").set_value("cystatin C").run()
    assert dose(app) == "175 mg"


def test_a_part_of_the_dose_is_applied_with_a_reason_only() -> None:
    app = filled(opened(), PATIENT, regimen="azathioprine-maintenance")
    app = app.radio(key="plan-genotype").set_value("normal").run()
    app = type_in(app, "Other drugs taken", "allopurinol")
    assert "43.75 mg for 175 mg" in shown(app)
    assert not dose(app)
    app = type_in(app, "Part of azathioprine", "a quarter")
    assert "= 25 % of the standard dose" in shown(app)
    assert "write a reason, such as allopurinol" in shown(app)
    app = type_in(app, "Why it is adjusted", "allopurinol")
    assert dose(app) == "25 mg"


def test_a_severity_is_chosen_among_its_words() -> None:
    app = filled(opened(), PATIENT, regimen="diphtheria-antitoxin-lower")
    assert not dose(app)
    app.radio(key="plan-diphtheria-antitoxin-lower-severity").set_value("nasopharynx").run()
    assert dose(app) == "40,000 units"


def test_what_an_example_leaves_empty_does_not_return_in_place_of_what_was_typed() -> None:
    """The kidney is asked for with azathioprine only; the example says nothing of it."""
    app = opened().button(key="example").click().run()
    app = with_regimen(app, "azathioprine-maintenance")
    app = type_in(app, "Clearance, if one is known", "62 mL/min")
    away = app.switch_page("screens/library.py").run()
    back = away.switch_page("screens/plan.py").run()
    field = next(f for f in back.text_input if f.label == "Clearance, if one is known")
    assert field.value == "62 mL/min"


def test_nothing_is_drawn_in_what_is_folded_away(rituximab: AppTest) -> None:
    labels = {field.label for field in rituximab.text_input}
    assert not {"Creatinine", "Another dose", "Time of infusion"} & labels
    assert "1.8447 m2" not in shown(rituximab)
    app = unfold(rituximab)
    labels = {field.label for field in app.text_input}
    assert {"Creatinine", "Another dose", "Time of infusion"} <= labels
    # 70 kg and 175 cm by Mosteller
    assert "1.8447 m2" in shown(app)


def test_what_was_folded_away_is_as_it_is_now_when_it_is_opened(rituximab: AppTest) -> None:
    rituximab.session_state["derivation"] = True
    app = rituximab.run()
    rituximab.session_state["derivation"] = False
    app = type_in(app.run(), "Weight", "60 kg")
    assert "60 kg" not in shown(app).replace("= 60 kg", "")
    app.session_state["derivation"] = True
    # the square root of 60 x 175 / 3600 is 1.7078
    text = shown(app.run())
    assert "1.7078 m2" in text
    assert "1.8447 m2" not in text


def test_a_closed_tab_shows_the_course_as_it_is_when_it_is_opened(rituximab: AppTest) -> None:
    app = rituximab
    assert "2,800 mg" not in table(app)
    app.session_state["view-of-course"] = "Table"
    assert "2,800 mg" in table(app.run())
    app.session_state["view-of-course"] = "Calendar"
    app = type_in(app.run(), "Weight", "100 kg")
    app.session_state["view-of-course"] = "Table"
    # 375 mg/m2 by the square root of 100 x 175 / 3600, 2.2048 m2, is 826.8 mg: 800 mg, 4 times
    assert "3,200 mg" in table(app.run())
    assert "2,800 mg" not in table(app)


def table(app: AppTest) -> str:
    """Return the table of the course, where it is drawn."""
    bodies = [block.proto.body for block in app.html if "Doses of the course" in block.proto.body]
    return " ".join(bodies).replace("\u00a0", " ")


def test_what_is_typed_counts_even_where_its_field_is_folded_away_at_once(
    rituximab: AppTest,
) -> None:
    """Both arrive with one message where a person types, and closes the box before it is drawn."""
    app = unfold(rituximab)
    next(f for f in app.text_input if f.label == "Another dose").set_value("350 mg/m2")
    app.session_state["another-dose"] = False
    app = app.run()
    assert "Another dose" not in {field.label for field in app.text_input}
    assert "another dose: 350 mg/m2" in shown(app)
    # 350 mg/m2 by 1.8447 m2 is 645.7 mg
    assert dose(app) == "600 mg"


def test_how_the_calendar_is_written_holds_where_its_fields_are_folded_away(
    rituximab: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[CalendarChoice] = []

    def job(**of: Any) -> Job:
        written.append(of["calendar"])
        return Job(**of)

    monkeypatch.setattr("screens.parts.downloads.Job", job)
    asked = "Alarm before each timed event"
    assert asked not in {field.label for field in rituximab.text_input}
    rituximab.session_state["calendar-form"] = True
    app = type_in(rituximab.run(), asked, "45 min")
    app = app.radio(key="calendar-times").set_value("zone").run()
    app.session_state["calendar-form"] = False
    written.clear()
    app = app.run()
    assert asked not in {field.label for field in app.text_input}
    assert {(one.alarm, one.times) for one in written} == {("45 min", "zone")}
    app.session_state["calendar-form"] = True
    app = app.run()
    (field,) = [field for field in app.text_input if field.label == asked]
    assert (field.value, app.radio(key="calendar-times").value) == ("45 min", "zone")


def test_the_card_says_of_each_drug_what_was_looked_at(rituximab: AppTest) -> None:
    (lines,) = [b.proto.body for b in rituximab.html if 'class="looked-at"' in b.proto.body]
    assert "700" in lines
    assert "of 8 questions looked at; not asked: " in lines
    assert "no source found: kidney, liver" in lines


def test_many_notes_are_folded_and_no_warning_is() -> None:
    app = filled(
        opened(),
        {**PATIENT, "Age": "74 years", "Creatinine": "340 umol/L"},
        regimen="cyclophosphamide-monthly",
    )
    bodies = [block.proto.body for block in app.html]
    (notes,) = [body for body in bodies if 'class="folded"' in body]
    at_once, folded = notes.split("<details")
    assert "finding" not in at_once
    count = folded.count('class="finding note"')
    assert count > 3
    assert f"NOTE: {count}" in folded
    assert "finding warn" not in folded
    assert "scheme gives 7.5 mg/kg above 70 years" in shown(app)


def test_warnings_are_the_rows_of_one_panel_and_unknown_words_come_last() -> None:
    app = filled(
        opened(),
        {**PATIENT, "Age": "74 years", "Creatinine": "340 umol/L", "Conditions": "qux, asthma"},
        regimen="cyclophosphamide-monthly",
    )
    app = type_in(app, "Other drugs taken", "allopurinol, warfarin")
    (count,) = [b.proto.body for b in app.html if 'id="findings"' in b.proto.body]
    rows = [
        b.proto.body
        for b in app.html
        if 'class="sentence"' in b.proto.body and 'class="from"' in b.proto.body
    ]
    assert f"WARN: {len(rows)}" in count
    assert len(rows) == 4
    assert "7.5 mg/kg above 70" in rows[0].replace("\u00a0", " ")
    assert "qux" in rows[-1]
    # each is acknowledged by itself, and asks for its reason once it is ticked
    ticks = [box for box in app.checkbox if box.label.startswith("I have seen")]
    assert len(ticks) == len(rows)
    assert "Reason" not in {field.label for field in app.text_input}
    app = ticks[0].check().run()
    assert [field.label for field in app.text_input].count("Reason") == 1


def test_where_nothing_warns_it_is_said_with_what_was_not_asked(rituximab: AppTest) -> None:
    text = shown(rituximab)
    assert "No finding stops or warns. These questions were not asked: " in text
    (line,) = [b.proto.body for b in rituximab.html if "No finding stops" in b.proto.body]
    assert "medicines" in line
    app = type_in(rituximab, "Other drugs taken", "none")
    (line,) = [b.proto.body for b in app.html if "No finding stops" in b.proto.body]
    assert "medicines" not in line


def test_words_are_offered_as_one_types_and_a_click_takes_one() -> None:
    app = type_in(opened(), "Other drugs taken", "Tegretol, warf")
    text = shown(app)
    assert "= carbamazepine" in text
    assert 'takes "warf": not known here: nothing was checked about it.' in text
    (offer,) = [pills for pills in app.button_group if "warf" in pills.proto.label]
    app = offer.set_value("warfarin").run()
    assert not app.exception
    (taken,) = [field for field in app.text_input if field.label == "Other drugs taken"]
    assert taken.value == "Tegretol, warfarin"
    assert "= carbamazepine, warfarin" in shown(app)


def test_a_word_that_is_not_known_is_answered_at_once_with_near_ones() -> None:
    app = type_in(opened(), "Conditions", "IgA deficency")
    assert "nothing was checked about it. Did you mean IgA deficiency" in shown(app)
    app = type_in(app, "Results", "neutrophils 0.9 10^9/L")
    assert "write 2026-11-30 or 30-Nov-2026" in shown(app)


def test_a_comma_that_parts_a_word_in_two_is_said() -> None:
    app = type_in(opened(), "Conditions", "foo, of the bar")
    text = shown(app)
    assert "Read as 2: foo; of the bar." in text
    assert "end a single one with a semicolon" in text
    app = type_in(app, "Conditions", "foo, of the bar;")
    text = shown(app)
    assert 'condition "foo, of the bar": not known here' in text
    assert "Read as" not in text


def test_the_clearance_is_asked_for_where_only_the_drug_file_looks_at_the_kidney() -> None:
    # The regimen has no clearance of its own; the file of cyclophosphamide answers for the kidney.
    app = filled(opened(), PATIENT, regimen="cyclophosphamide-monthly")
    app = type_in(app, "Creatinine", "340 umol/L")
    app = type_in(app, "Clearance, if one is known", "42 mL/min")
    app = app.radio(key="plan-clearance_by").set_value("cystatin C").run()
    assert "Clearance 42 mL/min" in shown(app)


def test_lost_parts_and_a_dry_weight_are_asked_read_and_used() -> None:
    app = filled(opened(), PATIENT)
    app = type_in(app, "Amputations", "below knee left, tail")
    assert "is not known here" in shown(app)
    app = type_in(app, "Amputations", "below knee left")
    assert "= lower leg and foot, left (5.9 %)" in shown(app)
    app = type_in(app, "Dry weight", "66 kg")
    assert app.session_state["posology"].planned.patient.amputations == ["below knee left"]
    # 66 / 0.941 = 70.138 kg
    assert "estimated weight before of 70.138 kg" in shown(app)
    assert "The dry weight of 66 kg stands for the weight of 70 kg" in shown(app)


def test_premedication_is_given_or_left_out_with_the_reason(rituximab: AppTest) -> None:
    decided = "plan-rituximab-weekly-premedication-decided"
    assert rituximab.radio(key=decided).value is None
    app = rituximab.radio(key=decided).set_value("given").run()
    assert "methylprednisolone, intravenous infusion" in shown(app)
    app = app.radio(key=decided).set_value("left out").run()
    assert 'write "given", or why not' in shown(app)
    assert not app.download_button
    app = type_in(app, "Why it is left out", "allergic to it")
    assert dose(app) == "700 mg"
    assert "methylprednisolone, intravenous infusion" not in shown(app)
