"""The look that Streamlit's theme cannot give: one small style sheet, sent with every page."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

_SHEET = Path(__file__).with_name("style.css")


# Streamlit says which theme it is to the app alone; drawers and menus stand beside it, and the
# system may turn dark while one of them is open.
_FOLLOW = """
export default function () {
  const app = document.querySelector(".stApp");
  const follow = () => {
    document.documentElement.style.colorScheme = getComputedStyle(app).colorScheme;
  };
  follow();
  const turned = new MutationObserver(follow);
  turned.observe(app, { attributes: true, attributeFilter: ["class"] });
  return () => turned.disconnect();
}
"""
_theme = st.components.v2.component("posology_theme", js=_FOLLOW)


def apply_style() -> None:
    """Send the style sheet; its colours follow the light or dark theme as soon as it turns."""
    st.html(_SHEET)
    with st.container(key="theme"):
        _theme()
