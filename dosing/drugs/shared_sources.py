"""The sources that several files name: each stands once in ``sources.yaml``, under a speaking name.

Two names need no entry anywhere, because they say of themselves what they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from dosing.drugs.drug import SourceEntry
from dosing.drugs.file_model import FileModel

RESERVED: Mapping[str, SourceEntry] = MappingProxyType(
    {
        "proposed": SourceEntry(
            cite="Proposed engineering value, needs a named clinician's sign-off", confirmed=False
        ),
        "by hand": SourceEntry(
            cite="Calculated by hand for this file, beside the example", confirmed=False
        ),
    }
)


class SharedSources(FileModel):
    """The file ``sources.yaml``."""

    sources: dict[str, SourceEntry]
