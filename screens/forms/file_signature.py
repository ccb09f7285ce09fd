"""What a signed-in person may sign on the Library screen: that they wrote or checked a file."""

from __future__ import annotations

import datetime as dt

import streamlit as st

from dosing.errors import InputError
from dosing.trace import RefusedError
from records.file_signature import content_of, is_proved
from records.roles import Actor, may
from schedules.knowledge.library import Library
from schedules.knowledge.signed import PARTS, Part
from screens.access.sign_in import signed_in
from screens.marks import quiet, reason, show_html
from screens.parts.closed_records import closed_records_panel
from screens.state import clock
from screens.state.records import store as open_records
from screens.state.session import LibraryEntries

# A file is endorsed once it claims what the records prove.
_UNCLAIMED = {
    "regimens": "Both have signed. It is endorsed once its file says so: status: endorsed.",
    "drugs": "Both have signed. It is endorsed once its reading names both: read-in --sign.",
    "terms": "Both have signed. It is endorsed once its reading names both: read-in --sign.",
}
_LABELS: dict[Part, str] = {"written": "Sign as who wrote it", "checked": "Sign as who checked it"}


def ask_to_sign_file(entries: LibraryEntries, knowledge: Library, file: str) -> None:
    """Show who signed a file as it means now, and offer to sign; on one desk nobody is proved."""
    actor = signed_in()
    if actor is None:
        return
    try:
        signatures = open_records().signatures(file)
    except InputError as error:
        show_html(closed_records_panel(error))
        return
    used = knowledge.used(file)
    if entries.problem and entries.problem_of == file:
        show_html(reason(entries.problem))
    for one in signatures:
        now = used is not None and one.covers.knowledge == {file: used.sha256}
        void = "" if now else ": void, the file means something else now"
        show_html(quiet(f"{str(one.remarks).capitalize()} by {one}{void}."))
    if knowledge.status(file) == "under review" and is_proved(
        content_of(knowledge, file), signatures
    ):
        show_html(quiet(_UNCLAIMED[file.partition("/")[0]]))
    with st.container(horizontal=True, gap="small", key="library-sign"):
        for part in PARTS:
            if may(actor.role, "save" if part == "written" else "sign"):
                st.button(
                    _LABELS[part],
                    key=f"library-sign-{part}",
                    on_click=_sign,
                    args=(entries, knowledge, file, actor, part),
                )


def _sign(entries: LibraryEntries, knowledge: Library, file: str, actor: Actor, part: Part) -> None:
    try:
        at = clock.now().astimezone(dt.UTC)
        open_records().sign_file(knowledge, file, actor, part, at=at)
        entries.problem = ""
    except (InputError, RefusedError) as error:
        entries.problem, entries.problem_of = str(error), file
