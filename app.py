"""Posology in the browser: the pages, who may use which, and the way between them."""

from __future__ import annotations

import streamlit as st

from records.roles import ROLES
from screens.access.signed_in import let_in
from screens.parts.style import apply_style

PLANS = ("planner", "pharmacist")
TREATS = ("planner", "pharmacist", "nurse")
PAGES = (
    ("plan", "Plan", PLANS),
    ("change", "Change", PLANS),
    ("check", "Check", ROLES),
    ("calculate", "Calculate", TREATS),
    ("pump", "Pump", TREATS),
    ("library", "Library", ROLES),
)

st.set_page_config(page_title="Posology", layout="wide", initial_sidebar_state="collapsed")
apply_style()
who = let_in()
mine = [(name, title) for name, title, roles in PAGES if who is None or who.role in roles]
st.navigation(
    [
        st.Page(f"screens/{name}.py", title=title, url_path=name, default=name == mine[0][0])
        for name, title in mine
    ],
    position="top",
).run()
