"""The answer card: the dose as the largest thing on the page, and how it came about."""

from __future__ import annotations

import datetime as dt
import functools
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import htpy as h
import streamlit as st

from dosing.errors import Problem
from dosing.trace import SHOWN_DIGITS, Source, Step
from dosing.units import Quantity, show
from schedules.course.course import Course
from schedules.knowledge.regimen import Regimen
from schedules.review.dispensing import dispensing
from schedules.review.summary import Group, Procedures, groups, procedures
from screens.marks import (
    agreement,
    badge,
    render,
    show_html,
    source_mark,
    status_badge,
    table,
    whole,
    with_whole_dates,
)
from screens.parts.aloud import in_words, read_out
from screens.parts.ledger import looked_at_lines

DERIVATION = "How this number was calculated"

# Of the headings of a page; a part of a page has its own one below.
_PAGE_LEVEL = 2
_LINES_AT_ONCE = 3
_HEADS_KEPT = 100


def unbroken(texts: Sequence[str]) -> list[h.Node]:
    """Return amounts, each of which stays whole at the end of a line."""
    return [[" " if at else "", whole(text)] for at, text in enumerate(texts)]


def dose_heading(texts: Sequence[str], kind: str = "") -> h.Renderable:
    """Return amounts as the heading of an answer; a screen reader says their units in words."""
    said = in_words(" ".join(texts))
    return h.p(class_=f"dose {kind}".strip(), role="heading", aria_level="2", aria_label=said)[
        unbroken(texts)
    ]


def regimen_head(regimen: Regimen, *, other_dose: str = "", level: int = _PAGE_LEVEL) -> h.Node:
    """Return the title of a regimen with its status, version, sources and errata."""
    errata = tuple((one.why, regimen.source(one.says)) for one in regimen.errata)
    badges = (
        f"version {regimen.version}",
        f"{len(regimen.sources)} sources",
        f"{len(errata)} {'erratum' if len(errata) == 1 else 'errata'}",
    )
    return _head(regimen.title, regimen.status, badges, errata, other_dose, level)


# It stays as it is while a patient is typed: it is not written anew at every letter.
@functools.lru_cache(maxsize=_HEADS_KEPT)
def _head(
    heading: str,
    status: str,
    badges: tuple[str, ...],
    errata: tuple[tuple[str, Source], ...],
    other_dose: str,
    level: int,
) -> h.Node:
    first = [badge(f"another dose: {other_dose}", "marked")] if other_dose else []
    every = [*first, status_badge(status), *map(badge, badges)]
    head = h.header(".head")[
        (h.h2 if level == _PAGE_LEVEL else h.h3)[heading],
        h.p(".badges")[[[one, " "] for one in every]],
        [
            h.p(".erratum")[h.span(".word")["Erratum"], f" {why} ", source_mark(source)]
            for why, source in errata
        ],
    ]
    return head.__html__()


def answer_card(course: Course, today: dt.date) -> None:
    """Show the doses of a course, each medicine on a line of its own, and how they came about.

    Of many lines the first and that of today are shown, and the others unfold.
    """
    doses = groups(course)
    with st.container(key="answer", gap="small"):
        # Its form is not printed with it, and a dose without its label is anybody's.
        show_html(
            h.p(".only-printed")[f"{course.plan.patient.label}, a page of the screen"],
            _lines(course, doses, today),
            looked_at_lines(course),
        )
        read_out([f"{group.first.name}, {' '.join(group.amounts)}" for group in doses])
        if doses:
            with st.container(horizontal=True, key="answer-more"):
                how = st.expander(DERIVATION, key="derivation", on_change="rerun")
                packs = st.expander(
                    "What to prepare and dispense", key="dispensing", on_change="rerun"
                )
            if how.open:
                how.html(render([_derivation(group, named=len(doses) > 1) for group in doses]))
            if packs.open:
                packs.html(render(_dispensing(course)))


def _lines(course: Course, doses: Sequence[Group], today: dt.date) -> h.Node:
    """Return doses, procedures and reviews; many as rows, so that the calendar stays in reach."""
    others = procedures(course)
    lines = [
        *(_group(group, course, named=len(doses) > 1) for group in doses),
        *map(_procedure, others),
    ]
    if len(lines) < _LINES_AT_ONCE:
        return lines
    kinds = ["step"] * len(doses) + [group.kind for group in others]
    at_once = _shown_at_once(doses, kinds, today)
    folded = [at for at in range(len(lines)) if at not in at_once]
    more = " and ".join(
        f"{count} {kind}{'' if count == 1 else 's'}"
        for kind, count in Counter(kinds[at] for at in folded).items()
    )
    return h.div(".as-rows")[
        [lines[at] for at in at_once],
        h.details(".folded.more")[h.summary[f"{more} more"], [lines[at] for at in folded]]
        if folded
        else None,
    ]


def _shown_at_once(doses: Sequence[Group], kinds: Sequence[str], today: dt.date) -> list[int]:
    """Return which lines are not folded: the first of each drug, those of today, the first ones.

    A review is the first to be folded: it is no dose, and stands in the calendar.
    """
    if len(kinds) <= _LINES_AT_ONCE:
        return list(range(len(kinds)))
    drugs = [group.first.drug for group in doses]
    needed = {drugs.index(drug) for drug in drugs}
    needed |= {
        at for at, group in enumerate(doses) if group.rows[0].date <= today <= group.rows[-1].date
    }
    rest = [at for at, kind in enumerate(kinds) if at not in needed and kind != "review"]
    return sorted([*needed, *rest[: max(0, _LINES_AT_ONCE - len(needed))]])


def _dispensing(course: Course) -> h.Renderable:
    """Return the packs of the course by strength, with the notes on them."""
    dispensed = dispensing(course)
    rows = [
        [
            row.drug_name,
            row.product,
            _amount(row.strength),
            f"{row.count:,}",
            _amount(row.total),
            _amount(row.waste) if row.waste.magnitude else "nothing",
            f"only if {row.condition}" if row.condition else "",
        ]
        for row in dispensed.rows
    ]
    head = ["Drug", "Product", "Strength", "Packs", "In all", "Left over", "Depends on"]
    packs = table(head, rows, caption="What to prepare and dispense", wide=True) if rows else ""
    return h.fragment[packs, [h.p(".quiet")[note] for note in dispensed.notes]]


def _amount(amount: Quantity) -> h.Renderable:
    return whole(show(amount, SHOWN_DIGITS + 1))


def _procedure(group: Procedures) -> h.Renderable:
    return h.section(".group")[
        h.p(".phase")[h.strong[group.phase], f" {group.kind}"],
        h.p(".review")[group.what],
        h.p(".pattern")[with_whole_dates(group.pattern)],
    ]


def _group(group: Group, course: Course, *, named: bool) -> h.Renderable:
    first = group.first
    condition: h.Node = [" ", h.strong[f"only if {first.condition}"]] if first.condition else None
    phase: h.Node = [h.strong[group.phase], " "] if named else None
    return h.section(".group")[
        h.p(".phase")[phase, f"{first.name}, {first.route}", condition],
        dose_heading(group.amounts, "many" if group.dealt else ""),
        h.p(".pattern")[with_whole_dates(group.pattern)],
        h.ul(".facts")[_facts(group, course)],
        _taper_lines(group) if group.tapered else None,
    ]


def _facts(group: Group, course: Course) -> list[h.Renderable]:
    packs = group.packs(course.drugs[group.first.drug], course.plan.site)
    texts = [f"{text}: {packed}" if group.dealt else packed for text, packed in packs]
    facts: list[h.Node] = [group.booked, group.basis, group.deviation]
    if not group.tapered:
        facts.append("; ".join(texts))
    if group.agreed:
        facts.append(agreement())
    return [h.li[fact] for fact in facts if fact]


def _taper_lines(group: Group) -> h.Renderable:
    """Return every step of a taper with its tablets: what a person at home has to count out."""
    levels = group.levels
    steps = h.ol(".facts")[
        [
            h.li[
                h.strong(".whole")[dose],
                f" from {since}{': ' if tablets else ''}{tablets}",
            ]
            for since, dose, tablets in levels
        ]
    ]
    if len(levels) <= _LINES_AT_ONCE:
        return steps
    return h.details(".folded.more")[h.summary[f"All {len(levels)} steps"], steps]


def _derivation(group: Group, *, named: bool) -> h.Renderable:
    return h.fragment[h.h3(".small")[group.phase] if named else None, steps_table(group.steps)]


def steps_table(steps: Iterable[Step]) -> h.Renderable:
    """Return the steps of a dose as a table: what, value, why, source."""
    rows: list[list[h.Node]] = [
        [step.what, whole(step.value_text), step.why, source_mark(step.source)] for step in steps
    ]
    return table(["Step", "Value", "Why", "Source"], rows, caption=DERIVATION)


def needed_panel(problems: Iterable[Problem], questions: Mapping[str, str]) -> h.Renderable:
    """Return, for the place of the answer, what is missing and what cannot be used.

    Args:
        problems: all of them; the same one is listed once.
        questions: the question for a field whose name is not the one on the screen.
    """
    unique = list(dict.fromkeys(problems))
    wrong = [problem for problem in unique if problem.typed]
    fields = {problem.field for problem in wrong}
    missing = [p for p in unique if not p.typed and p.field not in fields]
    lists = [
        [h.h3[heading], h.ul[[_problem_line(problem, questions) for problem in some]]]
        for heading, some in (("To correct", wrong), ("Still needed", missing))
        if some
    ]
    return h.section(".panel.empty", role="status")[lists]


def _problem_line(problem: Problem, questions: Mapping[str, str]) -> h.Renderable:
    field = questions.get(problem.field, problem.field)
    colon = "" if field.endswith("?") else ":"
    typed = " ".join(problem.typed.split())
    why = f" “{typed}” {problem.why};" if typed else ""
    name = h.strong[f"{field[:1].upper()}{field[1:]}{colon}"]
    return h.li[name, f"{why} {problem.accepted}"]
