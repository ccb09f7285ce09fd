"""Posology in the browser: the pages and the way between them, nothing else."""

from __future__ import annotations

import streamlit as st

from screens.style import apply_style

st.set_page_config(page_title="Posology", layout="wide", initial_sidebar_state="collapsed")
apply_style()
st.navigation(
    [
        st.Page("screens/plan.py", title="Plan", default=True),
        st.Page("screens/change.py", title="Change", url_path="change"),
        st.Page("screens/check.py", title="Check", url_path="check"),
        st.Page("screens/calculate.py", title="Calculate", url_path="calculate"),
        st.Page("screens/pump.py", title="Pump", url_path="pump"),
        st.Page("screens/library.py", title="Library", url_path="library"),
    ],
    position="top",
).run()
