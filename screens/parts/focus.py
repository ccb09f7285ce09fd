"""Moves the focus of the keyboard to where the eye has to go, once for each reason to."""

from __future__ import annotations

import streamlit as st

from screens.parts.fields import short

_SCRIPT = """
const last = new Map();
// A page that is still being drawn may take the focus away again.
const DRAWN_MS = 10000;
const LOOK_MS = 100;
let newest = 0;

export default function ({ data }) {
  if (data.reason === last.get(data.selector)) return;
  last.set(data.selector, data.reason);
  const until = performance.now() + DRAWN_MS;
  newest += 1;
  const mine = newest;
  let acted = false;
  const act = () => {
    acted = true;
  };
  document.addEventListener("keydown", act, { once: true, capture: true });
  document.addEventListener("pointerdown", act, { once: true, capture: true });
  const look = () => {
    if (acted || mine !== newest || performance.now() > until) return;
    const target = document.querySelector(data.selector);
    if (target && document.activeElement !== target) {
      target.tabIndex = -1;
      target.focus({ preventScroll: true });
      if (data.top) document.querySelector('[data-testid="stMain"]').scrollTo(0, 0);
      else target.scrollIntoView({ block: "nearest" });
    }
    setTimeout(look, LOOK_MS);
  };
  requestAnimationFrame(look);
}
"""

# The slash is typed as a letter where something is typed already.
_SHORTCUT = """
const TYPED = "input, textarea, select, [contenteditable]";
const LOOK_MS = 100;

export default function ({ data }) {
  const find = () => document.querySelector(data.selector);
  let timer = 0;
  // The field may be drawn after this.
  const tell = () => {
    if (find()) find().setAttribute("aria-keyshortcuts", data.key);
    else timer = setTimeout(tell, LOOK_MS);
  };
  const press = (event) => {
    if (event.key !== data.key || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest?.(TYPED) || !find()) return;
    event.preventDefault();
    find().focus();
  };
  document.addEventListener("keydown", press);
  tell();
  return () => {
    clearTimeout(timer);
    document.removeEventListener("keydown", press);
  };
}
"""

# Enter sends what was typed: what is found for it comes a moment later.
_LEAD = """
const SENT_MS = 150;
const LOOK_MS = 50;
const PATIENCE_MS = 10000;

export default function ({ data }) {
  let asked = 0;
  const press = (event) => {
    asked += 1;
    if (event.key !== "Enter" || !event.target.matches?.(data.selector)) return;
    const mine = asked;
    const until = performance.now() + PATIENCE_MS;
    const look = () => {
      if (mine !== asked || performance.now() > until) return;
      const app = document.querySelector('[data-testid="stApp"]');
      const first = document.querySelector(data.found);
      if (first && app.dataset.testScriptState === "notRunning") first.focus();
      else setTimeout(look, LOOK_MS);
    };
    setTimeout(look, SENT_MS);
  };
  document.addEventListener("keydown", press);
  return () => document.removeEventListener("keydown", press);
}
"""

_shortcut = st.components.v2.component("posology_shortcut", js=_SHORTCUT)
_lead = st.components.v2.component("posology_lead", js=_LEAD)
_focus = st.components.v2.component("posology_focus", js=_SCRIPT)


def move_focus(selector: str, reason: str, *, from_top: bool = False) -> None:
    """Move the focus to an element of the page.

    Args:
        selector: names the element.
        reason: the focus moves only when it is another one than before.
        from_top: whether the page is then read from its top.
    """
    data = {"selector": selector, "reason": reason, "top": from_top}
    _focus(key=f"focus-{short(selector)}", data=data)


def focus_by_key(selector: str, key: str) -> None:
    """Let a key move the focus to a field, from wherever nothing is typed."""
    _shortcut(key=f"shortcut-{short(selector)}", data={"selector": selector, "key": key})


def lead_to_found(selector: str, found: str) -> None:
    """Let Enter in a search move the focus to the first line found, which opens nothing yet."""
    # Without a key: Streamlit looks at each component that has one for each field that is drawn.
    _lead(data={"selector": selector, "found": found})
