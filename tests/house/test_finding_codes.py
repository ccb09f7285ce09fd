"""The page of finding codes names every finding, however the code makes it."""

from __future__ import annotations

import functools
import re
from pathlib import Path

import pytest

from docs.making.finding_codes import Raised, action_key, raised_findings, read_actions
from tests.support.places import ROOT, TESTS
from tests.support.planning import example_of

PLACEHOLDER = re.compile(r"\\\{[^}]*\\\}")
WORDS = r"[A-Za-z0-9_.-]+"


@functools.cache
def patterns() -> list[tuple[re.Pattern[str], Raised]]:
    """Return a pattern for the code of each finding that the program can raise."""
    return [
        (re.compile(PLACEHOLDER.sub(WORDS, re.escape(one.code))), one)
        for one in raised_findings(ROOT)
    ]


SHAPES = """
from dosing.trace import Finding, note, stop, warn

CONSTANT = note("shape.constant", "A sentence.", SOURCE)

def by_branch(late):
    side, than = ("late", "later") if late > 0 else ("early", "earlier")
    return warn(f"shape.{side}", f"{show(dose, 5)} is {than}.", SOURCE)

def in_a_loop():
    for code, words in (("shape.one", "first"), ("shape.two", "second")):
        yield stop(code, f"The {words} sentence.", SOURCE)

def handed_down(level, code, text):
    return Finding(level=level, code=code, text=text, source=SOURCE)

def caller(rule):
    yield handed_down("STOP", "shape.handed", "Handed down.")
    yield handed_down(rule.level, f"shape.{rule.name.replace('-', '_')}", rule.text)

def by_a_table(level):
    return Finding(level=level, code=f"shape.{_CODES[level]}.end", text="Judged.", source=SOURCE)

_CODES = {"WARN": "usual", "STOP": "hard"}

def set_again(step):
    text = "No step."
    if step:
        text = "A step."
    yield Finding(level="WARN" if step else "NOTE", code="shape.set", text=text, source=SOURCE)

def by_a_variable(given):
    level = warn if given else stop
    yield level("shape.variable", "Too near.", SOURCE)

def by_a_method(derivation, confirmed):
    add, ask = derivation.warn, ""
    if not confirmed:
        add, ask = derivation.stop, " Confirm it."
    add("shape.method", f"Rare.{ask}", SOURCE)

class Held:
    drug: str
    code: str

    def findings(self):
        yield warn(f"{self.code}.unknown", "Held by an object.", SOURCE)

def made(name):
    code = f"shape.{name}"
    yield from Held(drug=name, code=code).findings()
"""


def test_the_shapes_in_which_a_finding_is_made_are_read(tmp_path: Path) -> None:
    (tmp_path / "dosing").mkdir()
    (tmp_path / "dosing" / "shapes.py").write_text(SHAPES, encoding="utf-8")
    raised = {one.code: (one.levels, one.sentences) for one in raised_findings(tmp_path)}
    assert raised == {
        "shape.constant": (("NOTE",), ("A sentence.",)),
        "shape.late": (("WARN",), ("{dose} is later.",)),
        "shape.early": (("WARN",), ("{dose} is earlier.",)),
        "shape.one": (("STOP",), ("The first sentence.",)),
        "shape.two": (("STOP",), ("The second sentence.",)),
        "shape.handed": (("STOP",), ("Handed down.",)),
        "shape.{name}": (("as the file states",), ("{text}",)),
        "shape.{name}.unknown": (("WARN",), ("Held by an object.",)),
        "shape.method": (("WARN", "STOP"), ("Rare. Confirm it.", "Rare.")),
        "shape.variable": (("WARN", "STOP"), ("Too near.",)),
        "shape.usual.end": (("WARN",), ("Judged.",)),
        "shape.hard.end": (("STOP",), ("Judged.",)),
        "shape.set": (("NOTE", "WARN"), ("A step.", "No step.")),
    }


def test_each_code_says_what_to_do_and_nothing_is_said_of_a_code_that_is_gone() -> None:
    actions = read_actions(ROOT)
    used = {one.code: action_key(one.code, actions) for one in raised_findings(ROOT)}
    assert [code for code, key in used.items() if key is None] == []
    assert set(actions) - set(used.values()) == set()


@pytest.mark.parametrize(
    "regimen",
    [
        "amitriptyline-ladder",
        "azathioprine",
        "ciclosporin-start",
        "cyclophosphamide-monthly-mesna",
        "gabapentin-renal-eu",
        "immunoglobulin-5-days",
        "inebilizumab",
        "plasma-exchange-twice-then-cyclophosphamide",
        "prednisolone-alternate-days",
        "rozanolixizumab-us",
    ],
)
def test_every_finding_of_a_course_is_on_the_page_with_its_level(regimen: str) -> None:
    course = example_of(regimen)
    findings = [*course.findings, *(f for row in course.rows for f in row.dose.findings)]
    assert findings
    for finding in findings:
        rows = [one for pattern, one in patterns() if pattern.fullmatch(finding.code)]
        assert rows, finding.code
        levels = {level for one in rows for level in one.levels}
        assert levels & {finding.level, "as the file states"}, finding


def test_every_code_that_a_test_asks_for_is_on_the_page() -> None:
    quoted = re.compile(r"\bcode == \"([a-z_]+\.[a-z0-9_.]+)\"|\bcode=\"([a-z_]+\.[a-z0-9_.]+)\"")
    codes = {
        one or other
        for path in TESTS.rglob("test_*.py")
        if path != Path(__file__)
        for one, other in quoted.findall(path.read_text(encoding="utf-8"))
    }
    assert len(codes) > 5
    unknown = {c for c in codes if not any(pattern.fullmatch(c) for pattern, _ in patterns())}
    assert unknown == set()
