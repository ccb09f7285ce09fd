"""The Plan screen: a changed field, against the same widgets with nothing computed behind them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import cycle
from pathlib import Path
from unittest.mock import patch

from streamlit.testing.v1 import AppTest

from benchmarks.measure import Ratio, compare
from schedules.course import work_out
from schedules.plans import making

ROOT = Path(__file__).resolve().parent.parent
_PATIENT = {
    "plan-label": "bench",
    "plan-age": "48 years",
    "plan-weight": "70 kg",
    "plan-height": "175 cm",
    "plan-first_day": "2026-11-30",
}


def plan_screen() -> Iterator[Ratio]:
    """Change the weight of a filled Plan screen again and again, on the server alone."""
    screen = AppTest.from_file(str(ROOT / "app.py"), default_timeout=30).run()
    screen.radio("plan-sex").set_value("male")
    screen.selectbox("plan-regimen").set_value("rituximab-weekly")
    for key, text in _PATIENT.items():
        screen.text_input(key).set_value(text)
    screen.run()
    weights = cycle(("71 kg", "70 kg"))

    def changed_field() -> object:
        screen.text_input("plan-weight").set_value(next(weights))
        return screen.run()

    results: dict[str, object] = {}

    def only_once(name: str, work: Callable[..., object]) -> Callable[..., object]:
        def first_result(*args: object, **kwargs: object) -> object:
            if name not in results:
                results[name] = work(*args, **kwargs)
            return results[name]

        return first_result

    def nothing_computed() -> object:
        with (
            patch.object(making, "make_plan", only_once("make_plan", making.make_plan)),
            patch.object(work_out, "course", only_once("work_out", work_out.work_out)),
        ):
            return changed_field()

    yield compare(
        "a changed field on the Plan screen",
        changed_field,
        nothing_computed,
        against="the same widgets, nothing computed",
        aim=2,
        rounds=15,
    )
