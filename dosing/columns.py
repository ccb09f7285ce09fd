"""Arithmetic that is the same for one value and for a column of them.

One value is a plain number, a column a NumPy array of them. NumPy is imported only where a column
is in hand: whoever made the column has imported it. So one value needs no NumPy.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Collection, Sequence
from typing import Any

# Asked several times for every dose, and nearly always of one of these.
_ONE_VALUE = (float, bool, int)


def is_column(value: object) -> bool:
    """Return whether a value is a column of values rather than one."""
    if isinstance(value, _ONE_VALUE):
        return False
    np = sys.modules.get("numpy")
    return np is not None and isinstance(value, np.ndarray)


def any_of(rows: Any) -> bool:
    """Return whether a condition holds, in a column for any row."""
    return _count(rows) > 0 if is_column(rows) else bool(rows)


def all_of(rows: Any) -> bool:
    """Return whether a condition holds, in a column for every row."""
    return _count(rows) == rows.size if is_column(rows) else bool(rows)


def _count(rows: Any) -> int:
    # In a short column rows.any() and rows.all() cost several times as much as counting.
    import numpy as np

    return int(np.count_nonzero(rows))


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

    return all_of(np.isfinite(value))


def greatest(values: Any) -> Any:
    """Return the greatest value of a column, passing over NaN; one value is the greatest itself."""
    if not is_column(values) or not values.size:
        return values
    import numpy as np

    return np.fmax.reduce(values)


def least(values: Any) -> Any:
    """Return the least value of a column, passing over NaN; one value is the least itself."""
    if not is_column(values) or not values.size:
        return values
    import numpy as np

    return np.fmin.reduce(values)


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
