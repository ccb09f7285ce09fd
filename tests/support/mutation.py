"""Whether the tests notice a change of the code: every mutant of a module, each in its own process.

``python -m tests.support.mutation --only schedules.course.facts``; tests/mutation/modules.yaml
says which tests a module has, and why some mutants change nothing. A module that is as it was when
it was last tried, with its tests, is not tried again; ``--only`` tries it anyway.
"""

from __future__ import annotations

import argparse
import ast
import functools
import gc
import importlib
import itertools
import os
import re
import resource
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import CodeType, FrameType, FunctionType, ModuleType
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.support import kept_runs
from tests.support.forks import FAULT, caches, in_a_child, run_test
from tests.support.mutants import Mutant, mutants_of
from tests.support.places import ROOT, TESTS

MODULES = TESTS / "mutation" / "modules.yaml"
# What came of the last run of each whole module.
RUNS = TESTS / "mutation" / "runs.json"
_SECONDS, _TIMES = 10, 5


def main(arguments: Sequence[str] | None = None) -> int:
    """Try the mutants of modules, print how many were noticed, and name the others.

    Returns:
        1 if a mutant survived that is not named as equivalent, or one is named in vain.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", metavar="MODULE", action="append")
    parser.add_argument(
        "--changed",
        metavar="COMMIT",
        nargs="?",
        const="HEAD~1",
        help="only lines that differ from a commit",
    )
    args = parser.parse_args(arguments)
    modules = YAML(typ="safe").load(MODULES)
    left, as_they_were = 0, {} if args.only or args.changed else tried()
    for name in args.only or modules:
        if name in as_they_were:
            left |= _tell_again(name, as_they_were[name])
            continue
        lines = _changed_lines(args.changed, name) if args.changed else None
        if lines is None or has_mutant(name, lines):
            left |= in_a_child(functools.partial(_try_module, name, modules[name], lines))
    return min(left, 1)


def tried() -> dict[str, dict[str, int]]:
    """Return what came of each module that is as it was when it was tried, with its tests."""
    modules = YAML(typ="safe").load(MODULES)
    runs = kept_runs.still_valid(RUNS, lambda name: _digest(name, modules[name]), modules)
    found = {}
    for name, run in runs.items():
        survivors = set(run["survivors"])
        equivalent = len(survivors & modules[name].get("equivalent", {}).keys())
        noticed = run["mutants"] - len(survivors)
        found[name] = {"mutants": run["mutants"], "noticed": noticed, "equivalent": equivalent}
    return found


def _digest(name: str, entry: dict[str, Any]) -> str:
    tests = entry["tests"]
    files = [test.partition("::")[0] for test in tests if not test.startswith("-")]
    own = [f"{name.replace('.', '/')}.py", "tests/support/mutants.py"]
    return kept_runs.digest([*own, *files], *tests)


def _tell_again(name: str, run: dict[str, int]) -> int:
    survived = run["mutants"] - run["noticed"] - run["equivalent"]
    sys.stdout.write(f"{name}: as it was, {survived} survived\n")
    return 1 if survived else 0


def _changed_lines(commit: str, module: str) -> set[int]:
    """Return the lines of a module that differ from a commit."""
    path = f"{module.replace('.', '/')}.py"
    command = ["git", "diff", "--unified=0", commit, "--", path]
    text = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    heads = re.findall(r"^@@ \S+ \+(\d+)(?:,(\d+))? @@", text, re.MULTILINE)
    return {
        int(first) + more for first, count in heads for more in range(int(count) if count else 1)
    }


def has_mutant(module: str, lines: set[int]) -> bool:
    """Return whether there is anything to change on these lines: a comment is none."""
    if not lines:
        return False  # as of most modules: to make the mutants of all takes minutes
    path = ROOT / f"{module.replace('.', '/')}.py"
    return any(mutant.line in lines for mutant in mutants_of(path.read_text(), str(path)))


def _try_module(name: str, entry: dict[str, Any], lines: set[int] | None) -> int:
    trial = _Trial(name, lines)
    asked = ["-n0", "-s", "-qq", "-p", "no:cacheprovider", *entry["tests"]]
    if pytest.main(asked, plugins=[trial]) == pytest.ExitCode.INTERNAL_ERROR:
        return FAULT
    equivalent = entry.get("equivalent", {})
    unnamed = [mutant for mutant in trial.survivors if mutant not in equivalent]
    noticed = equivalent.keys() - trial.survivors if lines is None else set()
    killed = trial.tried - len(trial.survivors)
    report = [
        f"{name}: {trial.tried} mutants, {killed} noticed, "
        f"{len(trial.survivors) - len(unnamed)} equivalent, {len(unnamed)} survived, "
        f"{trial.seconds / max(trial.tried, 1):.2f} s CPU each"
    ]
    for title, found in (("survived", unnamed), ("named as equivalent in vain", noticed)):
        for mutant in sorted(found, key=lambda one: trial.survivors.get(one, 0)):
            where = f"line {trial.survivors[mutant]}: " if mutant in trial.survivors else ""
            report.append(f"  {title}: {where}{mutant}")
    sys.stdout.write("\n" + "\n".join(report) + "\n")
    if lines is None and trial.tried:
        kept_runs.keep_run(
            RUNS,
            name,
            _digest(name, entry),
            mutants=trial.tried,
            survivors=sorted(trial.survivors),
        )
    return 1 if unnamed or noticed or not trial.tried else 0


class _Trial:
    """Runs in the place of pytest's loop: all tests once, watched, then those of each mutant."""

    def __init__(self, module: str, lines: set[int] | None) -> None:
        self.name, self.path = module, str(ROOT / f"{module.replace('.', '/')}.py")
        self.survivors: dict[str, int] = {}
        self.tried, self.seconds = 0, 0.0
        self._lines = lines
        self._failed = False

    def pytest_sessionstart(self) -> None:
        """Look for no smaller case of a failure; what this takes is imported after pytest began."""
        from hypothesis import Phase, settings

        quick = settings(settings.get_profile("posology"), phases=[Phase.explicit, Phase.generate])
        settings.register_profile("mutation", quick)
        settings.load_profile("mutation")

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Try every mutant."""
        ran: dict[pytest.Item, set[int]] = {}
        cost: dict[pytest.Item, float] = {}
        items, kept = session.items, caches()
        for item, following in zip(items, [*items[1:], items[0]], strict=True):
            begun, ran[item] = time.process_time(), set()
            # What another test had computed would not run, and seem to be looked at by that one.
            for cache in kept:
                cache.cache_clear()
            sys.settrace(self._watcher(ran[item]))
            run_test(item, following)
            sys.settrace(None)
            cost[item] = time.process_time() - begun
            if self._failed:
                raise SystemExit(f"{item.nodeid} fails without a mutant.")
        # The suite hides what it imported from the collector.
        gc.unfreeze()
        source = Path(self.path).read_text()
        uses = _uses(source)
        functions, kept = self._functions(), caches()
        gc.freeze()
        same = Mutant("", "", 0, range(0), compile(source, self.path, "exec"), frozenset())
        if in_a_child(functools.partial(self._is_noticed, same, functions, kept, items, 1000)):
            raise SystemExit("The tests do not pass twice in one process, or with it put back.")
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        for mutant in mutants_of(source, self.path):
            if self._lines is not None and mutant.line not in self._lines:
                continue
            self.tried += 1
            # A name of the module runs where it is used; a lambda that it holds, on its own lines.
            at = {line for name in mutant.names for line in uses[name]}.union(mutant.lines)
            tests = sorted((item for item in items if ran[item] & at), key=cost.__getitem__)
            limit = round(_SECONDS + _TIMES * sum(cost[item] for item in tests))
            work = functools.partial(self._is_noticed, mutant, functions, kept, tests, limit)
            if in_a_child(work) == 0:
                self.survivors[mutant.name] = mutant.line
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Remember that a test failed."""
        self._failed |= report.failed

    def _watcher(self, lines: set[int]) -> Callable[..., Any]:
        def line(frame: FrameType, event: str, _: object) -> Any:
            lines.add(frame.f_lineno)
            return line

        def call(frame: FrameType, event: str, _: object) -> Any:
            return line if frame.f_code.co_filename == self.path else None

        return call

    def _functions(self) -> list[FunctionType]:
        return [
            one
            for one in gc.get_objects()
            if isinstance(one, FunctionType) and one.__code__.co_filename == self.path
        ]

    def _is_noticed(
        self,
        mutant: Mutant,
        functions: Iterable[FunctionType],
        kept: Iterable[Any],
        tests: Sequence[pytest.Item],
        limit: int,
    ) -> int:
        """Run tests on a mutant until one fails; what takes too long is ended, and noticed."""
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
        signal.alarm(20 * limit)
        if not self._put(mutant, functions):
            return 1
        if tests:
            tests[0].session._setupstate.teardown_exact(tests[0])
        null = os.open(os.devnull, os.O_WRONLY)
        for stream in (1, 2):
            os.dup2(null, stream)
        for cache in kept:
            cache.cache_clear()
        for item, following in itertools.zip_longest(tests, tests[1:]):
            run_test(item, following)
            if self._failed:
                return 1
        return 0

    def _put(self, mutant: Mutant, functions: Iterable[FunctionType]) -> bool:
        """Put a mutant in the place of the module, for everybody who has imported it.

        Returns:
            False for one that cannot be imported.
        """
        codes = dict(_codes(mutant.code))
        for function in functions:
            own = function.__code__
            code = codes.get((own.co_qualname, own.co_firstlineno), own)
            # A closure that would hold less than it does cannot be changed, only made anew.
            if code.co_freevars == own.co_freevars:
                function.__code__ = code
        module = importlib.import_module(self.name)
        scratch = ModuleType(self.name)
        scratch.__dict__.update(__file__=self.path, __package__=self.name.rpartition(".")[0])
        # Annotations are looked up there, and must name the same classes.
        sys.modules[self.name] = scratch
        try:
            exec(mutant.code, scratch.__dict__)  # noqa: S102 - the program's own code
        except Exception:  # noqa: BLE001 - whatever a mutant does
            return False
        finally:
            sys.modules[self.name] = module
        for name in mutant.names:
            own = getattr(module, name)
            for other in list(sys.modules.values()):
                has_it = getattr(other, "__dict__", {}).get(name) is own
                if other is module or (has_it and imports(other, name)):
                    setattr(other, name, getattr(scratch, name))
        for name, value in list(vars(scratch).items()):
            if getattr(value, "__module__", "") == self.name:
                _take_defaults(getattr(module, name, None), value)
        return True


def imports(module: ModuleType, name: str) -> bool:
    """Return whether a module has a name from another: a figure of its own, though equal, stays."""
    path = module.__dict__.get("__file__") or ""
    if not path.endswith(".py"):
        return False
    nodes = ast.walk(ast.parse(Path(path).read_text(encoding="utf-8")))
    taken = (alias for node in nodes if isinstance(node, ast.ImportFrom) for alias in node.names)
    return any(name == (alias.asname or alias.name) for alias in taken)


def _take_defaults(own: Any, other: Any) -> None:
    """Take the defaults of a function, or of the methods of a class, which no code holds."""
    if isinstance(own, type) and isinstance(other, type):
        for name, method in vars(own).items():
            if isinstance(method, FunctionType):
                _take_defaults(method, vars(other).get(name))
    if isinstance(own, FunctionType) and isinstance(other, FunctionType):
        own.__defaults__, own.__kwdefaults__ = other.__defaults__, other.__kwdefaults__


def _codes(code: CodeType) -> Iterable[tuple[tuple[str, int], CodeType]]:
    yield (code.co_qualname, code.co_firstlineno), code
    for one in code.co_consts:
        if isinstance(one, CodeType):
            yield from _codes(one)


def _uses(source: str) -> dict[str, set[int]]:
    """Return the lines on which each name is used."""
    uses = defaultdict(set)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            uses[node.id].add(node.lineno)
    return uses


if __name__ == "__main__":
    sys.exit(main())
