"""The pump card, read back by another program (pypdf): the right ladder, bag and clock times."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
from pathlib import Path

import pypdf
import pytest

from commands.schedules import main
from dosing.errors import InputError
from dosing.infusion.order import Typed, TypedBag, read_order
from dosing.infusion.run import infuse
from dosing.infusion.steps import Interruption
from dosing.names import NOT_COUNTED
from dosing.trace import RefusedError
from dosing.units import NO_BREAK_SPACE, duration
from schedules.course.course import Course
from schedules.course.measurements import read_measurements
from schedules.course.visit import with_visits
from schedules.library.reader import read_ladder
from schedules.outputs.paper.infusion_card import Card, print_infusion_card
from schedules.outputs.paper.pump_card import PumpOrder, print_pump_cards
from tests.support.places import ROOT
from tests.support.planning import RITUXIMAB, THIOCTIC, course_of, library, planned

AT = dt.datetime(2026, 11, 21, 15, 40, tzinfo=dt.UTC)
ALL_IN_500 = PumpOrder(bag=TypedBag(volume="500 mL", bag="everything"))


def pages(course: Course, order: PumpOrder = ALL_IN_500) -> list[str]:
    """Return the text of each page, in ordinary spaces and on one line."""
    reader = pypdf.PdfReader(io.BytesIO(print_pump_cards(course, library(), order, printed_at=AT)))
    return [
        " ".join(page.extract_text().replace(NO_BREAK_SPACE, " ").split()) for page in reader.pages
    ]


def problems(course: Course, order: PumpOrder) -> list[str]:
    with pytest.raises(InputError) as caught:
        print_pump_cards(course, library(), order, printed_at=AT)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.hazard("H36")
def test_700_mg_of_rituximab_in_500_ml_begins_at_its_own_ml_per_hour() -> None:
    first, later = pages(course_of(RITUXIMAB))
    # 50 mg/h of 700 mg in 500 mL: 50 x 500 / 700 = 35.71 mL/h; half an hour of it is 17.86 mL.
    assert "UNDER REVIEW, NOT CHECKED rituximab 700 mg, first infusion" in first
    assert "0 min to 30 min 09:00 to 09:30 35.7 mL/h 50 mg/h 17.9 mL 17.9 mL" in first
    # 25+50+75+100+125+150 mg run in 3 h; the 175 mg that are left take 30 min at 350 mg/h.
    assert "3 h to 3 h 30 min 12:00 to 12:30 250 mL/h 350 mg/h 125 mL 500 mL" in first
    assert "3 h 30 min in all; ends 12:30" in first
    assert "35.7 mL/h" not in later
    # 100 mg/h: 71.43 mL/h. 50+100+150 mg run in 1 h 30; 400 mg are left, an hour at 400 mg/h.
    assert "0 min to 30 min 09:00 to 09:30 71.4 mL/h 100 mg/h" in later
    assert "2 h 30 min in all; ends 11:30" in later


@pytest.mark.hazard("H82")
def test_only_the_first_infusion_takes_the_first_ladder_and_each_card_names_its_days() -> None:
    first, later = pages(course_of(RITUXIMAB))
    assert "For the dose of Mon 30-Nov-2026 09:00." in first
    assert "By the ladder rituximab-first of" in first
    assert "Mon 07-Dec-2026 09:00, Mon 14-Dec-2026 09:00, Mon 21-Dec-2026 09:00." in later
    assert "By the ladder rituximab-later of" in later


@pytest.mark.hazard("H82")
def test_after_a_dose_on_a_condition_the_next_is_still_a_first_infusion() -> None:
    found = course_of(RITUXIMAB)
    head, *rest = found.rows
    doses = [dataclasses.replace(head, condition="it is needed"), *rest]
    rows, _ = with_visits(doses, read_measurements(found.plan), library())
    unsure = dataclasses.replace(found, rows=tuple(rows))
    cards = pages(unsure)
    assert "ONLY IF it is needed" in cards[0]
    assert "first infusion" in cards[1]
    assert "Mon 07-Dec-2026 09:00." in cards[1]
    assert "later infusion" in cards[2]


def test_the_bag_and_what_follows_a_reaction_stand_on_the_card() -> None:
    first, _ = pages(course_of(RITUXIMAB))
    assert "Bag: 500 mL, 1.4 mg/mL. It holds everything that runs in" in first
    assert "no more than 50 % of the rate at which it came" in first
    assert course_of(RITUXIMAB).plan.hash in first


@pytest.mark.hazard("H37")
def test_a_bag_to_which_the_drug_is_added_runs_with_the_drugs_own_volume() -> None:
    bag = TypedBag(volume="500 mL", bag="diluent", overfill=NOT_COUNTED, drug_volume="70 mL")
    first, _ = pages(course_of(RITUXIMAB), PumpOrder(bag=bag))
    # 50 mg/h of 700 mg in 570 mL: 50 x 570 / 700 = 40.71 mL/h.
    assert "40.7 mL/h" in first


@pytest.mark.hazard("H37")
def test_a_bag_that_is_not_stated_is_asked_for_with_an_example() -> None:
    volume, bag = problems(course_of(RITUXIMAB), PumpOrder(bag=TypedBag()))
    assert "volume" in volume and '--volume "500 mL"' in volume
    assert "--bag everything" in bag and "--bag diluent" in bag
    unsaid = TypedBag(volume="500 mL", bag="diluent", drug_volume="70 mL")
    (overfill,) = problems(course_of(RITUXIMAB), PumpOrder(bag=unsaid))
    assert "overfill" in overfill and "not counted" in overfill


def test_a_ladder_that_is_no_ladder_of_the_course_is_refused() -> None:
    (said,) = problems(course_of(RITUXIMAB), dataclasses.replace(ALL_IN_500, ladders=("fast",)))
    assert "fast" in said and "rituximab-later" in said


def test_a_drug_without_a_ladder_is_named() -> None:
    found = course_of(RITUXIMAB)
    drugs = {name: drug.model_copy(update={"ladders": []}) for name, drug in found.drugs.items()}
    (said,) = problems(dataclasses.replace(found, drugs=drugs), ALL_IN_500)
    assert "rituximab: its drug file states no rate ladder" in said


@pytest.mark.hazard("H38")
def test_a_card_that_runs_faster_than_its_file_allows_is_not_printed() -> None:
    # Thioctic acid runs in at not more than 50 mg/min: 600 mg in not less than 12 min.
    found = course_of(THIOCTIC)
    order = PumpOrder(
        bag=TypedBag(volume="250 mL", bag="everything", over="5 min"),
        ladders=("thioctic-acid-as-stated",),
    )
    found.must_be_exportable()
    with pytest.raises(RefusedError, match=r"mg/min|too fast"):
        print_pump_cards(found, library(), order, printed_at=AT)


def test_the_same_card_is_the_same_bytes() -> None:
    found = course_of(RITUXIMAB)
    assert print_pump_cards(found, library(), ALL_IN_500, printed_at=AT) == print_pump_cards(
        found, library(), ALL_IN_500, printed_at=AT
    )


def test_the_export_command_writes_it_and_names_a_missing_option(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan, out = tmp_path / "plan.json", tmp_path / "pump.pdf"
    plan.write_text(planned(RITUXIMAB).to_json(), encoding="utf-8")
    asked = [
        "export",
        str(plan),
        "--to",
        "pdf",
        "--what",
        "pump",
        "--out",
        str(out),
        "--acknowledge",
        "plan.knowledge_changed.rituximab=seen",
        "plan.knowledge_changed.rituximab_weekly=seen",
    ]
    assert main(asked) == 2
    assert '--volume "500 mL"' in capsys.readouterr().err
    assert not out.exists()
    assert main([*asked, "--volume", "500 mL", "--bag", "everything"]) == 0
    assert len(pypdf.PdfReader(out).pages) == 2


def test_a_bag_for_another_document_is_refused_and_not_ignored(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan, out = tmp_path / "plan.json", tmp_path / "chart.pdf"
    plan.write_text(planned(RITUXIMAB).to_json(), encoding="utf-8")
    asked = ["export", str(plan), "--to", "pdf", "--what", "chart", "--out", str(out)]
    assert main([*asked, "--volume", "500 mL", "--ladder", "rituximab-first", "--undiluted"]) == 2
    said = capsys.readouterr().err
    for option in ("volume", "ladder", "undiluted"):
        assert f"{option}: is for a pump card, and not for pdf chart; leave it out" in said
    assert not out.exists()


def test_the_card_of_a_running_infusion_has_its_stops_and_belongs_to_no_plan() -> None:
    drug, ladder = read_ladder(ROOT, "rituximab-first")
    order = read_order(
        Typed(dose="700 mg", volume="500 mL", bag="everything", start="09:00", drops_per_ml="20"),
        drug=drug,
        ladder=ladder,
        interruptions=[
            Interruption(at=duration("40 min", "at"), lasts=duration("20 min", "for")),
            Interruption(
                at=duration("95 min", "at"), lasts=duration("30 min", "for"), resume_percent=50
            ),
        ],
    )
    card = Card(
        title="rituximab 700 mg", infusion=infuse(order), drug=drug, ladder=ladder, untimed=""
    )
    data = print_infusion_card(card, label="ward-7", printed_at=AT, zone="Europe/London")
    text = " ".join(pypdf.PdfReader(io.BytesIO(data)).pages[0].extract_text().split())
    text = text.replace(NO_BREAK_SPACE, " ")
    assert "40 min to 1 h 09:40 to 10:00 stopped paused 29.8 mL" in text
    # 150 mg/h when the reaction came: 75 mg/h to the end, 53.57 mL/h. Given until then:
    # 25 + 50 mg, 15 min of 150 mg/h 37.5 mg: 112.5 mg, 80.36 mL. The rest of 587.5 mg: 470 min.
    assert "1 h 35 min to 2 h 5 min 10:35 to 11:05 stopped stopped for a reaction 80.4 mL" in text
    # 53.57 mL/h at 20 drops/mL: 17.86, so 18 a minute.
    assert "2 h 5 min to 9 h 55 min 11:05 to 18:55 53.6 mL/h 75 mg/h, 18 drops/min" in text
    assert "9 h 55 min in all; ends 18:55." in text
    assert "As entered at the pump, not from a plan; not checked by a pharmacist" in text
    assert "Infusion label ward-7" in text
    assert "Plan" not in text


def test_the_card_says_that_a_volume_without_a_limit_is_held_to_nothing() -> None:
    drug, ladder = read_ladder(ROOT, "cyclophosphamide-1-h")
    # Its file states no strength of a bag, so that 50 L in the same hour are not refused.
    order = read_order(
        Typed(dose="750 mg", volume="50 L", bag="everything"), drug=drug, ladder=ladder
    )
    card = Card(
        title="cyclophosphamide 750 mg",
        infusion=infuse(order),
        drug=drug,
        ladder=ladder,
        untimed="",
    )
    data = print_infusion_card(card, label="ward-7", printed_at=AT, zone="Europe/London")
    text = " ".join(pypdf.PdfReader(io.BytesIO(data)).pages[0].extract_text().split())
    assert "cyclophosphamide-1-h: volume and mL/h are held to nothing." in text
