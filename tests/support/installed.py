"""Builds the package, installs the wheel into a fresh environment, and uses it there.

``make wheel`` runs it. The lines below are those that README shows to programmers; nothing of the
checkout is on the path of the new environment. To install, it has the network; in use, it has none.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import tempfile
import venv
from pathlib import Path

from tests.support.places import ROOT

# Archives count seconds from 1980; any fixed day gives the same bytes for the same tree.
SAME_DAY = "1767225600"

LINES = """
import dosing, schedules
given = dosing.dose("0.4 g/kg", weight="72 kg", round_to="5 g", rounding="nearest")
assert str(given) == "30 g", given
assert given.steps and not given.findings and given.to_dict() and given._repr_html_()
surface = dosing.bsa("mosteller", weight="70 kg", height="175 cm")
assert round(float(surface.magnitude), 4) == 1.8447, surface
assert dosing.body(
    weight="70 kg", height="175 cm", sex="male", age="48 years", creatinine="80 umol/L"
)["creatinine_clearance"]
import pandas
frame = pandas.DataFrame({"weight": ["70 kg", "82 kg"], "height": ["175 cm", "180 cm"]})
column = dosing.dose(
    "375 mg/m2", weight=frame["weight"], height=frame["height"], surface="mosteller"
)
assert column.amount.magnitude.size == 2
library = schedules.open_library()
held = dosing.dose(
    "375 mg/m2", weight="70 kg", height="175 cm", surface="mosteller",
    drug=library.drug("rituximab"), route="intravenous infusion",
)
assert not [finding for finding in held.findings if finding.level == "STOP"]
pump = dosing.infuse(dose="700 mg", volume="500 mL", ladder=library.ladder("rituximab-first"))
assert round(pump.to_dict()["steps"][0]["ml_per_h"], 1) == 35.7
course = schedules.plan(
    "rituximab-weekly", label="ward-7", weight="70 kg", height="175 cm", sex="male",
    age="48 years", start="2026-11-30", made_on="2026-11-20",
)
assert len(course.to_frame()) == 4
assert course.to_ics().startswith(b"BEGIN:VCALENDAR")
assert course.to_pdf("chart").startswith(b"%PDF")
assert course.findings and course.totals and course.to_dict()["course"]
moved = course.change(
    "defer", at="cycle 1 day 8", by="7 days", scope="later", why="neutrophils 0.9", who="AB"
)
assert [str(row.date) for row in moved.doses][1] == "2026-12-14"
assert [str(row.date) for row in course.doses][1] == "2026-12-07"
print("The lines of the programmers' door run.")
"""
COMMANDS = (
    ("--version",),
    ("list", "--search", "rituximab"),
    ("show", "rituximab-weekly"),
    ("dose", "--rate", "0.4 g/kg", "--weight", "72 kg"),
    ("infuse", "--dose", "700 mg", "--volume", "500 mL", "--ladder", "rituximab-first"),
    ("records", "--help"),
)


def run(*command: str | Path, cwd: Path, env: dict[str, str] | None = None) -> None:
    subprocess.run([str(part) for part in command], cwd=cwd, check=True, env=env)


def build_again_elsewhere(source: Path, wheel: Path, folder: Path, env: dict[str, str]) -> None:
    """Build the wheel from the unpacked sources, and hold it to the same bytes."""
    with tarfile.open(source) as archive:
        archive.extractall(folder / "elsewhere", filter="data")
    (unpacked,) = (folder / "elsewhere").iterdir()
    build = (sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d")
    run(*build, folder / "again", cwd=unpacked, env=env)
    if (folder / "again" / wheel.name).read_bytes() != wheel.read_bytes():
        raise SystemExit(f"{wheel.name}: two builds of the same sources differ")


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        same = {**os.environ, "SOURCE_DATE_EPOCH": SAME_DAY}
        build = (sys.executable, "-m", "hatchling", "build", "-d")
        run(*build, folder / "dist", cwd=ROOT, env=same)
        (wheel,) = (folder / "dist").glob("*.whl")
        (source,) = (folder / "dist").glob("*.tar.gz")
        build_again_elsewhere(source, wheel, folder, same)
        venv.create(folder / "fresh", with_pip=True)
        python = folder / "fresh" / "bin" / "python"
        pip = (python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-input")
        run(*pip, "--require-hashes", "-r", ROOT / "requirements.lock", cwd=folder)
        run(*pip, "--no-deps", wheel, cwd=folder)
        home = {**os.environ, "HOME": str(folder), "XDG_DATA_HOME": str(folder / "data")}
        home.pop("PYTHONPATH", None)
        silent = ROOT / ".ci" / "silent.sh"
        run(silent, python, "-c", LINES, cwd=folder, env=home)
        for arguments in COMMANDS:
            run(silent, python.with_name("posology"), *arguments, cwd=folder, env=home)
        beside = [path for path in (folder / "fresh").rglob("*.sqlite3")]
        if beside:
            raise SystemExit(f"records lie inside the installed program: {beside}")
        sys.stdout.write(f"{wheel.name}: built, installed, used in a fresh environment.\n")


if __name__ == "__main__":
    main()
