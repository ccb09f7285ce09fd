"""The look that Streamlit's theme cannot give: one small style sheet, sent with every page."""

from __future__ import annotations

from pathlib import Path

import htpy as h
import streamlit as st

_SHEET = Path(__file__).with_name("style.css")


def apply_style() -> None:
    """Send the style sheet; its colours follow the light or dark theme.

    Streamlit says which one it is to the app alone, and drawers and menus stand beside it.
    """
    st.html(_SHEET)
    if st.context.theme.type:
        st.html(str(h.style[f":root {{ color-scheme: {st.context.theme.type}; }}"]))
