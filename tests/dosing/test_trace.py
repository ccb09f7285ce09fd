from __future__ import annotations

import numpy as np

from dosing.errors import KnowledgeError
from dosing.trace import (
    ARITHMETIC,
    TYPED,
    Derivation,
    Finding,
    RefusedError,
    Source,
    Step,
    after_the_fact,
    not_stopped,
    note,
    stop,
    stops,
    warn,
)
from dosing.units import MG, G, quantity
from tests.support.made_up import spoken

LABEL = Source(cite="A label", place="section 4.2", confirmed=True)


def test_a_source_gives_citation_and_place() -> None:
    assert str(LABEL) == "A label, section 4.2"
    assert str(Source(cite="A label", confirmed=True)) == "A label"


def test_a_source_that_nobody_has_seen_says_so() -> None:
    assert str(Source(cite="A label")) == "A label (unconfirmed)"
    assert str(Source(cite="A label", place="p. 3")) == "A label, p. 3 (unconfirmed)"


def test_what_was_typed_and_what_is_arithmetic_need_no_confirmation() -> None:
    assert (str(TYPED), str(ARITHMETIC)) == ("as entered", "arithmetic")


def test_a_step_says_what_came_out_and_why() -> None:
    step = Step(
        what="held at the cap",
        value=quantity(1000.0, MG),
        source=LABEL,
        because="{} is above the cap of {}",
        of=(quantity(1234.5678, MG), quantity(1.0, G)),
    )
    assert {key: spoken(text) for key, text in step.as_dict().items()} == {
        "what": "held at the cap",
        "value": "1,000 mg",
        "why": "1,234.6 mg is above the cap of 1 g",
        "source": "A label, section 4.2",
    }


def test_a_reason_with_braces_is_shown_as_it_was_typed() -> None:
    step = Step(what="adjusted", value="75 %", because="stage {3} {} {x", source=TYPED)
    assert step.why == "stage {3} {} {x"


def test_a_step_for_a_column_says_how_many_values_it_has() -> None:
    column = quantity(np.array([1.0, 2.0, 3.0]), MG)
    step = Step(what="x", value=column, because="from {}", of=(column,), source=TYPED)
    assert step.value_text == "a column of 3"
    assert step.why == "from a column of 3"


def test_a_finding_is_one_line_with_level_sentence_and_code() -> None:
    finding = Finding(level="WARN", code="dose.deviation", text="It moved.", source=LABEL)
    assert str(finding) == "WARN It moved. [dose.deviation]"
    assert finding.as_dict() == {
        "level": "WARN",
        "code": "dose.deviation",
        "text": "It moved.",
        "source": "A label, section 4.2",
    }


def test_only_a_stop_stops() -> None:
    found = tuple(
        Finding(level=level, code=level, text="x", source=LABEL)
        for level in ("NOTE", "STOP", "WARN", "STOP")
    )
    assert stops(found) == (found[1], found[3])
    assert stops(found[:1]) == ()
    assert str(RefusedError(*stops(found))) == "STOP x [STOP]\nSTOP x [STOP]"


def test_a_derivation_keeps_its_steps_in_order_and_each_finding_once() -> None:
    first = Step(what="a", value="1", because="typed", source=TYPED)
    derivation = Derivation(first)
    derivation.step("b", "2", because="from {}", of=("1",), source=ARITHMETIC)
    derivation.stop("one", "It stops.", LABEL)
    derivation.note("two", "It is so.", LABEL)
    derivation.extend([warn("three", "It may be.", LABEL), warn("two", "It is so.", LABEL)])
    assert [step.why for step in derivation.steps] == ["typed", "from 1"]
    assert [str(finding) for finding in derivation.findings] == [
        "STOP It stops. [one]",
        "NOTE It is so. [two]",
        "WARN It may be. [three]",
    ]


def test_what_was_given_is_recorded_though_it_would_have_been_stopped() -> None:
    found = (note("a", "x", LABEL), warn("b", "x", LABEL), stop("c", "x", LABEL))
    after = after_the_fact(found)
    assert [(one.level, one.code) for one in after] == [("NOTE", "a"), ("WARN", "b"), ("WARN", "c")]
    assert found[2].level == "STOP"


def test_a_warning_of_a_derivation_has_to_be_acknowledged() -> None:
    derivation = Derivation()
    derivation.warn("one", "It may be.", LABEL)
    (found,) = derivation.findings
    assert (found.level, found.rows) == ("WARN", None)


def test_a_derivation_adds_only_what_holds_and_says_for_which_rows() -> None:
    derivation = Derivation()
    derivation.warn("no", "It does not hold.", LABEL, rows=False)
    derivation.warn("none", "It holds nowhere.", LABEL, rows=np.array([False, False]))
    derivation.stop("one", "It holds.", LABEL, rows=np.True_)
    derivation.stop("some", "It holds for some.", LABEL, rows=np.array([False, True]))
    one, some = derivation.findings
    assert (one.code, one.rows) == ("one", None)
    assert some.code == "some"
    assert some.rows is not None
    assert some.rows.tolist() == [False, True]


def test_the_problems_of_a_file_are_one_line_each() -> None:
    error = KnowledgeError("regimens/x.yaml:14: no", "drugs/y.yaml:2: no")
    assert str(error).splitlines() == list(error.problems)


def test_what_nothing_stops_is_said_of_one_value_and_of_each_row() -> None:
    first, second = np.array([True, False, False]), np.array([False, True, False])
    assert not_stopped([]) is True
    assert not_stopped([warn("a.b", "Look.", TYPED)]) is True
    assert not_stopped([stop("a.b", "No.", TYPED)]) is False
    found = [stop("a.b", "No.", TYPED, first), stop("a.c", "No.", TYPED, second)]
    assert not_stopped(found).tolist() == [False, False, True]
    assert not_stopped([stop("a.b", "No.", TYPED), found[0]]).tolist() == [False] * 3
