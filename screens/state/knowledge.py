"""The library of regimens and drugs, read once for all sessions and again when a file changes."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from dosing.errors import KnowledgeError
from schedules.knowledge.library import Library
from schedules.library.reader import read_library
from screens.marks import escaped

ROOT = Path(__file__).resolve().parents[2]


@st.cache_resource(max_entries=2, show_spinner="Reading the regimens")
def _read(root: str, stamps: tuple[tuple[str, int], ...]) -> Library:
    return read_library(Path(root))


def stamps(root: Path) -> tuple[tuple[str, int], ...]:
    """Give every knowledge file with the time of its last change."""
    paths = [
        root / "site.yaml",
        *(root / "regimens").glob("*.yaml"),
        *(root / "drugs").glob("*.yaml"),
        *(root / "bands").glob("*.csv"),
    ]
    return tuple((str(path), path.stat().st_mtime_ns) for path in sorted(paths) if path.exists())


def library() -> Library:
    """Give the library, or show what is wrong with its files and end the page."""
    try:
        return _read(str(ROOT), stamps(ROOT))
    except KnowledgeError as error:
        items = "".join(f"<li><code>{escaped(problem)}</code></li>" for problem in error.problems)
        st.html(
            '<section class="panel stop" role="alert"><p class="level"><span class="sign" '
            'aria-hidden="true">!</span>STOP</p><h2>The regimen files do not hold</h2>'
            "<p>Nothing is planned with them until these lines are mended. "
            f"<code>python -m schedules check</code> says the same.</p><ul>{items}</ul></section>"
        )
        st.stop()
