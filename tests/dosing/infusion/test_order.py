"""What is typed of an infusion becomes an order of quantities."""

from __future__ import annotations

import datetime as dt

from dosing.infusion.order import clock_text
from dosing.units import MINUTE, quantity


def test_a_clock_time_beyond_the_last_year_is_still_written() -> None:
    # 1 L at 0.0000001 mL/h takes 600,000,000,000 min: 416,666,666 days and 16 hours.
    end = clock_text(dt.time(9), quantity(6e11, MINUTE))
    assert end == "01:00, 416666667 days later"
