"""The answer card: the dose as the largest thing on the page, and how it came about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import streamlit as st

from dosing.errors import Problem
from dosing.trace import SHOWN_DIGITS, Finding, Step
from dosing.units import Quantity, show
from schedules.course.course import Course
from schedules.knowledge.regimen import Regimen
from schedules.review.dispensing import dispensing
from schedules.review.summary import Group, Procedures, groups, procedures
from screens.marks import badge, escaped, level_mark, source_mark, table

_STATUS_SIGN = {"endorsed": "✓", "under review": "○"}


def unbroken(texts: Sequence[str]) -> str:
    """Give amounts of which none is parted from its unit at the end of a line."""
    return " ".join(f'<span class="whole">{escaped(text)}</span>' for text in texts)


def regimen_head(regimen: Regimen, *, other_dose: str = "", level: int = 2) -> str:
    """Give the title of a regimen with its status, version, sources and errata."""
    sign = _STATUS_SIGN.get(regimen.status, "■")
    errata = len(regimen.errata)
    badges = [
        badge(f"{sign} {regimen.status}", "status"),
        badge(f"version {regimen.version}"),
        badge(f"{len(regimen.sources)} sources"),
        badge(f"{errata} {'erratum' if errata == 1 else 'errata'}"),
    ]
    if other_dose:
        badges.insert(0, badge(f"another dose: {other_dose}", "marked"))
    return (
        f'<header class="head"><h{level}>{escaped(regimen.title)}</h{level}>'
        f'<p class="badges">{" ".join(badges)}</p>{errata_lines(regimen)}</header>'
    )


def errata_lines(regimen: Regimen) -> str:
    """Give each erratum in one sentence with the source that settles it."""
    return "".join(
        f'<p class="erratum"><span class="word">Erratum</span> {escaped(erratum.why)} '
        f"{source_mark(regimen.source(erratum.says))}</p>"
        for erratum in regimen.errata
    )


def answer_card(course: Course) -> None:
    """Show the doses of a course, each give on a line of its own, and how they came about."""
    found = groups(course)
    with st.container(key="answer", gap="small"):
        st.html(
            "".join(_group(group, course, len(found)) for group in found)
            + "".join(map(_procedure, procedures(course)))
        )
        if found:
            with st.expander("How this number came about", key="derivation"):
                st.html("".join(_derivation(group, named=len(found) > 1) for group in found))
            with st.expander("What to prepare and dispense", key="dispensing"):
                st.html(_dispensing(course))


def _dispensing(course: Course) -> str:
    """Give the packs of the course by strength, and what has to be said of them."""
    taken = dispensing(course)
    rows = [
        [
            escaped(row.drug_name),
            escaped(row.product),
            _whole(row.strength),
            f"{row.count:,}",
            _whole(row.total),
            _whole(row.waste) if row.waste.magnitude else "nothing",
            escaped(f"only if {row.condition}") if row.condition else "",
        ]
        for row in taken.rows
    ]
    head = ["Drug", "Product", "Strength", "Packs", "In all", "Left over", "Depends on"]
    packs = table(head, rows, caption="What to prepare and dispense", wide=True) if rows else ""
    return packs + "".join(f'<p class="quiet">{escaped(note)}</p>' for note in taken.notes)


def _whole(amount: Quantity) -> str:
    return f'<span class="whole">{escaped(show(amount, SHOWN_DIGITS + 1))}</span>'


def _procedure(group: Procedures) -> str:
    return (
        f'<section class="group"><p class="phase"><strong>{escaped(group.phase)}</strong> '
        f'{escaped(group.kind)}</p><p class="dose many">{escaped(group.what)}</p>'
        f'<p class="pattern">{escaped(group.pattern)}</p></section>'
    )


def _group(group: Group, course: Course, count: int) -> str:
    phase = f"<strong>{escaped(group.phase)}</strong> " if count > 1 else ""
    drug_and_route = f"{escaped(group.first.drug_name)}, {escaped(group.first.route)}"
    condition = group.first.condition
    depends = f" <strong>only if {escaped(condition)}</strong>" if condition else ""
    named = f'<p class="phase">{phase}{drug_and_route}{depends}</p>'
    facts = [group.booked, group.basis, group.deviation]
    items = "".join(f"<li>{escaped(fact)}</li>" for fact in facts if fact)
    drug, site = course.drugs[group.first.drug], course.plan.site
    packs = "; ".join(
        f"{escaped(text)}: {escaped(said)}" if group.dealt else escaped(said)
        for text, said in group.packs(drug, site)
    )
    if packs and not group.tapered:
        items += f"<li>{packs}</li>"
    if group.agreed:
        items += '<li><span class="yes" aria-hidden="true">✓</span> second calculation agrees</li>'
    size = "dose many" if group.dealt else "dose"
    steps = _taper_lines(group) if group.tapered else ""
    return (
        f'<section class="group">{named}<p class="{size}">{unbroken(group.amounts)}</p>'
        f'<p class="pattern">{escaped(group.pattern)}</p><ul class="facts">{items}</ul>{steps}'
        "</section>"
    )


def _taper_lines(group: Group) -> str:
    """Give every step of a taper with its tablets: what a person at home has to count out."""
    lines = "".join(
        f'<li><strong class="whole">{escaped(dose)}</strong> from {escaped(since)}'
        f"{': ' if tablets else ''}{escaped(tablets)}</li>"
        for since, dose, tablets in group.levels
    )
    return f'<ol class="facts">{lines}</ol>'


def _derivation(group: Group, *, named: bool) -> str:
    title = f'<h3 class="small">{escaped(group.phase)}</h3>' if named else ""
    return title + steps_table(group.steps)


def steps_table(steps: Iterable[Step]) -> str:
    """Give the steps of a dose as a table: what, value, why, source."""
    rows = [
        [
            escaped(step.what),
            f'<span class="whole">{escaped(step.value_text)}</span>',
            escaped(step.why),
            source_mark(step.source),
        ]
        for step in steps
    ]
    return table(["Step", "Value", "Why", "Source"], rows, caption="How this number came about")


def stop_panel(finding: Finding) -> str:
    """Give a STOP as the largest thing on the page, in the place of the dose."""
    said = f"<p>{level_mark('STOP')}</p>{_said(finding)}"
    return f'<section class="panel stop" role="alert">{said}</section>'


def warn_lines(finding: Finding) -> str:
    """Give a WARN in its own words, to stand above what acknowledges it."""
    return f"<p>{level_mark('WARN')}</p>{_said(finding)}"


def _said(finding: Finding) -> str:
    return (
        f'<p class="sentence">{escaped(finding.text)}</p>'
        f'<p class="from">{source_mark(finding.source)} <code>{escaped(finding.code)}</code></p>'
    )


def needed_panel(problems: Iterable[Problem], asked: Mapping[str, str]) -> str:
    """List in the place of the answer what is missing and what cannot be used.

    Args:
        problems: what was found.
        asked: the question for a field whose name is not the one on the screen.
    """

    def line(problem: Problem) -> str:
        field = asked.get(problem.field, problem.field)
        colon = "" if field.endswith("?") else ":"
        typed = " ".join(problem.typed.split())
        why = f" “{escaped(typed)}” {escaped(problem.why)};" if typed else ""
        return (
            f"<li><strong>{escaped(field[:1].upper() + field[1:])}{colon}</strong>{why} "
            f"{escaped(problem.accepted)}</li>"
        )

    unique = list(dict.fromkeys(problems))
    wrong = "".join(line(problem) for problem in unique if problem.typed)
    fields = {problem.field for problem in unique if problem.typed}
    missing = "".join(
        line(problem) for problem in unique if not problem.typed and problem.field not in fields
    )
    said = f"<h3>To correct</h3><ul>{wrong}</ul>" if wrong else ""
    said += f"<h3>Still needed</h3><ul>{missing}</ul>" if missing else ""
    return f'<section class="panel empty" role="status">{said}</section>'
