"""What was looked at in a patient: the eight questions of each drug, and the ledger of facts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dosing.drugs.safety import NO_SOURCE, NOT_ANSWERED, QUESTIONS, STATES
from schedules.course.course import Course
from schedules.course.ledger import LedgerLine
from schedules.course.safety import NOT_ASKED, NOT_KNOWN

_IN_PART = "in part"
_NOT_LOOKED_AT = (_IN_PART, NOT_ASKED, NOT_ANSWERED, NO_SOURCE)
_REST = "; not entered: "


def looked_at(course: Course) -> list[str]:
    """Return a line for each drug: how many of its questions were looked at, and which not."""
    return [_line(course.drugs[name].name, own) for name, own in course.questions.items()]


def _line(drug: str, questions: Mapping[str, str]) -> str:
    left: dict[str, list[str]] = {state: [] for state in _NOT_LOOKED_AT}
    asked = 0
    for question in QUESTIONS:
        told = questions[question]
        if told in left:
            left[told].append(question)
            continue
        _, partly, rest = told.partition(_REST)
        if partly or NOT_KNOWN in told:
            left[_IN_PART].append(question)
            left[NOT_ASKED] += [name for name in rest.split(", ") if name in STATES]
        else:
            asked += 1
    rests = [f"{state}: {', '.join(names)}" for state, names in left.items() if names]
    return f"{drug}: {'; '.join((f'{asked} of {len(QUESTIONS)} questions looked at', *rests))}"


def ledger_rows(course: Course) -> Iterator[tuple[str, str, str]]:
    """Yield each fact that was entered, which rules looked at it, and what it led to in words."""
    levels = {finding.code: finding.level for finding in course.findings}
    for line in course.ledger:
        yield str(line.fact), _used_by(line), _led_to(line, levels)


def _used_by(line: LedgerLine) -> str:
    """Return the rules, those of one drug together: rituximab: age, infection."""
    questions: dict[str, list[str]] = {}
    for rule in line.used_by:
        drug, _, question = rule.partition(": ")
        questions.setdefault(drug, []).extend([question] if question else [])
    words = (f"{rule}: {', '.join(own)}" if own else rule for rule, own in questions.items())
    return "; ".join(words) or line.unused


def _led_to(line: LedgerLine, levels: Mapping[str, str]) -> str:
    """Return what it led to, the findings by their level: doses, 1 STOP, 2 NOTE."""
    codes = [levels.get(code) for code in line.led_to]
    words = [code for code in line.led_to if code not in levels]
    words += [f"{n} {level}" for level in ("STOP", "WARN", "NOTE") if (n := codes.count(level))]
    return ", ".join(words) or "nothing"


def not_asked(course: Course) -> Iterator[str]:
    """Yield what nobody asked for any of the drugs: questions, and parts of one."""
    for own in course.questions.values():
        for question, told in own.items():
            if told == NOT_ASKED:
                yield question
            _, _, rest = told.partition(_REST)
            yield from (name for name in rest.split(", ") if name in STATES)
