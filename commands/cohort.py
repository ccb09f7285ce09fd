"""The command ``cohort``: the courses of a whole table of patients, and what they take."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from commands.inputs import (
    add_acknowledge,
    add_several,
    library_folder,
    offer,
    read_acknowledgements,
    read_knowledge,
    read_pairs,
)
from commands.line import BAD_INPUT, DONE, STOPPED, Commands, say, say_error
from commands.progress import progress_bar
from dosing.clock import now
from dosing.errors import Problems, refuse

if TYPE_CHECKING:  # the engine takes longer to import than a help takes to print
    from schedules.cohort.blocks import Runner, TableJob, Whole

_ROWS_A_BLOCK = 100_000
_SUFFIXES = (".csv", ".parquet")


def _options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "patients", type=Path, metavar="PATIENTS", help="a CSV or Parquet file, a patient a row"
    )
    regimen = parser.add_argument(
        "--regimen",
        required=True,
        metavar="ID",
        help="as list shows it; column: as each row names",
    )
    offer(
        regimen, lambda args: (file.stem for file in library_folder(args).glob("regimens/*.yaml"))
    )
    add_several(parser, "--choose", "NAME=VALUE", "the choices that the regimen leaves open")
    parser.add_argument(
        "--made-on", default="", metavar="DATE", help="the day of the plans, if not today"
    )
    add_several(parser, "--drop", "ROW", "leave out rows by their number, the head being row 1")
    add_acknowledge(parser)
    parser.add_argument("--who", default="", metavar="INITIALS", help="who accepts")
    out = parser.add_argument_group("output")
    out.add_argument(
        "--out", type=Path, required=True, metavar="FILE", help="the doses, as CSV or Parquet"
    )
    out.add_argument("--demand", type=Path, metavar="FILE", help="packs by day, drug and strength")
    out.add_argument(
        "--findings", type=Path, metavar="FILE", help="the rows with a STOP or WARN, by code"
    )
    out.add_argument("--from", default="", dest="first", metavar="DATE", help="no day before")
    out.add_argument("--to", default="", dest="last", metavar="DATE", help="no day after")
    run = parser.add_argument_group("the run")
    run.add_argument("--blocks", type=int, default=0, metavar="N", help="in how many blocks")
    run.add_argument("--workers", type=int, default=1, metavar="N", help="how many at a time")
    run.add_argument(
        "--cluster", default="", metavar="ADDRESS", help="of a Dask scheduler: tcp://10.0.0.5:8786"
    )


def _cohort(args: argparse.Namespace) -> int:
    from schedules.cohort.blocks import BlockFolder
    from schedules.cohort.published import publish

    job = _read_job(args)
    blocks = min(args.blocks or -(-job.file.rows // _ROWS_A_BLOCK), job.file.rows)
    parts = BlockFolder(args.out.with_name(f"{args.out.name}.parts"), job, blocks)
    try:
        with progress_bar("blocks", blocks) as progress:
            whole = parts.run(_runner(args), progress)
        if whole.bad:
            parts.remove()
            return _say_bad(args.patients, whole)
        findings = args.findings or args.out.with_suffix(".findings.csv")
        sha256 = publish(parts, whole, out=args.out, findings=findings, demand=args.demand)
    except KeyboardInterrupt:
        say_error(["Stopped; the same command goes on with the blocks that are not done."])
        return STOPPED
    say(f"{args.out.name} sha256 {sha256}")
    parts.remove()
    _say_whole(args, whole)
    return DONE


def _runner(args: argparse.Namespace) -> Runner:
    """Return what computes the blocks: this process, several, or those of a cluster."""
    from schedules.cohort.blocks import here, in_processes

    if args.cluster:
        try:
            from schedules.cohort.cluster import on_cluster
        except ModuleNotFoundError:
            accepted = "install posology[cluster], or leave --cluster out"
            refuse("cluster", args.cluster, why="needs Dask", accepted=accepted)
        return on_cluster(args.cluster, library_folder(args))
    return here if args.workers == 1 else in_processes(args.workers)


def _read_job(args: argparse.Namespace) -> TableJob:
    """Read the table and all that was typed; what is wrong is refused together."""
    from schedules.cohort.blocks import TableJob
    from schedules.cohort.compute import BY_ROW, Work
    from schedules.cohort.doses import DaysWritten
    from schedules.cohort.screening import TableOrder
    from schedules.cohort.table import TableFile
    from schedules.plans.patient_reading import read_date

    by_row = args.regimen == BY_ROW
    library = read_knowledge(args, only=None if by_row else args.regimen)
    if not by_row:
        library.regimen(args.regimen)
    problems = Problems()
    days = {
        name: problems.reading(read_date, text, name) if text else None
        for name, text in (("made on", args.made_on), ("from", args.first), ("to", args.last))
    }
    for name in ("out", "demand"):
        path = getattr(args, name)
        accepted = _SUFFIXES if name == "out" else _SUFFIXES[:1]
        if path is not None and path.suffix not in accepted:
            problems.add(name, str(path), why="is of no known kind", write=" or ".join(accepted))
    for name in ("blocks", "workers"):
        if getattr(args, name) < (name == "workers"):
            problems.add(name, str(getattr(args, name)), why="is no number", write="1 or more")
    choices = read_pairs(problems, "choose", args.choose)
    acknowledgements = read_acknowledgements(problems, args)
    file = problems.reading(TableFile, args.patients)
    dropped = problems.reading(file.left_out, args.drop) if file is not None else None
    order = TableOrder(
        regimen=args.regimen,
        made_on=days["made on"] or now().date(),
        choices=choices,
        acknowledgements=tuple(acknowledgements),
    )
    between = DaysWritten(days["from"], days["to"])
    work = Work(order=order, library=library, between=between, packs=args.demand is not None)
    return TableJob(file=problems.settled(file), dropped=problems.settled(dropped), work=work)


def _say_bad(patients: Path, whole: Whole) -> int:
    for number, problems in sorted(whole.bad):
        say_error(f"{patients.name}, row {number}: {problem}" for problem in problems)
    rows = " ".join(str(number) for number, _ in sorted(whole.bad))
    say_error([f"Nothing is written. Mend {len(whole.bad)} rows, or leave out: --drop {rows}"])
    return BAD_INPUT


def _say_whole(args: argparse.Namespace, whole: Whole) -> None:
    by = "" if args.regimen == "column" else f" by {args.regimen}"
    say(f"{whole.patients} patients{by}")
    if whole.alone:
        say(f"{whole.alone} of them one by one: they cannot go by columns")
    if whole.kept_back:
        say(f"{whole.kept_back} without doses: a STOP, or a WARN that nobody accepted by its code")
    order = {"STOP": 0, "WARN": 1, "NOTE": 2}
    for (level, code), count in sorted(
        whole.codes.items(), key=lambda one: (order[one[0][0]], one[0][1])
    ):
        say(f"{level}  {code}: {count}")


COMMANDS: Commands = {"cohort": (_options, _cohort)}
