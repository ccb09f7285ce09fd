"""The look that Streamlit's theme cannot give: one small style sheet, sent with every page."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

_SHEET = Path(__file__).with_name("style.css")


def apply_style() -> None:
    """Send the style sheet; its colours follow the light or dark theme."""
    st.html(_SHEET)
