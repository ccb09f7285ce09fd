"""A figure that changes alone is refused by its second place, where nothing else holds it."""

from __future__ import annotations

import io
import itertools
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from ruamel.yaml import YAML

from dosing.drugs.drug import Drug
from dosing.errors import KnowledgeError
from schedules.knowledge.regimen import Regimen
from schedules.library.reader import read_version
from tests.support.places import ROOT
from tests.support.slips import slips
from tests.support.written import written

MODELS: dict[str, type[Regimen | Drug]] = {"regimens": Regimen, "drugs": Drug}
FILES = (
    "drugs/rituximab.yaml",
    "drugs/cyclophosphamide.yaml",
    "drugs/immunoglobulin.yaml",
    "regimens/rituximab-weekly.yaml",
    "regimens/prednisolone-daily.yaml",
)


def holds_alone(kind: str, document: Any) -> bool:
    """Return whether a file holds that has its figures once."""
    full = written(document)
    if full.problems:
        return False
    try:
        MODELS[kind].model_validate(full.document)
    except ValidationError:
        return False
    return True


@pytest.mark.hazard("H34")
@pytest.mark.parametrize("name", FILES)
def test_a_wrong_figure_that_nothing_else_holds_is_refused_at_load(
    name: str, tmp_path: Path
) -> None:
    yaml = YAML(typ="safe", pure=True)
    document = yaml.load((ROOT / name).read_text(encoding="utf-8"))
    stated = document.pop("read_back")
    kind = name.partition("/")[0]
    wrong = (slip.document for slip in slips(document) if slip.place[0] != "examples")
    unseen = list(itertools.islice((one for one in wrong if holds_alone(kind, one)), 5))
    assert len(unseen) == 5
    path = tmp_path / Path(name).name
    for one in unseen:
        text = io.StringIO()
        yaml.dump({**one, "read_back": stated}, text)
        path.write_text(text.getvalue(), encoding="utf-8")
        with pytest.raises(KnowledgeError, match="the figures of the file say"):
            read_version(path)
