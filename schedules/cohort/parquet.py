"""Parquet files, by pandas: read as text, and written with numbers as numbers."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from dosing.errors import refuse

_NUMBERS = {"row": int, "cycle": int, "day": int, "n": int, "dose_value": float}
_INSTALL = "install posology[browser], which brings pyarrow, or use a CSV file"


def read(path: Path) -> Iterator[Sequence[str]]:
    """Yield the head, then each row as texts; what is missing is empty.

    Raises:
        InputError: if it cannot be read.
    """
    import pandas as pd

    try:
        frame = pd.read_parquet(path)
    except ImportError:
        refuse("patients", str(path), why="needs pyarrow to be read", accepted=_INSTALL)
    except (OSError, ValueError):
        why, accepted = "cannot be read", "give a Parquet or CSV file"
        refuse("patients", str(path), why=why, accepted=accepted)
    yield list(map(str, frame.columns))
    texts = frame.astype("object").where(frame.notna(), "")
    for values in texts.itertuples(index=False):
        yield list(map(str, values))


def written(doses: bytes) -> bytes:
    """Return the table of doses, which is CSV, as Parquet.

    Raises:
        InputError: if nothing is installed that writes it.
    """
    import pandas as pd

    frame = pd.read_csv(io.BytesIO(doses), dtype=str, keep_default_na=False).astype(_NUMBERS)
    try:
        return bytes(frame.to_parquet(index=False))
    except ImportError:
        refuse("out", "parquet", why="needs pyarrow to be written", accepted=_INSTALL)
