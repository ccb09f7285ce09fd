"""Feeds every door: ``python -m tests.fuzz SECONDS [DOOR ...]``, the time shared among the doors.

``python -m tests.fuzz --keep`` afterwards writes the corpus anew.

What reaches new code is kept in ``.fuzz/``, beside the small corpus that a run begins with. An
input that fell is judged again in a process without instruments, and printed with its bytes.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.fuzz.grammars import GRAMMARS
from tests.fuzz.one_door import fallen
from tests.support.places import ROOT

# How many inputs each door took in the last run of all of them, and how many fell.
RUNS = ROOT / "tests" / "fuzz" / "runs.json"
CORPUS = ROOT / "tests" / "fuzz" / "corpus.json"
KEPT = ROOT / ".fuzz"
_KEPT_OF_A_DOOR, _LONGEST_KEPT = 12, 60
_STARTING_SECONDS = 600


def corpus() -> dict[str, list[bytes]]:
    """Return the inputs that a run begins with, by their door."""
    kept = json.loads(CORPUS.read_text(encoding="ascii"))
    return {door: [bytes.fromhex(data) for data in inputs] for door, inputs in kept.items()}


def feed_one(door: str, seconds: int, found: Path) -> int:
    """Feed one door in a process of its own, and return the number of runs."""
    kept = KEPT / door
    kept.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(corpus().get(door, [])):
        (kept / f"corpus-{number}").write_bytes(data)
    words = ["-m", "tests.fuzz.one_door", door, str(seconds), str(kept), str(found)]
    done = subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=seconds + _STARTING_SECONDS,
        check=False,
    )
    if done.returncode:
        sys.stderr.buffer.write(done.stderr[-2000:])
        raise SystemExit(f"{door}: the fuzzer itself has stopped")
    return int(done.stdout.split()[-1])


def keep() -> None:
    """Write the corpus anew: of each door the short inputs that reached something new last."""
    kept = {}
    for door in GRAMMARS:
        paths = sorted((KEPT / door).glob("*"), key=lambda path: path.stat().st_mtime)
        inputs = [data for path in paths if len(data := path.read_bytes()) <= _LONGEST_KEPT]
        kept[door] = sorted(data.hex() for data in inputs[-_KEPT_OF_A_DOOR:])
    CORPUS.write_text(json.dumps(kept, indent=1) + "\n", encoding="ascii")


def main(arguments: list[str]) -> int:
    """Feed the doors; exit with 1 where an input fell."""
    if arguments == ["--keep"]:
        keep()
        return 0
    seconds, doors = int(arguments[0]), arguments[1:] or list(GRAMMARS)
    all_runs = {}
    with tempfile.TemporaryDirectory() as folder:
        for door in doors:
            runs = feed_one(door, max(1, seconds // len(doors)), Path(folder))
            falls = []
            for path in sorted(Path(folder).glob(f"{door}-*")):
                data = path.read_bytes()
                if how := fallen(door, data):
                    falls.append(f"    {how}: {data.hex()}\n")
            all_runs[door] = {"inputs": runs, "fell": len(falls)}
            sys.stdout.write(f"{door}: {runs:,} runs, {len(falls)} fell\n{''.join(falls)}")
            sys.stdout.flush()
    if doors == list(GRAMMARS):
        RUNS.write_text(json.dumps(all_runs, indent=1) + "\n", encoding="ascii")
    return 1 if any(run["fell"] for run in all_runs.values()) else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
