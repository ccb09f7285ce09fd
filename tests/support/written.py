"""A shipped file as the models see it: written out, with the sources that it shares."""

from __future__ import annotations

import functools
from typing import Any

from schedules.knowledge.model_file import WriteOut
from schedules.knowledge.short_forms import WrittenOut
from schedules.library.one_file import writer_beside
from tests.support.places import ROOT


@functools.cache
def _writer(kind: str) -> WriteOut:
    return writer_beside(ROOT / kind / "any.yaml")


def written(document: Any) -> WrittenOut:
    return _writer("regimens" if "phases" in document else "drugs")(document)
