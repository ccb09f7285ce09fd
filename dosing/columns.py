"""Arithmetic that is the same for one value and for a column of them.

One value is a plain number, a column a NumPy array of them. NumPy is imported only where a column
is in hand: whoever made the column has imported it. So one value needs no NumPy.
"""

from __future__ import annotations

import functools
import math
import sys
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

# Asked several times for every dose, and nearly always of one of these.
_ONE_VALUE = (float, bool, int)
_ROWS_NAMED = 5


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
    return all_of(finite(value))


def finite(value: Any) -> Any:
    """Return whether a number is neither infinite nor NaN; of a column, whether each is."""
    if not is_column(value):
        return math.isfinite(value)
    import numpy as np

    return np.isfinite(value)


def greatest(values: Any) -> Any:
    """Return the greatest value of a column, passing over NaN; one value is the greatest itself."""
    if not is_column(values) or not values.size:
        return values
    import numpy as np

    return float(np.fmax.reduce(values))  # Python rounds its own numbers in an eighth of the time


def least(values: Any) -> Any:
    """Return the least value of a column, passing over NaN; one value is the least itself."""
    if not is_column(values) or not values.size:
        return values
    import numpy as np

    return float(np.fmin.reduce(values))


def name_rows(rows: Any) -> str:
    """Return the rows of a column for which a condition holds: rows 2, 5.

    They are counted as a spreadsheet without a head counts them.
    """
    numbers = [int(n) + 1 for n in rows.nonzero()[0]]
    more = f" and {len(numbers) - _ROWS_NAMED} more" if len(numbers) > _ROWS_NAMED else ""
    named = ", ".join(map(str, numbers[:_ROWS_NAMED]))
    return f"row{'' if len(numbers) == 1 else 's'} {named}{more}"


def in_rows(rows: Any) -> str:
    """Return the end of a sentence about a column, `` in rows 2, 5``; nothing about one value."""
    return f" in {name_rows(rows)}" if is_column(rows) else ""


def power(base: Any, exponent: Any) -> Any:
    """Return a power. In a column it has the same bits as of one value: NumPy's own may not.

    NumPy's is another function than that of the C library on some processors, and the surface by
    Boyd then differs by 11 units of the last place.
    """
    if not (is_column(base) or is_column(exponent)):
        return base**exponent
    import numpy as np

    base, exponent = np.broadcast_arrays(base, exponent)
    return np.array(list(map(math.pow, base.tolist(), exponent.tolist())))


def square_root(value: Any) -> Any:
    """Return the square root. Unlike a power of 0.5, it has the same bits in a column."""
    if not is_column(value):
        return math.sqrt(value)
    import numpy as np

    return np.sqrt(value)


def log10(value: Any) -> Any:
    """Return the decimal logarithm, with the same bits in a column."""
    if not is_column(value):
        return math.log10(value)
    import numpy as np

    return np.array(list(map(math.log10, value.tolist())))


def for_each_different(values: Any, work: Callable[[float], Sequence[Any]]) -> tuple[Any, ...]:
    """Return the columns of what a function gives for each value; equal values are worked once."""
    import numpy as np

    different, where = np.unique(values, return_inverse=True)
    results = np.array([work(one) for one in different.tolist()])
    return tuple(results[where].T)


def rounded(value: Any, digits: int) -> Any:
    """Return a number rounded to decimals, with the same bits in a column: NumPy's own differ."""
    if not is_column(value):
        return round(float(value), digits)
    import numpy as np

    if not any_of(value % 1):
        return value  # as most doses are: a whole number is its own
    # A column of doses has few different numbers, and Python's way takes longer than to find them.
    different, where = np.unique(value, return_inverse=True)
    return np.array([round(one, digits) for one in different.tolist()])[where]


def greatest_of(values: Iterable[Any]) -> Any:
    """Return the greatest of several numbers; of columns, row by row."""
    found = list(values)
    if not any(map(is_column, found)):
        return max(found)
    import numpy as np

    return functools.reduce(np.maximum, found)
