"""Drives the app without a browser: fills in fields by their label and reads what is shown."""

from __future__ import annotations

import functools
import gc
import html
import json
import re
from collections.abc import Iterator
from typing import Any
from unittest.mock import Mock

from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

from schedules.library.cache import read_cached
from screens.parts.pump_acts import take_acts
from screens.state import clock, knowledge
from tests.support.places import ROOT
from tests.support.planning import whole_library

# Each new AppTest searches every installed package for components: longer than a page takes.
manifest_scanner.scan_component_manifests = functools.cache(
    manifest_scanner.scan_component_manifests
)
# Each reading of the library lets the collector of garbage walk over all that lives: eight thousand
# tests among it, which take it longer than the files do.
vars(knowledge)["gc"] = Mock(spec=gc)
# The pages show the library that the other tests of this process have read. What a start keeps of
# it is for test_cache.py, and a library that changes for test_knowledge.py.
vars(knowledge)["read_cached"] = lambda root: whole_library() if root == ROOT else read_cached(root)
# "$$ID-<hash>-<the key that the page gave it>"
_KEY = re.compile(r"\$\$ID-[^-]+-(?P<key>.+)")

APP = ROOT / "app.py"
RITUXIMAB = "rituximab-weekly"
PATIENT = {"Label, no name": "ward-7", "Weight": "70 kg", "Height": "175 cm"}


def opened(page: str = "plan") -> AppTest:
    """Open one page as a new person."""
    app = AppTest.from_file(str(APP), default_timeout=120)
    if page != "home":
        app = app.switch_page(f"screens/{page}.py")
    app = app.run()
    assert not app.exception
    return app


def unfold(app: AppTest) -> AppTest:
    """Open everything that is folded away; nothing is drawn in it before."""
    folded = [one.proto.id for one in app.expander if one.proto.id and not one.proto.expanded]
    for key in (_KEY.fullmatch(one) for one in folded):
        assert key
        app.session_state[key["key"]] = True
    app = app.run()
    assert not app.exception
    return app


def type_in(app: AppTest, label: str, text: str) -> AppTest:
    """Type into the field with this label, which may be folded away."""
    if label not in {field.label for field in app.text_input}:
        app = unfold(app)
    field = next(field for field in app.text_input if field.label == label)
    app = field.set_value(text).run()
    assert not app.exception
    return app


def with_regimen(app: AppTest, regimen: str) -> AppTest:
    """Search for a regimen by its id, and choose it."""
    app = type_in(app, "Search a disease, drug or brand", regimen)
    app = app.radio(key="plan-regimen").set_value(regimen).run()
    assert not app.exception
    return app


def filled(app: AppTest, texts: dict[str, str], *, regimen: str = RITUXIMAB) -> AppTest:
    """Have several fields of the Plan screen filled in at once, and a regimen and its first day.

    What the page says between two fields is for the tests that type them one by one.
    """
    if not any(one.key == "plan-label" for one in app.text_input):
        app = app.switch_page("screens/plan.py").run()
    if not texts.keys() <= {field.label for field in app.text_input}:
        app = unfold(app)
    fields = {field.label: field for field in app.text_input}
    for label, text in {**texts, "First day": "2026-11-30"}.items():
        fields[label].set_value(text)
    return with_regimen(app, regimen)


def shown(app: AppTest) -> str:
    """Return all text on the page, without tags and with ordinary spaces.

    What a component of our own shows is the text of its data, but for the words that it may need.
    """
    blocks = [block.proto.body for block in app.html if "<style>" not in block.proto.body]
    blocks += [text for one in app.get("bidi_component") for text in _texts(_data(one))]
    text = html.unescape(re.sub(r"<[^>]*>", " ", " ".join(blocks)))
    return " ".join(text.replace("\u00a0", " ").split())


def running_infusion(app: AppTest) -> dict[str, Any]:
    """Return what the browser counts the infusion from."""
    (data,) = (data for one in app.get("bidi_component") if "steps" in (data := _data(one)))
    return data


def at_pump(app: AppTest, act: str) -> AppTest:
    """Tell what is pressed at the pump now, as the browser does."""
    entries = app.session_state["posology"].pump
    minute = (clock.now() - entries.began).total_seconds() / 60
    return told_at_pump(app, {"id": f"act {len(entries.taken)}", "act": act, "at": minute})


def told_at_pump(app: AppTest, *acts: dict[str, Any], percent: int = 50) -> AppTest:
    """Tell acts at the pump as the browser does, of an infusion that takes 210 min."""
    session = app.session_state["posology"]
    take_acts(session.pump, acts, percent=percent, ends=lambda: 210.0)
    app.session_state["posology"] = session
    app = app.run()
    assert not app.exception
    return app


def _data(component: Any) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(component.proto.json or "{}")
    return data


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        parts = value if isinstance(value, dict) else dict(enumerate(value))
        for name, one in parts.items():
            if name != "words":
                yield from _texts(one)


def dose(app: AppTest) -> str:
    """Return what stands as the largest thing on the page, or nothing."""
    found = [
        re.sub(r"<[^>]*>", "", line).replace("\u00a0", " ")
        for block in app.html
        for line in re.findall(r'<p class="dose[^"]*"[^>]*>(.*?)</p>', block.proto.body)
    ]
    return "; ".join(found)


def with_all_files(app: AppTest) -> AppTest:
    """Open the menu of the other files; nothing is drawn in it before."""
    app.session_state["other-files"] = True
    app = app.run()
    assert not app.exception
    return app


def downloads(app: AppTest) -> list[bool]:
    """Return for each download button, those of the menu too, whether it can be pressed."""
    return [not button.proto.disabled for button in with_all_files(app).download_button]
