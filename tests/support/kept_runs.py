"""What came of long runs, each kept with a digest: only what has changed since is run again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from tests.support.places import ROOT

Runs = dict[str, dict[str, Any]]
_OF = "of"
_DIGITS = 12


def digest(paths: Iterable[str], *texts: str) -> str:
    """Return a digest of texts, and of files and folders of Python under the root.

    What a test imports on its way is not in it: after a change of everything, delete the runs.
    """
    content = hashlib.sha256("\0".join(texts).encode())
    for path in map(ROOT.joinpath, sorted(paths)):
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path] * path.is_file():
            content.update(file.read_bytes())
    return content.hexdigest()[:_DIGITS]


def read_runs(path: Path) -> Runs:
    """Return what was kept of every run, also of those that would have to be run again."""
    runs: Runs = json.loads(path.read_text(encoding="ascii"))
    return runs


def still_valid(path: Path, digest_of: Callable[[str], str], names: Iterable[str]) -> Runs:
    """Return the runs among these whose every dependence is as it was."""
    runs = read_runs(path)
    known = [name for name in names if name in runs]
    return {name: runs[name] for name in known if runs[name].get(_OF) == digest_of(name)}


def keep_run(path: Path, name: str, of: str, **figures: Any) -> None:
    """Write down what came of a run."""
    runs = {**read_runs(path), name: {_OF: of, **figures}}
    ordered = dict(sorted(runs.items(), key=lambda run: (len(run[0]), run[0])))
    path.write_text(json.dumps(ordered, indent=1) + "\n", encoding="ascii")
