"""Blocks on other machines: the same function in the workers of a Dask cluster.

A worker computes only where its program and its library are those of the machine that asks. A block
whose worker is lost is computed by another one.
"""

from __future__ import annotations

import hashlib
import itertools
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from distributed import Client, WorkerPlugin, as_completed
from distributed.protocol.pickle import dumps, loads

# Its unit registry must be the one of the process before a Quantity is unpickled there.
import dosing.units
from dosing.errors import refuse
from schedules.cohort.blocks import Numbered, Runner
from schedules.cohort.compute import Part, Work, compute
from schedules.cohort.table import PatientTable
from schedules.library.shipped import shipped_knowledge

_SECONDS_TO_CONNECT = 20
_SENT_AHEAD = 3
_KNOWLEDGE = ("bands", "drugs", "regimens", "terms", "site.yaml", "sources.yaml")
_PROGRAM = Path(dosing.units.__file__).parents[1]
_ROOMS = ("dosing", "schedules")


def hash_of_library(knowledge: Path) -> str:
    """Return one hash of the program that computes and of the files that it goes by."""
    files = [
        (f"{path.relative_to(folder)}", path)
        for folder, names, suffixes in (
            (_PROGRAM, _ROOMS, {".py", ".txt"}),
            (knowledge, _KNOWLEDGE, {".yaml", ".csv", ".md"}),
        )
        for name in names
        for path in (folder / name, *(folder / name).rglob("*"))
        if path.is_file() and path.suffix in suffixes
    ]
    hashes = [f"{name} {hashlib.sha256(path.read_bytes()).hexdigest()}" for name, path in files]
    return hashlib.sha256("\n".join(sorted(hashes)).encode()).hexdigest()


_kept: list[Work] = []
_one_at_a_time = threading.Lock()


class OtherLibraryError(RuntimeError):
    """A worker has another program, or other files, than the machine that asks."""


class KeepWork(WorkerPlugin):
    """Takes the work to every worker once: also to one that comes later, or is started again."""

    def __init__(self, work: Work, library: str) -> None:
        """Keep the work as bytes, which are read only where the program is the same."""
        self.name = "posology"
        self._work, self._library = dumps(work), library

    def setup(self, worker: Any) -> None:
        """Keep the work in a worker.

        Raises:
            OtherLibraryError: with the address of the worker, if its library is another one.
        """
        if hash_of_library(shipped_knowledge()) != self._library:
            raise OtherLibraryError(worker.address)
        # From the machine that asks, which may have any code run here.
        _kept[:] = [loads(self._work)]


def compute_kept(table: PatientTable) -> Part:
    """Compute a block in a worker, which may have several threads."""
    with _one_at_a_time:
        return compute(_kept[0], table)


def on_cluster(address: str, knowledge: Path) -> Runner:
    """Return what computes blocks in the workers of a cluster.

    Args:
        address: that of the scheduler.
        knowledge: the folder of the library that is used here.
    """

    def run(work: Work, blocks: Iterable[Numbered]) -> Iterator[tuple[int, Part]]:
        with _connected(address) as client:
            try:
                client.register_plugin(KeepWork(work, hash_of_library(knowledge)))
            except OtherLibraryError as error:
                why = f"has a worker with another program or library, {error}"
                accepted = "install this version there, with the same files"
                refuse("cluster", address, why=why, accepted=accepted)
            except ModuleNotFoundError:
                why, accepted = "has a worker without Posology", "install this version there"
                refuse("cluster", address, why=why, accepted=accepted)
            yield from _computed(client, blocks)

    return run


def _connected(address: str) -> Client:
    """Return a connection to a scheduler that has workers."""
    try:
        client = Client(address, timeout=_SECONDS_TO_CONNECT, set_as_default=False)
    except (OSError, ValueError, TimeoutError):
        why, write = "is no scheduler that answers", "--cluster tcp://HOST:8786"
        refuse("cluster", address, why=why, write=write)
    if not client.nthreads():
        client.close()
        refuse("cluster", address, why="has no worker", accepted="start one: dask worker ADDRESS")
    return client


def _computed(client: Client, blocks: Iterable[Numbered]) -> Iterator[tuple[int, Part]]:
    """Yield what each block came to; a few are sent ahead, so that the memory stays flat."""
    numbers: dict[Any, int] = {}
    waiting = iter(blocks)

    def send(count: int) -> list[Any]:
        some = list(itertools.islice(waiting, count))
        futures = client.map(compute_kept, [table for _, table in some], pure=False)
        numbers.update(zip(futures, (number for number, _ in some), strict=True))
        return futures

    finished = as_completed(send(_SENT_AHEAD * len(client.nthreads())), loop=client.loop)
    for future in finished:
        part = future.result()
        yield numbers.pop(future), part
        finished.update(send(1))
