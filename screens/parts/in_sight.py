"""The dose in a line that stays in sight while one scrolls, with the ways to what is below."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import htpy as h
import streamlit as st

from dosing.trace import Finding
from schedules.course.course import Course
from schedules.review.equal_findings import equal_together
from schedules.review.summary import Group, groups, procedures
from screens.marks import level_of, show_html, whole

NO_DOSE = "No dose"
# The tabs of a course that are opened from the line, in their order
OFFERED_VIEWS = ("Calendar", "Cycles", "Timeline", "Table")
_VIEWS = "#course-views"
_MOST_DOSES = 2

# However many doses stand above them, the views are one press away on the first screen.
_SCRIPT = """
export default function () {
  const open = ({ target }) => {
    const name = target.closest?.("a[data-view]")?.dataset.view;
    if (!name) return;
    const tabs = [...document.querySelectorAll('[role="tab"]')];
    tabs.find((tab) => tab.textContent.trim() === name)?.click();
  };
  document.addEventListener("click", open);
  return () => document.removeEventListener("click", open);
}
"""
_view_links = st.components.v2.component("posology_view_links", js=_SCRIPT)


def show_in_sight(course: Course, *, changing: bool) -> None:
    """Show what is given and what stops or warns, with links to the findings and to places.

    Args:
        course: what is shown below.
        changing: whether a change of it is asked for.
    """
    stopped, changed = course.stopped, bool(course.plan.changes)
    may_be_changed = bool(not stopped or course.stopped_from or changed)
    places: tuple[tuple[str, str, bool], ...] = (
        *((_VIEWS, view, not stopped) for view in OFFERED_VIEWS),
        (_VIEWS, OFFERED_VIEWS[0], stopped and may_be_changed),
        ("#one-change", "Change", may_be_changed and changing),
        ("#history", "History", changed),
        ("#downloads", "Downloads", not stopped),
    )
    links = [(place, word) for place, word, is_there in places if is_there]
    with st.container(key="view-links"):
        _view_links()
    now = NO_DOSE if stopped else _doses(groups(course)) or _sessions(course)
    show_line_in_sight(now, links, course.findings)


def show_line_in_sight(
    now: h.Node, links: Iterable[tuple[str, str]], findings: Iterable[Finding]
) -> None:
    """Show a dose and the ways to places of its page; where the form is below, the first is to it.

    Args:
        now: the dose.
        links: the id of each place, with a hash, and its word.
        findings: those of the dose; what stops or warns is named, with the way to it.
    """
    entries = h.li(".below")[h.a(href="#entries")["Entries"]]
    show_html(_line(".in-sight", now, [entries, _ways(links, findings)]))


def line_by_form(
    now: h.Node, links: Iterable[tuple[str, str]], findings: Iterable[Finding]
) -> h.Renderable:
    """Return the line that stays at the foot of a form where what follows from it stands above.

    Its arguments are those of ``show_line_in_sight``. It is shown in a narrow window alone.
    """
    return _line(".in-sight.narrow", now, _ways(links, findings))


def _line(kind: str, now: h.Node, ways: h.Node) -> h.Renderable:
    return h.nav(kind, aria_label="On this page")[h.p(".now")[now], h.ul[ways]]


def _ways(links: Iterable[tuple[str, str]], findings: Iterable[Finding]) -> h.Node:
    return [
        [h.li[h.a(href="#findings")[level]] for level in _levels(findings)],
        [_link(place, word) for place, word in links],
    ]


def _link(place: str, word: str) -> h.Renderable:
    """Return the way to a place; that to the views of a course opens the one that it names."""
    if place != _VIEWS:
        return h.li[h.a(href=place)[word]]
    # Where there is little room the first leads to the tabs of all.
    return h.li(class_={"other-view": word != OFFERED_VIEWS[0]})[
        h.a(href=place, data_view=word)[word]
    ]


def _doses(doses: Sequence[Group]) -> list[h.Node]:
    # Of one drug it is enough to say where each dose goes.
    several = len({group.first.drug for group in doses}) > 1
    texts: list[h.Node] = []
    for group in doses[:_MOST_DOSES]:
        what = group.first.name if several else group.first.site
        texts += [", " if texts else "", f"{what} " if what else "", whole(" ".join(group.amounts))]
    more = len(doses) - _MOST_DOSES
    return [*texts, f" and {more} more"] if more > 0 else texts


def _sessions(course: Course) -> str:
    """Return what is done where no drug is given, and how often."""
    done = (group for group in procedures(course) if group.kind == "procedure")
    return ", ".join(
        f"{group.what} once" if len(group.days) == 1 else f"{group.what} {len(group.days)} times"
        for group in done
    )


def _levels(findings: Iterable[Finding]) -> Iterator[h.Renderable]:
    equal = [each[0].level for each in equal_together(findings)]
    for level in ("STOP", "WARN"):
        if count := equal.count(level):
            yield level_of(level, count)
