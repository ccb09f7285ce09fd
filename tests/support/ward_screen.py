"""The Ward screen driven in tests: what a person does on it, and when."""

from __future__ import annotations

import datetime as dt

from streamlit.testing.v1 import AppTest

from screens.state.session import Session
from tests.support.driving import opened, type_in

TODAY = dt.datetime(2026, 11, 27, 8, 0, tzinfo=dt.UTC)


def session(app: AppTest) -> Session:
    found: Session = app.session_state["posology"]
    return found


def choose(app: AppTest, label: str, value: str) -> AppTest:
    app = next(one for one in app.radio if one.label == label).set_value(value).run()
    assert not app.exception
    return app


def press(app: AppTest, words: str) -> AppTest:
    app = next(one for one in app.button if one.label.startswith(words)).click().run()
    assert not app.exception
    return app


def asked(first: str = "2026-11-30", last: str = "2026-12-13") -> AppTest:
    app = choose(opened("ward"), "Which plans", "records")
    app = type_in(type_in(app, "From", first), "To", last)
    return choose(app, "A line for each", "day")
