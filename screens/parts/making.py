"""How far something is that takes its time, with a way to give it up."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Hashable
from typing import Generic, Protocol, TypeVar

import streamlit as st

from schedules.outputs.progress import Progress
from screens.marks import level_mark, reason, show_html
from screens.state.making import Making

_LOOK_SECONDS = 0.3

T = TypeVar("T")


class Entries(Protocol[T]):
    """What was typed, and what was made of it or is being made."""

    making: Making[T] | None


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class ToMake(Generic[T]):
    """What is asked now: ``name`` holds all of it, ``make`` answers it.

    ``button`` is what begins it, ``again`` what to do once it has changed, ``title`` what is said
    while it is made. ``forget`` clears what came of an earlier answer.
    """

    name: Hashable
    make: Callable[[Progress], T]
    button: str
    again: str
    title: str
    forget: Callable[[], None] = lambda: None


def made_of(entries: Entries[T], asked: ToMake[T], screen: str) -> T | None:
    """Return what was made of exactly what is asked; else show how far it is, or its button."""
    making = entries.making
    if making is not None and not making.answers(asked.name):
        give_up(entries)
        show_html(reason(f"What was asked, or a plan, has changed since: {asked.again}."))
        making = None
    if making is None:
        st.button(
            asked.button,
            key=f"{screen}-begin",
            type="primary",
            on_click=_begin,
            args=(entries, asked),
        )
        return None
    if making.content is None:
        with st.container(key=f"{screen}-making"):
            st.fragment(_watch, run_every=_LOOK_SECONDS)(entries, making, screen)
    return making.content


def give_up(entries: Entries[T]) -> None:
    """End what is in the making, and forget what was made."""
    if entries.making is not None:
        entries.making.cancelled = True
        entries.making = None


def _begin(entries: Entries[T], asked: ToMake[T]) -> None:
    asked.forget()
    entries.making = Making(name=asked.name, title=asked.title)
    entries.making.begin(asked.make)


def _watch(entries: Entries[T], making: Making[T], screen: str) -> None:
    if making.content is not None or making.cancelled:
        st.rerun()
    if making.failed:
        show_html(reason(level_mark("WARN"), f" {making.title} has failed. Try again."))
    else:
        st.progress(making.share, text=f"{making.title}: {making.share:.0%}")
    if st.button("Close" if making.failed else "Cancel", key=f"{screen}-cancel"):
        give_up(entries)
        st.rerun()
