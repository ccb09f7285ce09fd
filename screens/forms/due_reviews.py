"""Reviews that are due and have no outcome yet: a button for each outcome begins its change."""

from __future__ import annotations

import datetime as dt

import htpy as h
import streamlit as st

from schedules.course.course import Course
from schedules.course.read_outcome import open_reviews
from schedules.course.rows import Occasion
from screens.forms.change import begin
from screens.marks import date_text, quiet, show_html, title
from screens.parts.fields import short
from screens.state.session import ChangeEntries


def show_due_reviews(
    entries: ChangeEntries, course: Course, today: dt.date, *, coming: bool
) -> None:
    """Show the reviews up to today that wait for an outcome; if none does, the one that comes.

    Args:
        entries: the change that an outcome begins.
        course: the course as it stands.
        today: from whoever asks the clock.
        coming: whether the next review is shown while none is due.
    """
    reviews = open_reviews(course)
    due = [one for one in reviews if one.date <= today] or (reviews[:1] if coming else ())
    for review in due:
        with st.container(key=f"review-{short(review.id)}", gap="small"):
            word = "is due" if review.date <= today else "comes next"
            show_html(
                title("A review waits for its outcome"),
                h.p(".sentence")[f"{review.what}, {date_text(review.date)}, {word}."],
                quiet("Nothing opens by itself: an outcome is seen before it is confirmed."),
            )
            for branch in review.open_branches:
                st.button(
                    f"{str(branch)[:1].upper()}{str(branch)[1:]}",
                    key=f"outcome-{short(review.id + branch.outcome)}",
                    on_click=_fill,
                    args=(entries, review, branch.outcome),
                )


def _fill(entries: ChangeEntries, review: Occasion, outcome: str) -> None:
    """Begin the change; what the outcome opens is then asked about, seen and confirmed."""
    begin(entries, row=review.id, kind="outcome")
    entries.texts = {"outcome": outcome}
