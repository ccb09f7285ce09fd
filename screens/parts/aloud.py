"""The dose as a screen reader speaks it: with its unit in words, as soon as it stands there."""

from __future__ import annotations

import re
from collections.abc import Sequence

import streamlit as st

# The region stands there before its text does: what comes with a region is not read out.
_SCRIPT = """
const EMPTY_MS = 200;

export default function ({ data, parentElement }) {
  let region = parentElement.querySelector("[role=status]");
  if (!region) {
    region = document.createElement("div");
    region.className = "hidden spoken";
    region.setAttribute("role", "status");
    parentElement.append(region);
  }
  const timer = setTimeout(() => {
    if (region.textContent !== data.text) region.textContent = data.text;
  }, EMPTY_MS);
  return () => clearTimeout(timer);
}
"""

_WORDS = {
    "g": "gram",
    "mg": "milligram",
    "mcg": "microgram",
    "kg": "kilogram",
    "mL": "millilitre",
    "L": "litre",
    "mmol": "millimole",
}
_AMOUNT = re.compile(rf"([0-9][0-9,.]*)[ \u00a0]({'|'.join(_WORDS)})(?![A-Za-z])")

_region = st.components.v2.component("posology_aloud", js=_SCRIPT, isolate_styles=False)


def in_words(text: str) -> str:
    """Return a text in which the unit of each amount is a word: 700 milligrams."""

    def spoken(found: re.Match[str]) -> str:
        number, unit = found.groups()
        return f"{number} {_WORDS[unit]}{'' if number == '1' else 's'}"

    return _AMOUNT.sub(spoken, text)


def read_out(doses: Sequence[str]) -> None:
    """Have a screen reader say the doses whenever they have become others.

    Args:
        doses: each as it is written, with what it is of.
    """
    _region(key="aloud", data={"text": in_words("; ".join(doses))})
