"""Posology in the browser: the pages, who may use which, and the door before them.

``streamlit run app.py`` imports this file for ``app``, which it serves; Streamlit then runs the
same file as a script whenever a page is drawn.
"""

from __future__ import annotations

import os
import sys

import streamlit as st
from streamlit.starlette import App

from dosing.errors import InputError
from records.place import heads_file, where_heads_are
from screens.access.door import at_the_door
from screens.access.feed import are_on
from screens.access.signed_in import let_in
from screens.parts.calendar_library import CALENDAR_LIBRARY
from screens.parts.draft import take_up_draft
from screens.parts.feed import FEED
from screens.parts.menu import close_menu_by_choice
from screens.parts.navigation import FORMER_PAGE, file_of, pages_of
from screens.parts.style import apply_style
from screens.parts.upload_group import name_upload_groups


def main() -> None:
    """Draw the page that was asked for, of those that this person may use."""
    st.set_page_config(page_title="Posology", layout="wide", initial_sidebar_state="collapsed")
    apply_style()
    close_menu_by_choice()
    name_upload_groups()
    who = let_in()
    take_up_draft()
    mine = pages_of(who)
    st.navigation(
        [
            st.Page(file_of(name), title=title, url_path=name, default=name == "home")
            for name, title in mine.items()
        ],
        position="top",
    ).run()


if __name__ == "__main__":
    main()
else:
    sys.stderr.write(f"{where_heads_are(heads_file(os.environ))}\n")
    try:
        feeds = [FEED] if are_on(os.environ) else []
    except InputError as error:
        sys.stderr.write(f"Posology does not start.\n{error}\n")
        sys.exit(2)
    app = App("app.py", routes=[CALENDAR_LIBRARY, FORMER_PAGE, *feeds], middleware=at_the_door())
