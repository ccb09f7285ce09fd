"""Settings that hold for every test, and what the summary of a run says."""

from __future__ import annotations

import dataclasses
import functools
import gc
import gettext
import inspect
import os
import pickle
import random
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests.support.places import TESTS

# Nothing of the program is imported before the environment is set below.
if TYPE_CHECKING:
    from dosing.drugs.drug import Drug
    from schedules.knowledge.library import Library
    from schedules.knowledge.regimen import Regimen
    from schedules.knowledge.terms import TermsFile

# A suite that starts some hundred programs keeps byte code, whatever the environment says.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# Files of a test need no disk: databases wait for theirs at every write. Where programs cannot be
# run from memory, or there is little of it, they lie where they always do.
MEMORY, ENOUGH = Path("/dev/shm"), 2 * 2**30  # noqa: S108 - the names within cannot be guessed
if MEMORY.is_dir():
    there = os.statvfs(MEMORY)
    if not there.f_flag & os.ST_NOEXEC and there.f_bavail * there.f_frsize >= ENOUGH:
        tempfile.tempdir = os.environ["TMPDIR"] = str(MEMORY)

# Each of the fifty parsers of a command line looks through the disk for translations of argparse:
# there are none, and a quarter of a command that is asked in this process goes there.
vars(gettext)["find"] = functools.cache(gettext.find)

# No test has a time limit: a busy machine is no defect. Speed is measured in benchmarks/.
# The same code has the same verdict on every run; `--hypothesis-profile=anew` draws other cases.
settings.register_profile("posology", deadline=None, derandomize=True)
settings.register_profile("anew", deadline=None, print_blob=True)
settings.load_profile("posology")

pytest_plugins = ["tests.support.silence"]

_NEW_OBJECTS_BETWEEN_COLLECTIONS = 50_000

# The longest modules, begun first: no worker is left with one at the end. One that drives a browser
# often waits, and takes turns with one that computes: two of them at once share two cores with six
# processes.
LONGEST = (
    "screens/access/test_signed_in_browser.py",
    "schedules/library/test_wrong_figures_examples.py",
    "screens/test_browser.py",
    "schedules/library/test_wrong_edits.py",
    "screens/test_stories.py",
    "house/test_printed_commands.py",
    "screens/test_judged_in_the_browser.py",
    "screens/test_kept_in_the_browser.py",
    "house/test_output_grammar.py",
    "records/test_crash.py",
    "screens/test_check.py",
    "screens/test_door_in_the_browser.py",
    "patients/test_catalogue.py",
    "screens/access/test_infusion_in_the_browser.py",
    "commands/test_ward.py",
    "screens/parts/test_bedside_pump.py",
    "commands/test_schedules.py",
    "doors/test_library_files.py",
    "screens/test_long_files.py",
    "schedules/outputs/paper/test_paper.py",
    "screens/parts/test_feed.py",
    "screens/test_plan.py",
    "benchmarks/test_sides.py",
    "patients/test_every_answer.py",
    "records/test_chain.py",
    "doors/test_command_line.py",
    "screens/test_change.py",
    "schedules/library/test_cache.py",
    "schedules/outputs/test_fhir.py",
    "schedules/library/test_plan_definition.py",
    "commands/test_schedule.py",
    "commands/test_posology.py",
    "house/test_hazard_proof.py",
    "schedules/outputs/calendar/test_undo.py",
    "schedules/outputs/test_every_output.py",
    "commands/test_records.py",
    "schedules/cohort/test_expand.py",
    "schedules/plans/test_patient_fields.py",
    "schedules/outputs/calendar/test_ics.py",
    "schedules/library/test_reader.py",
    "records/test_store.py",
    "commands/test_change.py",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a run take the modules, and the tests in each, in an order that a seed decides."""
    parser.addoption("--shuffle", type=int, metavar="SEED", help="run the tests in a random order")


def pytest_collection() -> None:
    """Collect without looking for garbage: there is none among eight thousand tests."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Look for garbage again, but never among the modules and tests, which stay to the end.

    And more seldom: what a worker reads once stays too, and each look walks over some of it.
    """
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS_BETWEEN_COLLECTIONS)
    gc.enable()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin the longest modules first, or shuffle: the same order in every worker."""
    modules = defaultdict(list)
    for item in items:
        modules[item.path.relative_to(TESTS).as_posix()].append(item)
    names = sorted(modules, key=[*LONGEST, *modules].index)
    seed = config.getoption("--shuffle")
    if seed is not None:
        chance = random.Random(seed)  # noqa: S311 - an order, no secret
        chance.shuffle(names)
        for tests in modules.values():
            chance.shuffle(tests)
    items[:] = [item for name in names for item in modules[name]]


@pytest.fixture(scope="session", autouse=True)
def records_of_the_tests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep every test away from the records beside the program, and from what a start kept."""
    base = tmp_path_factory.getbasetemp()
    # The servers that tests start share what the first start of this run kept, in any worker.
    kept = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    with tempfile.TemporaryDirectory() as folder:
        # The heads of the records lie in the user's own folder for the state of programs.
        state = str(Path(folder, "state"))
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("POSOLOGY_DATA", folder)
            patch.setenv("POSOLOGY_NO_CACHE", "1")
            patch.setenv("XDG_CACHE_HOME", str(kept / "servers" / "cache"))
            patch.setenv("XDG_STATE_HOME", state)
            yield


@pytest.fixture(scope="session", autouse=True)
def same_bytes_are_parsed_once() -> Iterator[None]:
    """Parse a knowledge file once a process, however often it is read; each reading gets a copy."""
    from schedules.knowledge import yaml_file
    from schedules.knowledge.yaml_file import parse_quickly

    parsed = functools.lru_cache(maxsize=1024)(lambda content: pickle.dumps(parse_quickly(content)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(yaml_file, "parse_quickly", lambda content: pickle.loads(parsed(content)))  # noqa: S301 - made above
        yield


@pytest.fixture(scope="session", autouse=True)
def same_files_are_proven_once() -> Iterator[None]:
    """Read a file aloud and replay its examples once a process for the same bytes of all it needs.

    As between two starts of the program, though for each file alone: one that holds is remembered
    by the hashes of itself and of everything it rests on. ``every_file_is_proven`` turns it off.
    """
    from schedules.library import reader

    meanings: dict[str, str] = {}
    proven: set[tuple[str, ...]] = set()
    judge = reader._regimen_problems

    class Files(reader._Files):
        def is_read_aloud(self, path: Path, entry: Regimen | Drug | TermsFile) -> bool:
            known = {**meanings, **self._kept.meanings}
            self._kept = dataclasses.replace(self._kept, meanings=known)
            holds = super().is_read_aloud(path, entry)
            meanings.update(self.meanings)
            return holds

    @functools.wraps(judge)
    def problems(
        reading: reader._Files, regimen: Regimen, library: Library, *, replayed: bool
    ) -> list[str]:
        beside = [h for file, h in reading.hashes.items() if not file.startswith("regimens/")]
        key = (*reading.rests_on(f"regimens/{regimen.id}.yaml"), *beside)
        found = judge(reading, regimen, library, replayed=replayed and key not in proven)
        if replayed and not found:
            proven.add(key)
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reader, "_Files", Files)
        patch.setattr(reader, "_regimen_problems", problems)
        yield


@pytest.fixture(scope="session", autouse=True)
def same_files_are_modelled_once() -> Iterator[None]:
    """Make the model of a file once a process for the same bytes of all it rests on.

    One that holds never changes, so every library has the same. What a document says in short is
    written out at each reading, and one that does not hold is refused anew.
    """
    from dosing.drugs.file_model import FileModel
    from schedules.library.folder import Folder

    # Its type names what it keeps: forks.py empties it where the program is changed.
    @functools.cache
    def kept(model: type[FileModel], hashes: tuple[str, ...]) -> list[FileModel]:
        return []

    class Once:
        def __init__(self, folder: Folder, path: Path, model: type[FileModel]) -> None:
            self._folder, self._file, self._model = folder, folder.place(path), model

        def model_validate(self, document: object) -> FileModel:
            made = kept(self._model, tuple(self._folder.rests_on(self._file)))
            if not made:
                made.append(self._model.model_validate(document))
            return made[0]

    read: Callable[..., FileModel | None] = Folder.file

    @functools.wraps(read)
    def file(self: Folder, path: Path, model: type[FileModel]) -> FileModel | None:
        return read(self, path, Once(self, path, model))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Folder, "file", file)
        yield


@pytest.fixture
def every_file_is_proven(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read and replay all of a library, as a program does that has just begun."""
    from schedules.library import reader
    from schedules.library.folder import Folder

    monkeypatch.setattr(Folder, "file", inspect.unwrap(Folder.file))
    (files,) = reader._Files.__bases__
    monkeypatch.setattr(reader, "_Files", files)
    monkeypatch.setattr(reader, "_regimen_problems", inspect.unwrap(reader._regimen_problems))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Report how many edits were refused, over all files that were tried."""
    count = {"edits tried": 0, "edits refused": 0}
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", "") == "call":
                for name, number in report.user_properties:
                    if name in count:
                        count[name] += number
    tried, refused = count.values()
    if tried:
        share = 100 * refused / tried
        terminalreporter.write_line(
            f"Edits of knowledge files: {refused} of {tried} refused ({share:.2f} %)."
        )
