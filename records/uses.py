"""Which saved plans were made or checked with a file, in every version that the records hold."""

from __future__ import annotations

import json
from collections.abc import Iterator

from sqlalchemy import Connection

from records.models import read_signature, select_records
from records.signature import NOT_IN_THE_LIBRARY
from records.tables import plan_versions, signatures
from schedules.knowledge.earlier_files import meaning_of
from schedules.review.affected import FileUse, uses_in

_AT_ONCE = 500


def uses_of(connection: Connection, file: str) -> Iterator[FileUse]:
    """Return each use of a file by a version of a plan, and by a signature on one.

    What was erased says no more what a plan was made with; its signatures still do.
    """
    labels: dict[str, str] = {}
    saved = select_records(plan_versions).order_by(plan_versions.c.n)
    for row in connection.execute(saved, execution_options={"yield_per": _AT_ONCE}):
        if row.content is None:
            continue
        content = json.loads(row.content)
        labels[row.plan] = content["patient"]["label"]
        for meaning, version in dict.fromkeys(uses_in(content, file)):
            yield FileUse(
                plan=row.plan,
                label=labels[row.plan],
                how=f"saved as version {row.version}",
                meaning=meaning,
                version=version,
            )
    for row in connection.execute(select_records(signatures).order_by(signatures.c.n)):
        signature = read_signature(row)
        meant = signature.covers.knowledge.get(file, NOT_IN_THE_LIBRARY)
        # A signature on a file itself stands under the name of the file.
        if meant != NOT_IN_THE_LIBRARY and "/" not in signature.plan:
            yield FileUse(
                plan=signature.plan,
                label=labels.get(signature.plan, ""),
                how=f"version {signature.version} {signature.outcome} by {signature}",
                meaning=meaning_of(meant),
            )
