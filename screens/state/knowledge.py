"""The library of regimens and drugs, read once for all sessions and again when a file changes."""

from __future__ import annotations

import gc
import os
import threading
import time
from collections.abc import Callable
from contextlib import nullcontext, suppress
from pathlib import Path

import htpy as h
import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from dosing.errors import KnowledgeError
from records.endorsement import endorse
from records.place import home_of_records
from schedules.knowledge.library import Library
from schedules.library.cache import read_cached
from schedules.library.reader import knowledge_files
from schedules.library.shipped import shipped_knowledge
from screens.marks import show_html
from screens.state.records import store

# Looking at the files takes longer than a course; a person sees a changed file a second later.
_LOOK_SECONDS = 1.0

Stamps = tuple[tuple[str, int, int, int], ...]


class SharedLibrary:
    """The library that all sessions use, and what its files were when it was read."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin with nothing read."""
        self._clock = clock
        self._lock = threading.Lock()
        self._root: Path | None = None
        self._looked = 0.0
        self._stamps: Stamps = ()
        self._library: Library | None = None
        self._problems: tuple[str, ...] = ()

    def current(self, root: Path) -> Library:
        """Return the library below a folder as its files are, looked at once a second.

        Files that do not hold are not read again before one of them changes.

        Raises:
            KnowledgeError: with every problem of every file.
        """
        with self._lock:
            # The clock is asked before the files are: a change while they are looked at is seen.
            now = self._clock()
            if root != self._root or now - self._looked >= _LOOK_SECONDS:
                self._look(root)
                self._root, self._looked = root, now
            if self._library is None:
                raise KnowledgeError(*self._problems)
            return self._library

    def _look(self, root: Path) -> None:
        found = stamps(root)
        if root == self._root and found == self._stamps:
            return
        self._root, self._library = None, None
        # A calendar that is asked for has no page which could show it.
        page = get_script_run_ctx(suppress_warning=True)
        with st.spinner("Reading the regimens") if page else nullcontext():
            try:
                self._library, self._problems = _read(root), ()
            except KnowledgeError as error:
                self._problems = tuple(map(str, error.problems))
        self._stamps = found


SHARED = SharedLibrary()


def _read(root: Path) -> Library:
    """Read the library, and keep the collector of garbage from walking over it ever after.

    Its hundred thousand objects live as long as the server does; a full collection takes 0.1 s
    for them alone, and Streamlit asks for one after each rerun unless ``postScriptGC`` is off.
    Nor does it look while they are made, of which nearly none becomes garbage.
    """
    again, looks = gc.get_freeze_count(), gc.isenabled()
    gc.unfreeze()
    gc.disable()
    try:
        library = read_cached(root)
    finally:
        if looks:
            gc.enable()
    if again:
        # The first time there is next to no garbage yet, and looking for it takes 0.1 s.
        gc.collect()
    gc.freeze()
    return library


def stamps(root: Path) -> Stamps:
    """Return every knowledge file with its size and the times of its last changes."""
    found: list[tuple[str, int, int, int]] = []
    for path in knowledge_files(root):
        # A link may lead nowhere; its file is left out when it is read.
        with suppress(OSError):
            seen = path.stat()
            found.append((str(path), seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns))
    return tuple(found)


def library() -> Library:
    """Return the library, or show what is wrong with its site file and end the page."""
    try:
        return shared_library()
    except KnowledgeError as error:
        _show_problems(error)
        st.stop()


def shared_library() -> Library:
    """Return the library with what the records say of its files, to a page or to a program.

    Raises:
        KnowledgeError: with every problem of every file.
    """
    library = SHARED.current(shipped_knowledge())
    return endorse(library, os.environ, home_of_records(), lambda: nullcontext(store()))


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
