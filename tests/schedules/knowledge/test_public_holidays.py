from __future__ import annotations

import datetime as dt
import subprocess
import sys

import pytest

from schedules.knowledge.public_holidays import country_holidays
from tests.support.places import ROOT

ONE_COUNTRY = """
import sys
from schedules.knowledge.public_holidays import country_holidays
for country, part in (("GB", "ENG"), ("DE", "BY"), ("US", "CA"), ("AU", "NSW"), ("PR", "")):
    print(country, len(country_holidays(country, part, 2026)))
print(sum(name.startswith("holidays.countries.") for name in sys.modules) < 10)
"""
AS_THE_LIBRARY_READS_THEM = """
import holidays
for country, part in (("GB", "ENG"), ("DE", "BY"), ("US", "CA"), ("AU", "NSW"), ("PR", "")):
    print(country, len(holidays.country_holidays(country, subdiv=part or None, years=2026)))
print(True)
"""


def printed(lines: str) -> str:
    command = [sys.executable, "-c", lines]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def test_boxing_day_of_2026_is_kept_on_the_monday_after() -> None:
    # gov.uk/bank-holidays: 28 December 2026, Monday, Boxing Day (substitute day)
    days = country_holidays("GB", "ENG", 2026)
    assert dt.date(2026, 12, 28) in days
    assert dt.date(2026, 12, 29) not in days


def test_a_country_is_imported_alone_and_is_as_the_library_has_it() -> None:
    assert printed(ONE_COUNTRY) == printed(AS_THE_LIBRARY_READS_THEM)


def test_a_country_that_nobody_knows_is_refused() -> None:
    with pytest.raises(NotImplementedError):
        country_holidays("ZZ")
