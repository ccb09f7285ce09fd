"""Blocks computed in the workers of a cluster are those that are computed here."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from distributed import LocalCluster

from dosing.errors import InputError
from schedules.cohort import cluster
from schedules.cohort.blocks import BlockFolder, Runner, here
from schedules.cohort.cluster import on_cluster
from schedules.cohort.published import publish
from schedules.library.shipped import shipped_knowledge
from tests.schedules.cohort.tables import job_of


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with LocalCluster(
        n_workers=1, processes=False, dashboard_address=None, host="127.0.0.1", protocol="tcp"
    ) as local:
        yield str(local.scheduler_address)


def doses(folder: Path, runner: Runner, blocks: int) -> bytes:
    """Return the doses as they are published."""
    own, out = job_of(folder, 12), folder / "doses.csv"
    parts = BlockFolder(folder / f"parts-{blocks}", own, blocks)
    whole = parts.run(runner, lambda _: None)
    publish(parts, whole, out=out, findings=folder / "found.csv", demand=folder / "demand.csv")
    return out.read_bytes() + (folder / "demand.csv").read_bytes()


def test_a_cluster_computes_the_bytes_that_one_process_does(address: str, tmp_path: Path) -> None:
    on_workers = doses(tmp_path, on_cluster(address, shipped_knowledge()), 5)
    assert on_workers == doses(tmp_path, here, 1)


@pytest.mark.hazard("H297")
def test_a_worker_with_another_library_is_refused_in_words(address: str, tmp_path: Path) -> None:
    other = tmp_path / "library"
    shutil.copytree(shipped_knowledge() / "drugs", other / "drugs")
    with pytest.raises(InputError, match="another program or library, tcp://127"):
        doses(tmp_path, on_cluster(address, other), 1)


def test_an_address_without_a_scheduler_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "_SECONDS_TO_CONNECT", 0.1)
    with pytest.raises(InputError, match=r'"tcp://127\.0\.0\.1:1" is no scheduler that answers'):
        doses(tmp_path, on_cluster("tcp://127.0.0.1:1", shipped_knowledge()), 1)
