"""The one door to ``holidays``: the public holidays of a country."""

from __future__ import annotations

import importlib.util
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # imported where it is used: most plans ask for no public holidays
    from holidays import HolidayBase

_COUNTRIES = "holidays.countries"


def country_holidays(country: str, subdivision: str = "", year: int | None = None) -> HolidayBase:
    """Return the holidays of a country, of a year if one is named.

    Raises:
        NotImplementedError: if the country or its part is not known.
    """
    # Its registry imports the module of one country by name, which imports the package of all 250:
    # a tenth of a second at each start. The package as it is before it runs serves as well.
    if _COUNTRIES not in sys.modules:
        spec = importlib.util.find_spec(_COUNTRIES)
        if spec is not None:
            sys.modules[_COUNTRIES] = importlib.util.module_from_spec(spec)
    import holidays

    return holidays.country_holidays(country, subdiv=subdivision or None, years=year)
