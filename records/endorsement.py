"""Whether a file is endorsed: two proved people signed what it means, as it means now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import TYPE_CHECKING

from dosing.errors import InputError
from records.place import are_begun
from schedules.knowledge.library import Library

if TYPE_CHECKING:
    # The database takes longer to import than a course takes to compute.
    from records.store import Store


def endorse(
    library: Library,
    environment: Mapping[str, str],
    beside: Path,
    open_records: Callable[[], AbstractContextManager[Store]] | None = None,
) -> Library:
    """Return the library with those files endorsed whose claim the records prove.

    Where no file claims it, no records are opened; where they cannot be read, nothing is endorsed.

    Args:
        library: the library as its files are.
        environment: the settings, as ``os.environ``.
        beside: the folder of the program.
        open_records: gives the records that are open already.
    """
    claimed = library.claiming
    if not claimed or not are_begun(environment, beside):
        return library
    from records.database import database_url, exists
    from records.file_signature import content_of, is_proved
    from records.store import open_store

    try:
        url = database_url(environment, beside)
        if not exists(url):
            return library
        with closing(open_store(url)) if open_records is None else open_records() as store:
            signed = {file: store.signatures(file) for file in claimed}
    except InputError:
        return library
    return library.endorsing(
        file for file in claimed if is_proved(content_of(library, file), signed[file])
    )
