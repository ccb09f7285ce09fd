"""The program ``posology``: every command there is, in groups. Each command has its module."""

from __future__ import annotations

from collections.abc import Sequence

from commands.program import Command, CommandGroup, start

DOSES = CommandGroup(
    "doses",
    (
        Command(
            name="dose",
            about="calculate a dose by weight, by surface or flat",
            module="commands.dose",
            library=True,
        ),
        Command(
            name="body",
            about="compute surface, weights and kidney function by every formula",
            module="commands.body",
        ),
        Command(
            name="infuse",
            about="compute the pump steps for a dose in a bag",
            module="commands.infuse",
            library=True,
        ),
        Command(
            name="rate",
            about="convert a rate: mcg/kg/min, mL/h, drops a minute",
            module="commands.conversions",
        ),
        Command(
            name="given",
            about="tell how much a dose was per kg and per m2",
            module="commands.conversions",
        ),
        Command(
            name="band",
            about="find the band of a dose in a table of dose bands",
            module="commands.band",
        ),
        Command(
            name="steroid",
            about="convert an amount of one corticosteroid into another",
            module="commands.steroid",
        ),
    ),
)


def _planning(module: str, *commands: tuple[str, str]) -> tuple[Command, ...]:
    return tuple(
        Command(name=name, about=about, module=f"commands.{module}", library=True)
        for name, about in commands
    )


LIBRARY = CommandGroup(
    "regimens",
    _planning(
        "library",
        ("list", "list the regimens"),
        ("show", "show a regimen as a pharmacist reads it"),
        ("safety", "show what each drug file answers about the patient"),
        ("unconfirmed", "list the figures that nobody has seen in their source"),
        ("check", "check every file and replay every worked example"),
        ("diff", "show what differs between two versions of a file"),
        ("read-back", "read a file aloud: everything that it means, in sentences"),
        ("new", "ask about a new regimen and write its file once it is valid"),
        ("schema", "print the JSON schema of a file, for an editor"),
    )
    + _planning("read_in", ("read-in", "type in the figures of a file blind, and compare them"))
    + _planning(
        "import_regimen", ("import", "read a FHIR PlanDefinition into a draft regimen file")
    )
    # It works on the files that it is told, and on the library in which they lie.
    + (
        Command(
            name="convert",
            about="write files of an earlier format in today's",
            module="commands.library",
        ),
    ),
)
PLANS = CommandGroup(
    "plans",
    (
        *_planning(
            "plan",
            ("plan", "plan a course for a patient"),
            ("course", "show the course of a saved plan"),
        ),
        *_planning(
            "change",
            ("change", "change a saved plan, with who and why"),
            ("undo", "undo the last change in force, as a change of its own"),
            ("redo", "put a change back that was undone"),
            ("history", "list what was changed, by whom, and why"),
        ),
        *_planning("check_plan", ("check-plan", "list everything a pharmacist verifies in a plan")),
        *_planning("verify", ("verify", "verify a dose at the points that the site demands")),
        *_planning("affected", ("affected", "find the plans that followed from another meaning")),
        *_planning("export", ("export", "write one file of a saved plan's course")),
        *_planning(
            "calendar",
            ("push", "write the course into a calendar on a CalDAV server"),
            ("compare", "compare a saved plan with a ward's calendar file"),
        ),
        *_planning("ward", ("ward", "add up what a ward takes; who can wait, what may move")),
        *_planning("schedule", ("schedule", "propose dates and times for a ward, and move them")),
        *_planning("cohort", ("cohort", "plan a table of patients: doses, packs, findings")),
    ),
)
RECORDS = Command(
    name="records",
    about="prove, copy and erase the records",
    groups=(
        CommandGroup(
            "records",
            tuple(
                Command(name=name, about=about, module="commands.records")
                for name, about in (
                    ("verify", "prove that no record was changed"),
                    ("export", "write everything as JSON lines"),
                    ("restore", "read an export into an empty store"),
                    ("erase", "erase what was written about one label"),
                )
            ),
        ),
    ),
    epilog="The records are where POSOLOGY_DATABASE_URL or POSOLOGY_DATA says, otherwise in data/ "
    "beside the program. Exit codes: 0 done, 2 bad input, 3 the chain is broken.",
)
FEED = Command(
    name="feed",
    about="make, list and revoke the links of calendars to subscribe to",
    groups=(
        CommandGroup(
            "links",
            tuple(
                Command(name=name, about=about, module="commands.feed", library=name == "make")
                for name, about in (
                    ("make", "make a link to the calendar of a saved plan"),
                    ("list", "list every link: for whom, until when, by whom"),
                    ("revoke", "end a link from now on"),
                )
            ),
        ),
    ),
    epilog="serve.py answers under these links; on one desk app.py does once POSOLOGY_FEEDS=on. "
    "Exit codes: 0 done, 2 bad input, 3 stopped for safety.",
)
POSOLOGY = Command(
    name="posology",
    about="calculate doses and plan courses, with every step and source",
    groups=(
        DOSES,
        LIBRARY,
        PLANS,
        CommandGroup("records", (RECORDS, FEED)),
        CommandGroup(
            "shell",
            (
                Command(
                    name="completion",
                    about="print the script that completes commands in a shell",
                    module="commands.completion",
                ),
            ),
        ),
    ),
    epilog="Each command has its own --help. Exit codes: 0 done, 2 bad input, 3 stopped for "
    "safety (nothing is exported).",
    library=True,
)


def main(arguments: Sequence[str] | None = None, *, called: str = "posology") -> int:
    """Read the command line and run it; without arguments show the help."""
    return start(POSOLOGY, arguments, called=called, bare_help=True)
