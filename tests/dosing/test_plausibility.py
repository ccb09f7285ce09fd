"""The numbers that somebody decided: their file is refused where it could mean something else."""

from __future__ import annotations

from pathlib import Path

import pytest

import dosing.plausibility
from dosing.errors import KnowledgeError
from dosing.plausibility import PLAUSIBLE, PROPOSED, read_plausibility

FILE = Path(dosing.plausibility.__file__).with_name("plausibility.toml")
TEXT = FILE.read_text(encoding="utf-8")


def problems(old: str, new: str) -> tuple[str, ...]:
    assert TEXT.count(old) == 1, old
    with pytest.raises(KnowledgeError) as raised:
        read_plausibility(TEXT.replace(old, new), "p.toml")
    return raised.value.problems


def test_the_file_as_it_is_shipped_is_read() -> None:
    assert read_plausibility(TEXT, "p.toml") == PLAUSIBLE


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            "within_percent = 5\n",
            "within_percents = 5\n",
            "p.toml: near_an_edge.within_percents: is not a word that is known here",
        ),
        (
            "[drops]\n",
            "[pumps]\nfastest = 5\n[drops]\n",
            "p.toml: pumps: is not a word that is known here",
        ),
        (
            'age = { low = "0 years", high = "125 years" }',
            'age = { low = "0 years", high = "125 years", usual = "48 years" }',
            "p.toml: possible.age.usual: is not a word that is known here",
        ),
    ],
)
def test_a_word_that_is_not_known_is_refused(old: str, new: str, problem: str) -> None:
    assert problem in problems(old, new)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            '[drops]\nsource = "proposed"\n',
            "[drops]\n",
            "p.toml: drops.source: is missing",
        ),
        (
            'cortisone = { mg = 25, source = "from-memory" }',
            "cortisone = { mg = 25 }",
            "p.toml: steroids.cortisone.source: is missing",
        ),
        (
            '[drops]\nsource = "proposed"\n',
            '[drops]\nsource = "a guideline"\n',
            'p.toml: drops.source: no source is named "a guideline"',
        ),
        (
            'sign-off"\nconfirmed = false\n',
            'sign-off"\n',
            "p.toml: sources.proposed.confirmed: is missing",
        ),
    ],
)
def test_a_number_without_its_source_is_refused(old: str, new: str, problem: str) -> None:
    assert problems(old, new) == (problem,)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            'weight = { low = "0.3 kg", high = "650 kg" }',
            'weight = { low = "651 kg", high = "650000 g" }',
            "p.toml: possible.weight: low 651 kg is above high 650000 g",
        ),
        (
            "common = { low = 13, high = 35 }",
            "common = { low = 35, high = 13 }",
            "p.toml: body_mass_index.common: low 35 is above high 13",
        ),
        (
            "low = 1900-01-01\n",
            "low = 2200-01-01\n",
            "p.toml: dates: low 2200-01-01 is above high 2199-12-31",
        ),
        (
            "not_rare = { low = 11, high = 50 }",
            "not_rare = { low = 11, high = 111 }",
            "p.toml: body_mass_index: not_rare lies outside possible",
        ),
        (
            "common = { low = 13, high = 35 }",
            "common = { low = 10, high = 35 }",
            "p.toml: body_mass_index: common lies outside not_rare",
        ),
    ],
)
def test_bounds_that_are_reversed_are_refused(old: str, new: str, problem: str) -> None:
    assert problems(old, new) == (problem,)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            'height = { low = "20 cm"',
            "height = { low = 20",
            "p.toml: possible.height.low: height",
        ),
        ("usual_fraction = 0.4", "usual_fraction = 40", "p.toml: adjusted_weight.usual_fraction"),
        (
            "countable_per_minute = 100",
            'countable_per_minute = "100"',
            "p.toml: drops.countable_per_minute",
        ),
        ("resume_percent = 50", "resume_percent = 101", "p.toml: after_a_reaction.resume_percent"),
        ("resume_percent = 50", "resume_percent = 0", "p.toml: after_a_reaction.resume_percent"),
        ("resume_percent = 50", "resume_percent = 50.0", "p.toml: after_a_reaction.resume_percent"),
        ("usual_fraction = 0.4", "usual_fraction = 40.0", "p.toml: adjusted_weight.usual_fraction"),
        ("usual_fraction = 0.4", "usual_fraction = 0.0", "p.toml: adjusted_weight.usual_fraction"),
        ("usual_fraction = 0.4", "usual_fraction = 1.0", "p.toml: adjusted_weight.usual_fraction"),
        (
            "countable_per_minute = 100",
            "countable_per_minute = 0",
            "p.toml: drops.countable_per_minute: is not a whole number above 0",
        ),
        (
            "words = [",
            "words = []\nmore = [",
            "p.toml: wasted_muscle.words: is not a list of words",
        ),
        (
            "words = [",
            'words = "porphyria"\nmore = [',
            "p.toml: wasted_muscle.words: is not a list of words",
        ),
        ('"porphyria"', '" "', 'p.toml: wasted_muscle.words.13: " " is not a word'),
        (
            'cite = "Table of equivalent corticosteroid doses, from memory"',
            "cite = 1995",
            "p.toml: sources.from-memory.cite: is not a text",
        ),
        (
            'cite = "Table of equivalent corticosteroid doses, from memory"',
            'cite = ""',
            "p.toml: sources.from-memory.cite: is not a text",
        ),
        (
            "prednisolone = { mg = 5, source",
            "prednisolon = { mg = 5, source",
            "p.toml: steroids: prednisolone is the measure, 5 mg",
        ),
        (
            '"porphyria"',
            '"Porphyria"',
            'p.toml: wasted_muscle.words.13: "Porphyria" is not a word in small letters',
        ),
        (
            "prednisolone = { mg = 5, source",
            "prednisolone = { mg = 6, source",
            "p.toml: steroids: prednisolone is the measure, 5 mg",
        ),
        (
            "within_percent = 5\n",
            "within_percent = true\n",
            "p.toml: near_an_edge.within_percent: is not a number above 0",
        ),
        (
            "within_percent = 5\n",
            "within_percent = inf\n",
            "p.toml: near_an_edge.within_percent: is not a number above 0",
        ),
        (
            "low = 1900-01-01\n",
            "low = 1900-01-01T00:00:00\n",
            "p.toml: dates.low: is not a date",
        ),
        ("[drops]\n", "[[drops]]\n", "p.toml: drops: is not a table"),
        ("[drops]", "[drops", "p.toml: "),
    ],
)
def test_a_value_that_cannot_be_meant_is_refused(old: str, new: str, problem: str) -> None:
    line, *others = problems(old, new)
    assert line.startswith(problem)
    # Where a list was renamed to put another in its place.
    assert others in ([], ["p.toml: wasted_muscle.more: is not a word that is known here"])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("resume_percent = 50", "resume_percent = 100"),
        ("resume_percent = 50", "resume_percent = 1"),
        ("countable_per_minute = 100", "countable_per_minute = 1"),
        ("not_rare = { low = 11, high = 50 }", "not_rare = { low = 13, high = 35 }"),
        ("not_rare = { low = 11, high = 50 }", "not_rare = { low = 5, high = 110 }"),
        ("common = { low = 13, high = 35 }", "common = { low = 20, high = 20 }"),
    ],
)
def test_a_value_at_the_edge_of_what_can_be_meant_is_read(old: str, new: str) -> None:
    assert TEXT.count(old) == 1, old
    assert read_plausibility(TEXT.replace(old, new), "p.toml") != PLAUSIBLE


def test_a_decided_number_is_changed_in_its_file_alone() -> None:
    with pytest.raises(AttributeError, match="countable_per_minute stands in plausibility"):
        PLAUSIBLE.drops.countable_per_minute = 200
    assert PLAUSIBLE.drops.countable_per_minute == 100


def test_every_problem_is_named_at_once() -> None:
    text = TEXT.replace("within_percent = 0.1", "").replace("mg = 25,", "mg = 0,")
    with pytest.raises(KnowledgeError) as raised:
        read_plausibility(text, "p.toml")
    assert [line.split(": ")[1] for line in raised.value.problems] == [
        "total_as_one_dose.within_percent",
        "steroids.cortisone.mg",
    ]


def test_what_nobody_has_seen_in_a_source_stays_unconfirmed() -> None:
    assert not PROPOSED.confirmed
    unconfirmed = {name for name, one in PLAUSIBLE.steroids.items() if not one.source.confirmed}
    assert unconfirmed == {"cortisone", "deflazacort"}
