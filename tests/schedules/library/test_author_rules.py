"""Each rule for authors, shown to fire and to stay silent."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from commands.schedules import main
from dosing.drugs.safety import QUESTIONS
from dosing.errors import KnowledgeError
from dosing.units import ordinary_spaces
from schedules.library.author_rules import RULES, findings
from schedules.library.reader import read_library
from tests.support.places import ROOT
from tests.support.planning import whole_library
from tests.support.shelf import read_anew, shelf

TODAY = dt.date(2026, 11, 20)
REGIMEN = "regimens/made-up.yaml"
DRUG = "drugs/made-up.yaml"

# Made up: 2 mg/kg by vein on two days, then 30 mg by mouth for five days.
REGIMEN_TEXT = """\
id: made-up
title: A made-up regimen that keeps every rule
for: [no disease]
status: under review
version: 1
reviewed: {due: 2199-12-31}
sources:
  label: {cite: A label, place: section 4.2, confirmed: true}
  value: {cite: Proposed value, confirmed: false}
  worked: {cite: Calculated by hand, confirmed: true}
errata:
  - prints: 2 g/kg
    means: 2 mg/kg
    why: A thousand times too much.
    source: label
    says: label
prerequisites:
  - {what: full blood count, before: first dose, source: label}
phases:
  - name: by vein
    medicines:
      - drug: made-up
        route: intravenous infusion
        dose: 2 mg/kg
        weight: actual
        days: [1, 2]
        at: [infusion]
        per_course: 4 mg/kg
        window: {least_gap: 1 day, source: value}
        source: label
  - name: by mouth
    length: 5 days
    medicines:
      - drug: made-up
        route: oral
        dose: 30 mg
        days: each day
        at: [before breakfast]
        per_course: 150 mg
        window: {least_gap: 1 day, source: value}
        source: label
examples:
  - patient: {weight: 70 kg, height: 175 cm, sex: male, age: 48 years}
    start: 2026-11-30
    expect:
      - 2026-11-30 to 2026-12-01 made-up 140 mg
      - 2026-12-02 to 2026-12-06 made-up 30 mg
    source: worked
  - patient: {weight: 50 kg, height: 160 cm, sex: female, age: 48 years}
    start: 2026-11-30
    expect:
      - 2026-11-30 to 2026-12-01 made-up 100 mg
      - 2026-12-02 to 2026-12-06 made-up 30 mg
    source: worked
"""
DRUG_TEXT = """\
id: made-up
name: made-up
version: 1
sources:
  label: {cite: A label, link: "https://example.org/label", confirmed: true}
  limit: {cite: Alarm limit that needs a clinician, place: none, confirmed: false}
products:
  - {name: vials, form: vial, routes: [intravenous infusion], strengths: [100 mg], source: label}
  - {name: tablets, form: tablet, routes: [oral], strengths: [10 mg, 25 mg], source: label}
limits:
  - {per: dose, routes: [intravenous infusion], hard: {high: 4 mg/kg}, source: limit}
  - {per: day, routes: [oral], hard: {high: 200 mg}, source: limit}
safety:
  age: no source found
  pregnancy: no source found
  kidney: no source found
  liver: no source found
  infection: no source found
  conditions: no source found
  medicines: no source found
  laboratory: no source found
"""

Changes = dict[str, str]
Lint = Callable[..., list[str]]


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Return a library of one regimen and one drug, which keep every rule."""
    root = shelf(tmp_path)
    for file in (*root.glob("regimens/*.yaml"), *root.glob("drugs/*.yaml")):
        file.unlink()
    (root / REGIMEN).write_text(REGIMEN_TEXT, encoding="utf-8")
    (root / DRUG).write_text(DRUG_TEXT, encoding="utf-8")
    return read_anew(root)


@pytest.fixture
def lint(small: Path) -> Lint:
    """Replace texts in both files, once each, and give what the rules then say."""

    def look(regimen: Changes | None = None, drug: Changes | None = None) -> list[str]:
        for file, changes in ((REGIMEN, regimen or {}), (DRUG, drug or {})):
            text = (small / file).read_text(encoding="utf-8")
            for old, new in changes.items():
                assert old in text
                text = text.replace(old, new, 1)
            (small / file).write_text(text, encoding="utf-8")
        found = findings(read_library(read_anew(small)), small, TODAY)
        assert found == [ordinary_spaces(line) for line in found]
        return found

    return look


def test_a_library_that_keeps_every_rule_is_clean(lint: Lint) -> None:
    assert lint() == []


def test_every_rule_is_listed_once_by_a_sentence_of_what_should_be() -> None:
    assert len(RULES) == len(set(RULES.values())) == 14


VEIN = "{per: dose, routes: [intravenous infusion], hard: {high: 4 mg/kg}"


def test_a_route_without_a_hard_limit_is_found(lint: Lint) -> None:
    # A usual limit warns only; a low hard limit holds no dose that is too high.
    assert lint(drug={VEIN: VEIN.replace("hard", "usual")}) == [
        f"{REGIMEN}:24: made-up (intravenous infusion): drugs/made-up.yaml has no hard limit "
        "per dose or per day for this route",
        f"{REGIMEN}:24: made-up (intravenous infusion): no cap, and no hard limit per dose or "
        "per day in mg/kg or in mg",
    ]
    assert len(lint(drug={"usual: {high: 4 mg/kg}": "hard: {low: 1 mg/kg}"})) == 2


def test_a_hard_limit_of_a_course_holds_no_single_dose(lint: Lint) -> None:
    assert len(lint(drug={"per: day": "per: course", "high: 200 mg": "high: 1000 mg"})) == 2


def test_a_hard_limit_per_day_is_enough(lint: Lint) -> None:
    assert lint(drug={"{per: dose": "{per: day"}) == []


CAP = {"weight: actual": "weight: actual\n        cap: {amount: 400 mg, source: label}"}
PER_M2 = {
    VEIN: f"{VEIN.replace('hard', 'usual')}, source: limit}}\n  - "
    f"{VEIN.replace('4 mg/kg', '150 mg/m2')}"
}


def test_a_hard_limit_on_another_rate_does_not_hold_the_dose(lint: Lint) -> None:
    assert lint(drug=PER_M2) == [
        f"{REGIMEN}:24: made-up (intravenous infusion): no cap, and no hard limit per dose or "
        "per day in mg/kg or in mg",
    ]


def test_a_cap_holds_the_dose_where_the_limit_is_on_another_rate(lint: Lint) -> None:
    assert lint(regimen=CAP, drug=PER_M2) == []


def test_a_hard_limit_on_the_amount_holds_a_dose_per_kg(lint: Lint) -> None:
    both = f"{VEIN.replace('hard', 'usual')}, source: limit}}\n  - {VEIN.replace('4 mg/kg', '1 g')}"
    assert lint(drug={VEIN: both}) == []


def test_a_dose_without_any_product_is_found(lint: Lint) -> None:
    products = DRUG_TEXT[DRUG_TEXT.index("products:") : DRUG_TEXT.index("limits:")]
    assert lint(drug={products: ""}) == [
        f"{REGIMEN}:23: made-up (intravenous infusion): drugs/made-up.yaml has no product for "
        "this route that is measured in mg",
        f"{REGIMEN}:35: made-up (oral): drugs/made-up.yaml has no product for "
        "this route that is measured in mg",
    ]


def test_a_product_in_another_measure_is_none(lint: Lint) -> None:
    assert lint(drug={"strengths: [100 mg]": "strengths: [100 units]"}) == [
        f"{REGIMEN}:23: made-up (intravenous infusion): drugs/made-up.yaml has no product for "
        "this route that is measured in mg",
    ]


def heavy(dose: str, total: str, at: str = "[before breakfast]") -> Changes:
    """Return another dose from 80 kg on, which no example has: only the rule looks at it."""
    light = "        dose: 30 mg\n"
    other = f"""\
      - drug: made-up
        route: oral
        when: {{weight: {{at_least: 80 kg}}}}
        dose: {dose}
        days: each day
        at: {at}
        per_course: {total}
        window: {{least_gap: 1 day, source: value}}
        source: label
examples:
"""
    return {light: f"        when: {{weight: {{below: 80 kg}}}}\n{light}", "examples:\n": other}


HALF = heavy("5 mg", "25 mg")


def test_a_dose_that_the_tablets_make_together_is_reachable(lint: Lint) -> None:
    # 35 mg is 25 mg and 10 mg.
    assert lint(regimen=heavy("35 mg", "175 mg")) == []


def test_an_amount_that_the_tablets_cannot_make_is_found(lint: Lint) -> None:
    # Of 10 and 25 mg no 5 mg can be made, only 10 mg or more.
    (found,) = lint(regimen=HALF)
    assert found.startswith(
        f"{REGIMEN}:46: made-up (oral): unreachable tablets: 5 mg cannot be made of 10 mg, 25 mg; "
    )


def test_an_amount_of_an_example_that_the_tablets_cannot_make_is_refused(lint: Lint) -> None:
    text = REGIMEN_TEXT.replace("made-up 30 mg", "made-up 5 mg").replace("150 mg", "25 mg")
    with pytest.raises(KnowledgeError, match=r"No tablets make 5.mg of made-up"):
        lint(regimen={REGIMEN_TEXT: text, "dose: 30 mg": "dose: 5 mg"})


def test_every_dose_that_a_taper_can_come_to_is_made_of_tablets(lint: Lint) -> None:
    # 2 mg/kg rounded to 5 mg, at most 40 mg. A small patient begins at 15 mg, and 10 mg less is
    # 5 mg, which 10 and 25 mg cannot make; the examples begin at 40 mg, and never come there.
    mouth = """\
        dose: 2 mg/kg
        weight: actual
        cap: {amount: 40 mg, source: value}
        round: {to: 5 mg, rule: nearest, over: dose, source: value}
"""
    text = (
        REGIMEN_TEXT.replace("        dose: 30 mg\n", mouth)
        .replace("per_course: 150 mg", "per_course: 10 mg/kg")
        .replace(
            "12-06 made-up 30 mg",
            "12-06 made-up 40 mg\n      - 2026-12-07 made-up 30 mg\n"
            "      - 2026-12-08 made-up 20 mg\n      - 2026-12-09 made-up 10 mg",
        )
        .replace(
            "examples:",
            "  - name: taper\n    taper: {reduces: by mouth, source: label, "
            "steps: [{by: 10 mg, each: 1 day, to: nothing}]}\nexamples:",
        )
    )
    (found,) = lint(regimen={REGIMEN_TEXT: text})
    assert "unreachable tablets: 5 mg cannot be made of 10 mg, 25 mg" in found


def test_only_scored_tablets_are_halved(lint: Lint) -> None:
    tablets = "{name: tablets, form: tablet, routes: [oral]"
    assert lint(regimen=HALF, drug={tablets: f"{tablets}, scored: true"}) == []
    assert len(lint(drug={"form: tablet": "form: capsule"})) == 1


def test_what_also_comes_as_a_liquid_can_be_measured_out(lint: Lint) -> None:
    bottle = "  - {name: drops, form: bottle, routes: [oral], strengths: [500 mg], source: label}\n"
    assert lint(regimen=HALF, drug={"limits:\n": f"{bottle}limits:\n"}) == []


def test_tablets_of_two_jurisdictions_are_not_put_together(lint: Lint) -> None:
    # 35 mg needs both strengths; no pharmacy has both.
    both = (
        "{name: tablets, form: tablet, routes: [oral], strengths: [10 mg, 25 mg]",
        "{name: a, form: tablet, routes: [oral], strengths: [10 mg], jurisdiction: EU, "
        "source: label}\n  - {name: b, form: tablet, routes: [oral], strengths: [25 mg], "
        "jurisdiction: US",
    )
    (found,) = lint(regimen=heavy("35 mg", "175 mg"), drug={both[0]: both[1]})
    assert "unreachable tablets: 35 mg cannot be made of 10 mg" in found
    assert lint(drug={"strengths: [10 mg]": "strengths: [5 mg]"}) == []


def test_a_dose_per_day_is_made_for_each_time(lint: Lint) -> None:
    # 30 mg a day in two doses is 15 mg each, which 10 and 25 mg cannot make.
    twice = heavy("30 mg/day", "150 mg", "[morning, evening]")
    (found,) = lint(regimen=twice)
    assert "unreachable tablets: 15 mg cannot be made of 10 mg, 25 mg" in found


@pytest.mark.parametrize(("step", "found"), [("10 mg", ""), ("5 mg", "5 mg cannot be made")])
def test_a_total_that_is_dealt_out_is_made_of_its_whole_steps(
    lint: Lint, step: str, found: str
) -> None:
    # 30 mg a day as 20 and 10 mg, of tablets of 10 mg; in steps of 5 mg it would be 15 mg twice
    rounded = f"round: {{to: {step}, rule: nearest, over: day, source: value}}"
    lacks = lint(regimen=heavy("30 mg/day", "150 mg", f"[morning, evening]\n        {rounded}"))
    assert [found in one for one in lacks] == [True] * bool(found)


def test_a_source_that_nobody_can_look_up_is_found_in_both_kinds_of_file(lint: Lint) -> None:
    said = (
        "source label: neither link nor place, and no word that it is from memory, proposed "
        "or worked by hand"
    )
    assert lint({", place: section 4.2": ""}, {', link: "https://example.org/label"': ""}) == [
        f"{REGIMEN}:8: {said}",
        f"{DRUG}:5: {said}",
    ]


@pytest.mark.parametrize(
    "cite", ["A value, from memory", "Proposed by the authors", "A sum, worked by hand"]
)
def test_a_source_may_say_in_words_where_it_is_from(lint: Lint, cite: str) -> None:
    assert lint({"cite: A label, place: section 4.2": f'cite: "{cite}"'}) == []


def test_an_unconfirmed_source_that_reads_like_a_confirmed_one_is_found(lint: Lint) -> None:
    assert lint(
        {"place: section 4.2, confirmed: true": "place: section 4.2, confirmed: false"}
    ) == [
        f"{REGIMEN}:8: source label: is unconfirmed, and its cite does not say so: write proposed, "
        "from memory, not seen, unreviewed, by hand or needs a clinician"
    ]


@pytest.mark.parametrize(
    "words",
    ["proposed", "from memory", "not seen", "unreviewed", "by hand", "needs a named clinician"],
)
def test_each_word_of_doubt_is_enough(lint: Lint, words: str) -> None:
    changed = f'cite: "A label ({words})", place: section 4.2, confirmed: false'
    assert lint({"cite: A label, place: section 4.2, confirmed: true": changed}) == []


def test_an_erratum_that_means_what_it_prints_is_found(lint: Lint) -> None:
    assert lint({"means: 2 mg/kg": "means: 2 g/kg"}) == [
        f'{REGIMEN}:13: erratum "2 g/kg": does not say what it must mean'
    ]


@pytest.mark.parametrize("means", ['""', '" "'])
def test_an_erratum_without_a_meaning_is_refused_where_it_is_read(lint: Lint, means: str) -> None:
    with pytest.raises(KnowledgeError, match=":13: errata 1 means: is empty"):
        lint({"means: 2 mg/kg": f"means: {means}"})


SECOND = REGIMEN_TEXT[REGIMEN_TEXT.index("  - patient: {weight: 50 kg") :]


def test_one_worked_example_is_too_few_for_a_dose_per_kg(lint: Lint) -> None:
    assert lint({SECOND: ""}) == [
        f"{REGIMEN}:24: made-up (intravenous infusion): a dose that depends on the patient needs "
        "2 worked examples, there is 1"
    ]


def test_one_worked_example_is_enough_for_a_fixed_dose(lint: Lint) -> None:
    by_vein = REGIMEN_TEXT[
        REGIMEN_TEXT.index("  - name: by vein") : REGIMEN_TEXT.index("  - name: by mouth")
    ]
    changes = {
        SECOND: "",
        by_vein: "",
        "      - 2026-11-30 to 2026-12-01 made-up 140 mg\n": "",
        "2026-12-02 to 2026-12-06": "2026-11-30 to 2026-12-04",
    }
    assert lint(changes) == []


CHECKS = "prerequisites:\n  - {what: full blood count, before: first dose, source: label}\n"


def test_a_regimen_that_watches_nothing_is_found(lint: Lint) -> None:
    (found,) = lint({CHECKS: ""})
    assert found.startswith(f"{REGIMEN}:")
    assert found.endswith(": no check before a dose and no monitoring at all")


def test_monitoring_alone_is_enough(lint: Lint) -> None:
    monitor = (
        "    monitor:\n      - {what: blood count, days: [1], before_dose: true, source: label}\n"
        "  - name: by mouth"
    )
    assert lint({CHECKS: "", "  - name: by mouth": monitor}) == []


def test_a_review_is_overdue_on_the_day_after_it_was_due(lint: Lint) -> None:
    assert lint({"due: 2199-12-31": "due: 2026-11-20"}) == []
    assert lint({"due: 2026-11-20": "due: 2026-11-19"}) == [
        f"{REGIMEN}:6: review overdue since 19-Nov-2026"
    ]


def test_a_review_without_a_window_of_open_days_is_found(lint: Lint) -> None:
    review = "{what: clinic review, kind: review, days: [1], at: [infusion], source: label}"
    expected = {
        f"2026-11-30 to 2026-12-01 made-up {dose}": (
            f"2026-11-30 made-up {dose}\n      - 2026-11-30 clinic review\n"
            f"      - 2026-12-01 made-up {dose}"
        )
        for dose in ("140 mg", "100 mg")
    }
    added = {"  - name: by mouth": f"    procedures:\n      - {review}\n  - name: by mouth"}
    (found,) = lint({**added, **expected})
    assert found.endswith(": clinic review: does not say how far it may lie from its day")
    window = "window: {early: 3 days, source: value}, source: label}"
    assert lint({"at: [infusion], source: label}": f"at: [infusion], {window}"}) == []


WINDOW = "        window: {least_gap: 1 day, source: value}\n"


def test_a_repeated_dose_without_a_window_is_found(lint: Lint) -> None:
    assert lint({WINDOW: ""}) == [
        f"{REGIMEN}:26: made-up (intravenous infusion): is given repeatedly and has no window"
    ]
    assert len(lint({WINDOW: ""})) == 2


def test_a_dose_on_one_day_of_several_cycles_is_a_repeated_one(lint: Lint) -> None:
    once = {
        "days: [1, 2]": "days: [1]",
        "per_course: 4 mg/kg": "per_course: 2 mg/kg",
        WINDOW: "",
        "2026-11-30 to 2026-12-01 made-up 140": "2026-11-30 made-up 140",
        "2026-12-02 to 2026-12-06": "2026-12-01 to 2026-12-05",
        "2026-11-30 to 2026-12-01 made-up 100": "2026-11-30 made-up 100",
        "2026-12-02 to 2026-12-06 ": "2026-12-01 to 2026-12-05 ",
    }
    assert lint(once) == []
    cycles = {
        "- name: by vein": "- name: by vein\n    cycle: {every: 1 day, count: 2}",
        "per_course: 2 mg/kg": "per_course: 4 mg/kg",
        "2026-11-30 made-up 140": "2026-11-30 to 2026-12-01 made-up 140",
        "2026-12-01 to 2026-12-05": "2026-12-02 to 2026-12-06",
        "2026-11-30 made-up 100": "2026-11-30 to 2026-12-01 made-up 100",
        "2026-12-01 to 2026-12-05 ": "2026-12-02 to 2026-12-06 ",
    }
    (found,) = lint(cycles)
    assert found.endswith("is given repeatedly and has no window")


def test_the_files_of_the_library_keep_every_rule() -> None:
    assert findings(whole_library(), ROOT, TODAY) == []


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_that_a_drug_file_leaves_out_is_found(lint: Lint, question: str) -> None:
    assert lint({}, {f"  {question}: no source found\n": ""}) == [
        f'{DRUG}:14: {question}: is missing; write answers, or "no source found"'
    ]


def test_the_command_says_that_every_rule_is_kept(
    small: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    read_anew(small)
    assert main(["--library", str(small), "check", "--strict"]) == 0
    assert capsys.readouterr().out == (
        "1 regimens and 1 drugs hold; 2 worked examples reproduce; "
        "every rule for authors is kept.\n"
        "New since release 0.1.0: regimens/made-up, drugs/made-up.\n"
    )


def test_the_command_names_file_and_line_and_asks_the_clock(
    small: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = REGIMEN_TEXT.replace("due: 2199-12-31", "due: 2000-01-31")
    (small / REGIMEN).write_text(text, encoding="utf-8")
    read_anew(small)
    assert main(["--library", str(small), "check"]) == 0
    capsys.readouterr()
    assert main(["--library", str(small), "check", "--strict"]) == 2
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", f"{REGIMEN}:6: review overdue since 31-Jan-2000\n")
    assert main(["--library", str(small), "check", "--strict", "--json"]) == 2
    assert json.loads(capsys.readouterr().out) == {
        "regimens": 1,
        "drugs": 1,
        "examples": 2,
        "problems": [f"{REGIMEN}:6: review overdue since 31-Jan-2000"],
        "since_release": ["New since release 0.1.0: regimens/made-up, drugs/made-up."],
    }


def test_what_does_not_hold_at_all_is_said_before_any_rule(
    small: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = REGIMEN_TEXT.replace("due: 2199-12-31", "due: 2000-01-31")
    text = text.replace("dose: 30 mg", "dose: 30 MG")
    (small / REGIMEN).write_text(text, encoding="utf-8")
    assert main(["--library", str(small), "check", "--strict"]) == 2
    (problem,) = capsys.readouterr().err.splitlines()
    assert problem.startswith(f"{REGIMEN}:36: phases 2 medicines 1 dose: ")
