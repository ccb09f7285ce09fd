"""Parquet files, in batches: read as text, and written with numbers as numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dosing.errors import refuse

# A number that rises from patient to patient: the steps are stored.
_COUNTED = "row"
_INSTALL = "install posology[browser], which brings pyarrow, or use a CSV file"


def heads(path: Path) -> Sequence[str]:
    """Return the names of the columns.

    Raises:
        InputError: if the file cannot be read.
    """
    with _opened(path) as file:
        return [str(name) for name in file.schema_arrow.names]


def count(path: Path) -> int:
    """Return how many rows there are.

    Raises:
        InputError: if the file cannot be read.
    """
    with _opened(path) as file:
        return int(file.metadata.num_rows)


def batches(
    path: Path, sizes: Sequence[int]
) -> Iterator[Sequence[tuple[Sequence[str], NDArray[np.intp]]]]:
    """Yield so many rows at a time: of each column its different texts, and which each row has.

    Raises:
        InputError: if the file cannot be read.
    """
    import pyarrow as pa

    with _opened(path) as file:
        read = file.iter_batches(batch_size=max(sizes, default=1))
        left = file.schema_arrow.empty_table()
        for size in sizes:
            while left.num_rows < size:
                left = pa.concat_tables([left, pa.Table.from_batches([next(read)])])
            yield [_column(column) for column in left.slice(0, size).columns]
            left = left.slice(size)


def _column(column: Any) -> tuple[Sequence[str], NDArray[np.intp]]:
    """Return the different texts of a column, and which each row has; a missing one is empty."""
    import pyarrow as pa

    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    coded = column.combine_chunks().dictionary_encode()
    if isinstance(coded, pa.ChunkedArray):
        coded = coded.combine_chunks()
    texts = ["" if value != value else str(value) for value in coded.dictionary.to_pylist()]
    which = coded.indices.fill_null(len(texts)).to_numpy(zero_copy_only=False)
    return [*texts, ""], which.astype(np.intp)


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    try:
        import pyarrow.parquet as pq
    except ImportError:
        refuse("patients", str(path), why="needs pyarrow to be read", accepted=_INSTALL)
    try:
        with pq.ParquetFile(path) as file:
            yield file
    except (OSError, ValueError):
        why, accepted = "cannot be read", "give a Parquet or CSV file"
        refuse("patients", str(path), why=why, accepted=accepted)


class ParquetFile:
    """A file that is being written; equal texts of a column are stored once."""

    def __init__(self, path: Path) -> None:
        """Begin a file.

        Raises:
            InputError: if nothing is installed that writes it.
        """
        try:
            import pyarrow  # noqa: F401
        except ImportError:
            refuse("out", str(path), why="needs pyarrow to be written", accepted=_INSTALL)
        self._path = path
        self._writer: Any = None

    def write(self, columns: dict[str, Any]) -> None:
        """Write rows: a column is of numbers, of days, or of texts with which each row has."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        table = pa.table({name: _written(column) for name, column in columns.items()})
        if self._writer is None:
            self._writer = pq.ParquetWriter(
                self._path,
                table.schema,
                store_schema=False,
                use_dictionary=[name for name in columns if name != _COUNTED],
                column_encoding={_COUNTED: "DELTA_BINARY_PACKED"},
            )
        self._writer.write_table(table)

    def __enter__(self) -> ParquetFile:
        """Return the file itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the file."""
        if self._writer is not None:
            self._writer.close()


def _written(column: Any) -> Any:
    import pyarrow as pa

    if isinstance(column, tuple):
        texts, which = column
        return pa.DictionaryArray.from_arrays(
            pa.array(which, pa.int32()), pa.array(texts, pa.string())
        )
    if column.dtype.kind == "M":
        return pa.array(column.astype("datetime64[D]"))
    return pa.array(column)
