"""The menu of pages where the bar above has no room for them: closed by a choice or Escape."""

from __future__ import annotations

import streamlit as st

# Streamlit closes it on what it knows as a telephone, not in a narrow or enlarged window, where
# it goes on lying over the page that was chosen. The button that opens it, and the one that closes
# it, go away with the focus of the keyboard.
_SCRIPT = """
const OPENS = '[data-testid="stExpandSidebarButton"]';
const LINK = '[data-testid="stSidebarNavLink"]';
const OPEN = '[data-testid="stSidebar"][data-collapsed="false"]';
const CLOSE = `${OPEN} [data-testid="stSidebarCollapseButton"] button`;

export default function () {
  const lead = (event) => {
    const opens = event.target.closest?.(OPENS);
    if (!opens && !event.target.closest?.(CLOSE)) return;
    // Before Streamlit has answered, neither is where it will be.
    setTimeout(() => document.querySelector(opens ? `${OPEN} ${LINK}` : OPENS)?.focus());
  };
  const press = (event) => {
    if (event.key === "Escape") document.querySelector(CLOSE)?.click();
  };
  const choose = (event) => {
    // A key that opens it in another window leaves this one as it is.
    if (!event.target.closest?.(LINK) || event.ctrlKey || event.metaKey || event.shiftKey) return;
    // Streamlit answers the click first, and may close it itself.
    setTimeout(() => document.querySelector(CLOSE)?.click());
  };
  document.addEventListener("click", lead, true);
  document.addEventListener("click", choose);
  document.addEventListener("keydown", press);
  return () => {
    document.removeEventListener("click", lead, true);
    document.removeEventListener("click", choose);
    document.removeEventListener("keydown", press);
  };
}
"""

_closing = st.components.v2.component("posology_menu", js=_SCRIPT)


def close_menu_by_choice() -> None:
    """Close the menu of pages once a page was chosen in it."""
    # Without a key: Streamlit looks at each component that has one for each field that is drawn.
    with st.container(key="menu"):
        _closing()
