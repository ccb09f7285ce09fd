"""The Library screen: regimens, drugs and words of patients as a pharmacist reads them."""

from __future__ import annotations

import htpy as h
import streamlit as st

from schedules.knowledge.library import Library
from schedules.knowledge.regimen import Regimen
from screens.forms.file_signature import ask_to_sign_file
from screens.marks import empty_panel, escape_markdown, show_blocks, show_html, title
from screens.parts.fields import Form, show_line
from screens.parts.reading.drug import drug_reading
from screens.parts.reading.regimen import regimen_reading
from screens.parts.reading.safety import safety_matrix_table
from screens.parts.reading.words import words_reading, words_title
from screens.state.knowledge import library as read_knowledge
from screens.state.knowledge import show_left_out
from screens.state.session import LibraryEntries, current_session

_DRUG, _WORDS = "drug ", "words "


def main() -> None:
    """Show the screen: search on the left, one regimen or drug on the right."""
    entries, knowledge = current_session().library, read_knowledge()
    show_html(h.h1(".hidden")["Library of regimens and drugs"])
    left, right = st.columns([10, 23], gap="large")
    with left, st.container(key="library-form"):
        chosen = _choose(entries, knowledge)
    with right:
        show_left_out(knowledge)
        if chosen is None:
            _begin(knowledge, entries.search)
        elif chosen.startswith(_DRUG):
            drug = knowledge.drugs[chosen.removeprefix(_DRUG)]
            show_blocks(drug_reading(drug, knowledge))
            ask_to_sign_file(entries, knowledge, f"drugs/{drug.id}")
        elif chosen.startswith(_WORDS):
            words = knowledge.terms.files[chosen.removeprefix(_WORDS)]
            show_blocks(words_reading(words, knowledge))
            ask_to_sign_file(entries, knowledge, f"terms/{words.id}")
        else:
            show_blocks(regimen_reading(knowledge.regimens[chosen], knowledge))
            ask_to_sign_file(entries, knowledge, f"regimens/{chosen}")


def _choose(entries: LibraryEntries, knowledge: Library) -> str | None:
    show_html(title("Search"))
    text = Form(entries, "library").text("search", "Disease, drug, route or title", "neuropathy")
    titles = _search(text, knowledge)
    if not titles:
        show_line(f"Nothing here has “{text}”. Try a single word of it.")
        return None
    key = _key(entries)
    shown = st.session_state.get(key, entries.entry)
    if shown is not None and shown not in titles:
        # A list whose chosen line has left it has no line left that Tab reaches: draw another.
        shown, entries.lists = None, entries.lists + 1
        key = _key(entries)
    st.session_state[key] = shown
    st.button(
        "All drugs by the eight questions",
        key="library-matrix",
        type="tertiary",
        disabled=st.session_state[key] is None,
        on_click=st.session_state.update,
        args=({key: None},),
    )
    entries.entry = st.radio(
        "Regimens and drugs",
        list(titles),
        key=key,
        index=None,
        captions=[_caption(knowledge.regimens.get(name)) for name in titles],
        format_func=lambda name: escape_markdown(titles[name]),
    )
    return entries.entry


def _key(entries: LibraryEntries) -> str:
    return f"library-entry-{entries.lists}" if entries.lists else "library-entry"


def _search(text: str, knowledge: Library) -> dict[str, str]:
    """Return the titles of the files that hold all words, by their ids."""
    titles = {regimen.id: regimen.title for regimen in knowledge.search(text)}
    typed = text.lower().split()
    for drug in knowledge.drugs.values():
        if all(word in " ".join((drug.id, drug.name, *drug.also)).lower() for word in typed):
            titles[f"{_DRUG}{drug.id}"] = f"{drug.name}, drug"
    for words in knowledge.terms.files.values():
        if all(word in words_title(words).lower() for word in typed):
            titles[f"{_WORDS}{words.id}"] = words_title(words)
    return titles


def _caption(regimen: Regimen | None) -> str:
    return ", ".join(filter(None, (regimen.jurisdiction, *regimen.for_))) if regimen else ""


def _begin(knowledge: Library, search: str) -> None:
    """Show what is here, and the eight questions of every drug that was searched for."""
    show_html(
        empty_panel(
            "Every figure with its source",
            h.p[
                f"{len(knowledge.regimens)} regimens and {len(knowledge.drugs)} drugs are here. "
                "Search by disease, drug, route or title, and choose one to see its "
                "phases, doses, limits, checks, sources and worked examples."
            ],
        )
    )
    found = [name for name in _search(search, knowledge) if name.startswith(_DRUG)]
    drugs = [knowledge.drugs[name.removeprefix(_DRUG)] for name in found]
    if drugs:
        show_html(safety_matrix_table(drugs))


main()
