"""The Help screen: five minutes each for a nurse, a clinician and a pharmacist."""

from __future__ import annotations

import base64
import functools
import re
from pathlib import Path
from typing import Final

import htpy as h
import streamlit as st

from screens.marks import show_html

_DOCS: Final = Path(__file__).resolve().parents[1] / "docs"
_TUTORIALS: Final = {"Nurse": "nurse", "Clinician": "clinician", "Pharmacist": "pharmacist"}
_PICTURE: Final = re.compile(r"^!\[([^]]*)\]\(([^)]+)\)$", re.MULTILINE)
# The pages that a tutorial leads on to lie beside the program, not in it.
_LINK: Final = re.compile(r"\[([^]]*)\]\([^)]+\)")


def main() -> None:
    """Show the screen: who reads, and the way through the program for them."""
    show_html(h.h1(".hidden")["Help"])
    for tab, name in zip(st.tabs(list(_TUTORIALS)), _TUTORIALS.values(), strict=True):
        with tab, st.container(key=f"help-{name}"):
            _show(_DOCS / "tutorials" / f"{name}.md")


def _show(page: Path) -> None:
    text, at = page.read_text(encoding="utf-8"), 0
    for picture in _PICTURE.finditer(text):
        st.markdown(_words(text[at : picture.start()]))
        address = _address(page.parent / picture[2])
        show_html(h.figure(".pictured")[h.img(src=address, alt=""), h.figcaption[picture[1]]])
        at = picture.end()
    st.markdown(_words(text[at:]))


@functools.cache
def _address(picture: Path) -> str:
    """Return a picture within its own address: st.image gives it no text for who cannot see it."""
    return f"data:image/png;base64,{base64.b64encode(picture.read_bytes()).decode()}"


def _words(text: str) -> str:
    """Return a part of a page one floor lower, for the screen has its own first heading."""
    return _LINK.sub(r"*\1*", re.sub(r"^#", "##", text, flags=re.MULTILINE))


main()
