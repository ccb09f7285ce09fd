"""The menu of pages where the bar above has no room for them: it is closed by a choice."""

from __future__ import annotations

import streamlit as st

# Streamlit closes it on what it knows as a telephone, not in a narrow or enlarged window, where
# it goes on lying over the page that was chosen.
_SCRIPT = """
const LINK = '[data-testid="stSidebarNavLink"]';
const OPEN = '[data-testid="stSidebar"][data-collapsed="false"]';
const CLOSE = `${OPEN} [data-testid="stSidebarCollapseButton"] button`;

export default function () {
  const choose = (event) => {
    // A key that opens it in another window leaves this one as it is.
    if (!event.target.closest?.(LINK) || event.ctrlKey || event.metaKey || event.shiftKey) return;
    // Streamlit answers the click first, and may close it itself.
    setTimeout(() => document.querySelector(CLOSE)?.click());
  };
  document.addEventListener("click", choose);
  return () => document.removeEventListener("click", choose);
}
"""

_closing = st.components.v2.component("posology_menu", js=_SCRIPT)


def close_menu_by_choice() -> None:
    """Close the menu of pages once a page was chosen in it."""
    # Without a key: Streamlit looks at each component that has one for each field that is drawn.
    with st.container(key="menu"):
        _closing()
