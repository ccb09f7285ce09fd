"""The Help screen shows each tutorial whole, with its pictures."""

from __future__ import annotations

import re

from tests.support.driving import opened
from tests.support.places import ROOT


def test_every_tutorial_is_shown_whole_with_its_pictures() -> None:
    app = opened("help")
    shown = " ".join(block.value for block in app.markdown)
    assert [tab.label for tab in app.tabs] == ["Nurse", "Clinician", "Pharmacist"]
    tutorials = sorted((ROOT / "docs" / "tutorials").glob("*.md"))
    assert len(tutorials) == 3
    pictures = 0
    for tutorial in tutorials:
        text = tutorial.read_text(encoding="utf-8")
        for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE):
            assert f"# {heading}" in shown, heading
        pictures += len(re.findall(r"^!\[", text, re.MULTILINE))
    drawn = "".join(block.proto.body for block in app.html)
    assert drawn.count("data:image/png;base64,") == pictures == 5
    # A link to a page that the app does not have would lead nowhere.
    assert "](" not in shown
