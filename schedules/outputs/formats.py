"""Every form in which a course leaves the program, for the command line and the screens alike."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from dosing.errors import Problems, refuse
from schedules.outputs.progress import Progress, unreported

if TYPE_CHECKING:  # a help names the formats before anything is written
    from schedules.course.course import Course
    from schedules.knowledge.library import Library
    from schedules.knowledge.site import CalendarChoice
    from schedules.outputs.paper.pump_card import PumpOrder


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A course to write, the library its drugs are read from, and the time of writing.

    ``calendar`` is how a calendar is written, if not as the plan has it. ``pump`` states the bag of
    a pump card, which no plan holds. ``progress`` is told how far a document or workbook is, and
    may raise to end it. ``link`` is the calendar that a patient subscribes to. ``bom`` begins a
    table with a byte order mark.
    """

    course: Course
    library: Library
    printed_at: dt.datetime
    calendar: CalendarChoice | None = None
    pump: PumpOrder | None = None
    progress: Progress = unreported
    link: str = ""
    bom: bool = False


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One form of a course: a kind of file (``to``) and, where it has several, a document.

    Each writer imports its library only when it is called, and refuses a course that may not be
    exported. Up to ``at_once`` rows a person hardly waits for it; with more it is worth showing how
    far it is. None where the writer does not report it.
    """

    to: str
    what: str = ""
    title: str
    mime: str
    write: Callable[[Job], bytes]
    discreet: bool = False
    at_once: int | None = None

    @property
    def ending(self) -> str:
        """Return the ending of its file's name."""
        return "fhir.json" if self.to == "fhir" else self.to

    @property
    def on_paper(self) -> bool:
        """Return whether it is printed, with fonts that lack many characters."""
        return self.to == "pdf"


def _ics(job: Job) -> bytes:
    from schedules.outputs.calendar.ics import to_ics

    return to_ics(job.course, choice=job.calendar)


def _discreet_ics(job: Job) -> bytes:
    from schedules.outputs.calendar.ics import to_ics

    return to_ics(job.course, discreet=True, choice=job.calendar)


def _csv(job: Job) -> bytes:
    from schedules.outputs.table import to_csv

    return to_csv(job.course, bom=job.bom)


def _xlsx(job: Job) -> bytes:
    from schedules.outputs.workbook import to_xlsx

    return to_xlsx(job.course, progress=job.progress)


def _fhir(job: Job) -> bytes:
    from schedules.outputs.fhir.bundle import to_fhir

    return to_fhir(job.course)


def _chart(job: Job) -> bytes:
    from schedules.outputs.paper.chart import print_chart

    return print_chart(job.course, printed_at=job.printed_at, progress=job.progress)


def _patient(job: Job) -> bytes:
    from schedules.outputs.paper.patient_sheet import print_patient_sheet

    return print_patient_sheet(
        job.course, printed_at=job.printed_at, link=job.link, progress=job.progress
    )


def _discreet_patient(job: Job) -> bytes:
    from schedules.outputs.paper.patient_sheet import print_patient_sheet

    return print_patient_sheet(
        job.course,
        printed_at=job.printed_at,
        discreet=True,
        link=job.link,
        progress=job.progress,
    )


def _worksheet(job: Job) -> bytes:
    from schedules.outputs.paper.worksheet import print_worksheet

    return print_worksheet(
        job.course, job.library, printed_at=job.printed_at, progress=job.progress
    )


def _pump(job: Job) -> bytes:
    from schedules.outputs.paper.pump_card import print_pump_cards

    return print_pump_cards(job.course, job.library, job.pump, printed_at=job.printed_at)


def _exchange(job: Job) -> bytes:
    from schedules.outputs.paper.exchange_order import print_exchange_order

    return print_exchange_order(job.course, printed_at=job.printed_at)


# Rows that take 0.1 to 0.2 s of one core, so that two people who print at once wait 0.3 s.
_PAPER, _CELLS = 250, 500
_PDF, _ICS = "application/pdf", "text/calendar"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMATS = (
    Format(to="ics", title="Calendar", mime=_ICS, write=_ics),
    Format(to="ics", title="Calendar, discreet", mime=_ICS, write=_discreet_ics, discreet=True),
    Format(to="csv", title="Table", mime="text/csv", write=_csv),
    Format(to="xlsx", title="Workbook", mime=_XLSX, write=_xlsx, at_once=_CELLS),
    Format(to="fhir", title="FHIR R4", mime="application/fhir+json", write=_fhir),
    Format(
        to="pdf",
        what="chart",
        title="Administration chart",
        mime=_PDF,
        write=_chart,
        at_once=_PAPER,
    ),
    Format(
        to="pdf",
        what="worksheet",
        title="Pharmacist's worksheet",
        mime=_PDF,
        write=_worksheet,
        at_once=_PAPER,
    ),
    Format(
        to="pdf", what="patient", title="Patient's sheet", mime=_PDF, write=_patient, at_once=_PAPER
    ),
    Format(
        to="pdf",
        what="patient",
        title="Patient's sheet, discreet",
        mime=_PDF,
        write=_discreet_patient,
        discreet=True,
        at_once=_PAPER,
    ),
)
# A course alone is not enough for these: somebody has to state the bag.
_WITH_A_BAG = (Format(to="pdf", what="pump", title="Pump card", mime=_PDF, write=_pump),)
_OF_EXCHANGES = (
    Format(to="pdf", what="exchange", title="Order of plasma exchange", mime=_PDF, write=_exchange),
)
_ALL = FORMATS + _WITH_A_BAG + _OF_EXCHANGES


def formats_of(course: Course) -> tuple[Format, ...]:
    """Return the forms of a course: all that need nothing else, and the order of its exchanges."""
    from schedules.outputs.paper.exchange_order import exchanges

    return FORMATS + _OF_EXCHANGES if exchanges(course) else FORMATS


def kinds() -> list[str]:
    """Return the kinds of file: pdf, ics and so on."""
    return list(dict.fromkeys(form.to for form in _ALL))


def documents() -> list[str]:
    """Return the names of the documents of those kinds that have several."""
    return list(dict.fromkeys(form.what for form in _ALL if form.what))


def pick(to: str, what: str, *, discreet: bool) -> Format:
    """Return the format of a kind of file and a document.

    Raises:
        InputError: naming what there is, if there is no such file or document, or no discreet one.
    """
    of_kind = [form for form in _ALL if form.to == to]
    if not of_kind:
        _refuse_unknown("to", to, kinds())
    of_document = [form for form in of_kind if form.what == what]
    if not of_document:
        offered = list(dict.fromkeys(form.what for form in of_kind if form.what))
        if offered:
            _refuse_unknown("what", what, offered)
        remedy = f"leave it out: one {to} file holds the whole course"
        refuse("what", what, why=f"is not a part of {to}", accepted=remedy)
    for form in of_document:
        if form.discreet == discreet:
            return form
    able = dict.fromkeys(f"{form.to} {form.what}".strip() for form in _ALL if form.discreet)
    refuse(
        "discreet",
        f"{to} {what}".strip(),
        why="has no discreet form",
        accepted=f"discreet are: {', '.join(able)}",
    )


def _refuse_unknown(field: str, typed: str, offered: Sequence[str]) -> NoReturn:
    why = "is not known here" if typed else "is missing"
    refuse(field, typed, why=why, write=", ".join(offered))


def write_all(files: Sequence[tuple[Path, bytes | Callable[[Path], None]]]) -> None:
    """Write every file, or none: each is written beside its place, and moved when all are.

    A content that is too large to be held is what writes it to a path.

    Raises:
        InputError: naming every file that cannot be written.
    """
    parts: list[tuple[Path, Path]] = []
    problems = Problems()
    for path, content in files:
        problems.reading(refuse_no_file, path)
        if problems:
            continue
        path = path.resolve()  # a link stays one
        part = path.with_name(f".{path.name}.{os.getpid()}.part")
        parts.append((part, path))
        try:
            if isinstance(content, bytes):
                part.write_bytes(content)
            else:
                _written_by(content, part)
        except OSError as error:
            _add_unwritten(problems, path, error)
    for part, path in () if problems else parts:
        try:
            part.replace(path)
        except OSError as error:
            _add_unwritten(problems, path, error)
    if problems:
        for part, _ in parts:
            # Where the folder is not there, or is none, there is no part of a file either.
            with contextlib.suppress(OSError):
                part.unlink()
        problems.raise_if_any()


def _written_by(write: Callable[[Path], None], part: Path) -> None:
    """Have a file written, of which nothing is left where that is stopped."""
    try:
        write(part)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def refuse_no_file(path: Path) -> None:
    """Refuse to write where a folder or a device is, which would be replaced.

    Raises:
        InputError: if there is one.
    """
    try:
        folder = not path.name or path.is_dir()
        taken = folder or (path.exists() and not path.is_file())
    except (OSError, ValueError):  # a name too long, or with a NUL in it
        folder, taken = False, True
    if taken:
        why = "cannot be written (Is a directory)" if folder else "is not the path of a file"
        refuse("file", str(path), why=why, accepted="give a path in a folder that exists")


def _add_unwritten(problems: Problems, path: Path, error: OSError) -> None:
    why = f"cannot be written ({error.strerror})"
    problems.add("file", str(path), why=why, accepted="give a path in a folder that exists")
