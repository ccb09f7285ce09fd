"""Arithmetic that is the same for one value and for a column of them.

One value is a plain number, a column a NumPy array of them. NumPy is imported only where a column
is in hand: whoever made the column has imported it. So one value needs no NumPy.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Collection, Sequence
from typing import Any


def is_column(value: object) -> bool:
    """Return whether a value is a column of values rather than one."""
    if isinstance(value, float):
        return False
    np = sys.modules.get("numpy")
    return np is not None and isinstance(value, np.ndarray)


def any_of(rows: Any) -> bool:
    """Return whether a condition holds, in a column for any row."""
    return bool(rows.any()) if is_column(rows) else bool(rows)


def all_of(rows: Any) -> bool:
    """Return whether a condition holds, in a column for every row."""
    return bool(rows.all()) if is_column(rows) else bool(rows)


def negated(rows: Any) -> Any:
    """Return the opposite of a condition. Of a plain bool, ``~True`` would be -2."""
    return ~rows if is_column(rows) else not rows


def choose(rows: Any, yes: Any, no: Any) -> Any:
    """Return one value where a condition holds and the other where it does not."""
    if not is_column(rows):
        return yes if rows else no
    import numpy as np

    return np.where(rows, yes, no)


def pick(values: Sequence[float], positions: Any) -> Any:
    """Return the value that stands at a position, or a column of those at each position."""
    if not is_column(positions):
        return values[positions]
    import numpy as np

    return np.array(values)[positions]


def all_among(texts: Any, words: Collection[str]) -> bool:
    """Return whether every text of a column is one of these words."""
    import numpy as np

    return bool(np.isin(texts, list(words)).all())


def all_finite(value: Any) -> bool:
    """Return whether a number is neither infinite nor NaN, in a column every one of them."""
    if not is_column(value):
        return math.isfinite(value)
    import numpy as np

    return bool(np.isfinite(value).all())


def square_root(value: Any) -> Any:
    """Return the square root. Unlike a power of 0.5, it has the same bits in a column."""
    if not is_column(value):
        return math.sqrt(value)
    import numpy as np

    return np.sqrt(value)


def log10(value: Any) -> Any:
    """Return the decimal logarithm."""
    if not is_column(value):
        return math.log10(value)
    import numpy as np

    return np.log10(value)
