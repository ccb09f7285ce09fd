from __future__ import annotations

import concurrent.futures
import json
import multiprocessing
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL

from records.database import database_url
from records.store import open_store
from schedules.plans.plan import Plan
from tests.support.killing import copied
from tests.support.ledger import writes
from tests.support.places import ROOT
from tests.support.server import SETTINGS, kill_and_restart, postgresql
from tests.support.ward import PLANNER, listed, minutes, plan

PROCESSES = 2
WRITERS = 8
PLANS_EACH = 12


def killed(address: str, folder: Path, step: int) -> list[dict[str, Any]]:
    asked = [sys.executable, "-m", "tests.support.killing", address, str(folder), str(step)]
    done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def hold(points: list[dict[str, Any]]) -> None:
    assert [point for point in points if point["broken"]] == []
    # What the writer had been told is there; of what it was just doing, all or nothing.
    lost = [p for p in points if p["state"] is None or p["state"] - p["told"] not in (0, 1)]
    assert lost == []
    assert {point["state"] for point in points} >= set(range(len(writes())))


@pytest.mark.hazard("H51")
def test_a_crash_between_any_two_statements_leaves_the_last_committed_state(tmp_path: Path) -> None:
    points = copied(tmp_path)
    assert len(points) >= 200
    hold(points)


def test_a_killed_writer_leaves_what_a_copy_of_its_files_holds(tmp_path: Path) -> None:
    points = killed("sqlite:///records", tmp_path, step=11)
    assert len(points) >= 15
    hold(points)


def test_a_crash_leaves_the_last_committed_state_in_postgresql_too(
    server: URL, tmp_path: Path
) -> None:
    points = killed(server.render_as_string(), tmp_path, step=11)
    assert len(points) >= 15
    hold(points)


@pytest.mark.hazard("H51")
def test_a_server_killed_after_each_write_has_lost_nothing_that_was_told() -> None:
    """The server is set to answer before its log is written, and to leave it unwritten for 10 s."""
    settings = f"{SETTINGS} -c wal_writer_delay=10s"
    with postgresql(settings) as address:
        url = database_url({"POSOLOGY_DATABASE_URL": address}, Path())
        open_store(url).close()
        for told, write in enumerate(writes(), 1):
            store = open_store(url)
            write(store)
            store.close()
            kill_and_restart(url, settings=settings)
            again = open_store(url)
            verdict = again.verify()
            again.close()
            assert (verdict.broken, verdict.entries) == (None, told)


def write_plans(address: str, process: int, texts: list[list[str]], ready: Any) -> None:
    """Let each thread of a process open the store and save its plans, all at once."""

    def write(mine: list[str]) -> None:
        plans = [Plan.from_json(text) for text in mine]
        ready.wait()
        store = open_store(address)
        for what in plans:
            store.save(what, PLANNER, expected_version=0, at=minutes(process))
        store.close()

    with concurrent.futures.ThreadPoolExecutor(len(texts)) as threads:
        list(threads.map(write, texts))


@pytest.mark.hazard("H51")
def test_eight_writers_at_once_lose_nothing_and_keep_the_chain_whole(url: URL) -> None:
    """Two processes of four threads; they also open the store while its tables are not there."""
    labels = [f"ward-{number}" for number in range(WRITERS * PLANS_EACH)]
    texts = [plan(label).to_json() for label in labels]
    each = [texts[start::WRITERS] for start in range(WRITERS)]
    # Forked from a process of their own, which has read the program and has no connection: a child
    # of this one would share its connections.
    started = multiprocessing.get_context("forkserver")
    started.set_forkserver_preload([__name__])
    ready = started.Barrier(WRITERS)
    address = url.render_as_string(hide_password=False)
    people = [
        started.Process(target=write_plans, args=(address, n, each[n::PROCESSES], ready))
        for n in range(PROCESSES)
    ]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert [person.exitcode for person in people] == [0] * PROCESSES
    store = open_store(url)
    assert store.verify().broken is None
    kept = [saved.patient.label for saved in listed(store) if saved]
    assert sorted(kept) == sorted(labels)
    store.close()
