"""The library of regimens and drugs, read once for all sessions and again when a file changes."""

from __future__ import annotations

import gc
from pathlib import Path

import htpy as h
import streamlit as st

from dosing.errors import KnowledgeError
from schedules.knowledge.library import Library
from schedules.library.reader import knowledge_files, read_usable
from schedules.library.shipped import shipped_knowledge
from screens.marks import show_html


@st.cache_resource(max_entries=2, show_spinner="Reading the regimens")
def _read(root: str, stamps: tuple[tuple[str, int], ...]) -> Library:
    """Read the library, and keep the collector of garbage from walking over it ever after.

    Its hundred thousand objects live as long as the server does; a full collection takes 0.1 s
    for them alone, and Streamlit asks for one after each rerun unless ``postScriptGC`` is off.
    """
    gc.unfreeze()
    library = read_usable(Path(root), cached=True)
    gc.collect()
    gc.freeze()
    return library


def stamps(root: Path) -> tuple[tuple[str, int], ...]:
    """Return every knowledge file with the time of its last change."""
    # A link may lead nowhere; its file is left out when it is read.
    return tuple(
        (str(path), path.stat().st_mtime_ns) for path in knowledge_files(root) if path.exists()
    )


def library() -> Library:
    """Return the library, or show what is wrong with its site file and end the page."""
    try:
        folder = shipped_knowledge()
        return _read(str(folder), stamps(folder))
    except KnowledgeError as error:
        _show_problems(error)
        st.stop()


def show_left_out(knowledge: Library) -> None:
    """Name the files that are left out, if there are any; everything else can be used."""
    if not knowledge.left_out:
        return
    sign = h.span(".sign", aria_hidden="true")["!"]
    show_html(
        h.section(".panel.warn", role="status")[
            h.p(".level")[sign, "WARN"],
            h.h2["Some files of the library are left out"],
            h.p[
                "What stands in them cannot be planned until these lines are corrected; everything "
                "else can. ",
                h.code["python -m schedules check"],
                " lists the same.",
            ],
            h.ul[[h.li[h.code[text]] for one in knowledge.left_out for text in one.problems]],
        ]
    )


def _show_problems(error: KnowledgeError) -> None:
    sign = h.span(".sign", aria_hidden="true")["!"]
    show_html(
        h.section(".panel.stop", role="alert")[
            h.p(".level")[sign, "STOP"],
            h.h2["The regimen files cannot be used"],
            h.p[
                "Nothing is planned with them until these lines are corrected. ",
                h.code["python -m schedules check"],
                " lists the same.",
            ],
            h.ul[[h.li[h.code[problem]] for problem in error.problems]],
        ]
    )
