"""What the Ward screen asks, and what could be read of it."""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

import streamlit as st

from dosing.errors import InputError, Problems, refuse
from dosing.formulas.body import IDEAL_WEIGHT
from records.feeds import last_decisions
from records.store import Store
from records.ward import find_plans
from schedules.cohort.compared import spoken
from schedules.cohort.demand import BY, By, Pack
from schedules.cohort.moves import Decision
from schedules.cohort.screening import TableOrder
from schedules.cohort.stock import STOCK_HEAD, read_stock
from schedules.cohort.table import PatientRow, TableFile
from schedules.cohort.ward_answer import WardOrder, read_days
from schedules.cohort.what_if import NO_BANDS, read_what_if
from schedules.knowledge.capacity import WEEKDAYS
from schedules.knowledge.library import Library
from schedules.plans.patient_reading import read_date
from screens.marks import bullets, problem_panel, quiet, show_html, title
from screens.parts.fields import Form, says_date, says_quantity
from screens.state import clock
from screens.state.session import WardEntries
from screens.state.ward import Shortage, WardQuestion

SCREEN = "ward"
# What a problem is about, where the form has another word for it.
QUESTIONS = {"drop": "Leave out rows"}
RECORDS, TABLE = "records", "table"
_OF = {RECORDS: "Saved plans", TABLE: "A table of patients"}
_BY = {"day": "Day", "week": "Week", "whole": "The whole time"}
_KINDS = {
    "interval": "Another interval",
    "weight": "Another dosing weight",
    "product": "Another product",
    "bands": "Dose bands, or none",
    "weekday": "One weekday for a drug",
    "sharing": "Shared vials",
}
_PARTS = ("drug", "value", "formula", "fraction")
_WEIGHTS = {"actual": "Actual", "ideal": "Ideal", "adjusted": "Adjusted"}


def ward_form(entries: WardEntries, knowledge: Library) -> None:
    """Ask which plans, which days, against which stock, and what if."""
    form = Form(entries, SCREEN)
    show_html(title("Plans"))
    form.choice("of", "Which plans", list(_OF), words=_OF.__getitem__)
    if entries.of == RECORDS:
        form.text(
            "label",
            "Label begins with",
            "ward-7",
            help_text="Whole words: ward-7 is not ward-70. Left empty, all saved plans count.",
        )
    elif entries.of == TABLE:
        _ask_table(entries, form, knowledge)
    show_html(title("Days"))
    today = clock.now().date()
    form.text("first", "From", f"{today}", says_date("from", today))
    form.text("last", "To", f"{today + dt.timedelta(days=27)}", says_date("to", today))
    form.choice("by", "A line for each", BY, words=_BY.__getitem__)
    with st.expander("Stock (optional)", key="ward-stock-form"):
        _ask_stock(entries)
    with st.expander("What if (optional)", key="ward-what-if", on_change="rerun"):
        _ask_what_if(entries, knowledge)
    with st.expander("A drug is short (optional)", key="ward-short-form"):
        form.pick(
            "short", "Which drug", list(knowledge.drugs), "Choose a drug", words=_names(knowledge)
        )
        form.text("until", "Short until", f"{today}", says_date("until", today))


def _names(knowledge: Library) -> functools.partial[str]:
    return functools.partial(_name, knowledge)


def _name(knowledge: Library, drug: str) -> str:
    return knowledge.drugs[drug].name


def _ask_stock(entries: WardEntries) -> None:
    file = st.file_uploader(
        f"CSV file: {', '.join(STOCK_HEAD)}", type="csv", key=f"ward-stock-{entries.uploads}"
    )
    entries.stock = file.getvalue() if file is not None else entries.stock
    if entries.stock is not None:
        st.button("Without the stock", key="ward-no-stock", on_click=_forget, args=(entries,))


def _forget(entries: WardEntries) -> None:
    entries.stock = None
    entries.uploads += 1  # a field that keeps its key keeps its file


def _remove(entries: WardEntries, number: int) -> None:
    entries.what_ifs.pop(number)


def _ask_table(entries: WardEntries, form: Form, knowledge: Library) -> None:
    file = st.file_uploader(
        "CSV or Parquet file, a patient a row",
        type=["csv", "parquet"],
        key="ward-table",
        help="Its head names fields of a plan, with their unit: id, regimen, first_day, "
        "weight (kg), height (cm), sex, age. Ids stay text.",
    )
    if file is not None:
        entries.table, entries.table_name = file.getvalue(), file.name
    elif entries.table is not None:
        show_html(quiet(f"Read from {entries.table_name}."))
    form.pick(
        "regimen",
        "Regimen of rows that name none",
        list(knowledge.regimens),
        "Choose a regimen",
        words=lambda name: knowledge.regimens[name].title,
    )
    form.text(
        "choices",
        "Choices that the regimens leave open",
        "courses=2; repeat_every=28 days",
        help_text="NAME=VALUE, several with a semicolon between, as the command cohort takes them.",
    )
    form.text("drop", "Leave out rows", "4 17", help_text="By number; the head is row 1.")


def _ask_what_if(entries: WardEntries, knowledge: Library) -> None:
    """Put one alteration together, and list those that were added."""
    form = Form(entries, SCREEN)
    form.pick("kind", "What would be otherwise", list(_KINDS), "Choose", words=_KINDS.__getitem__)
    if entries.kind is not None:
        typed = entries.typed.setdefault(entries.kind, dict.fromkeys(_PARTS))
        _ask_kind(entries.kind, Form(typed, f"{SCREEN}-{entries.kind}"), knowledge)
    st.button(
        "Add to compare",
        key="ward-add",
        disabled=entries.kind is None,
        on_click=_add,
        args=(entries, knowledge),
    )
    if entries.what_if_problems:
        show_html(problem_panel("Not added", entries.what_if_problems))
    for number, text in enumerate(entries.what_ifs):
        with st.container(horizontal=True, vertical_alignment="center", key=f"ward-if-{number}"):
            show_html(bullets([spoken(text)]))
            st.button(
                "Remove",
                key=f"ward-remove-{number}",
                type="tertiary",
                help=f"Remove {text}",
                on_click=_remove,
                args=(entries, number),
            )


def _ask_kind(kind: str, form: Form, knowledge: Library) -> None:
    if kind not in ("interval", "bands"):
        form.pick("drug", "Drug", list(knowledge.drugs), "Choose a drug", words=_names(knowledge))
    drug = form.read("drug")
    if kind == "interval":
        form.text("value", "From cycle to cycle", "28 days")
    elif kind == "bands":
        words = {NO_BANDS: "No dose bands: exact", **{name: name for name in knowledge.bands}}
        form.pick("value", "Table", list(words), "Choose", words=words.__getitem__)
    elif kind == "sharing":
        form.text("value", "An opened vial serves", "24 h", says_quantity("duration"))
    elif kind == "weekday":
        form.pick("value", "Weekday, within every window", list(WEEKDAYS), "Choose a day")
    elif kind == "product" and drug:
        names = [product.name for product in knowledge.drugs[drug].products]
        form.pick("value", "Product", names, "Choose a product")
    elif kind == "weight":
        _ask_weight(form)


def _ask_weight(form: Form) -> None:
    chosen = form.choice("value", "Dosing weight", list(_WEIGHTS), words=_WEIGHTS.__getitem__)
    if chosen in ("ideal", "adjusted"):
        words = {key: formula.title for key, formula in IDEAL_WEIGHT.items()}
        form.pick("formula", "Ideal weight formula", list(words), "Choose", words=words.__getitem__)
    if chosen == "adjusted":
        form.text(
            "fraction",
            "Share of the excess",
            "0.4",
            help_text="Adjusted weight is ideal weight plus this share of what is above it.",
        )


def _add(entries: WardEntries, knowledge: Library) -> None:
    """Keep what was put together, in the words of the command line."""
    kind = entries.kind or ""
    typed = entries.typed[kind]
    parts = [typed["value"]]
    if kind not in ("interval", "bands"):
        parts.insert(0, typed["drug"])
    if kind == "weight" and typed["value"] in ("ideal", "adjusted"):
        parts.append(typed["formula"])
    if kind == "weight" and typed["value"] == "adjusted":
        parts.append(typed["fraction"])
    text = f"{kind}={':'.join(part or '' for part in parts)}"
    try:
        words = read_what_if(text, knowledge, _preview()).words
    except InputError as error:
        entries.what_if_problems = tuple(map(str, error.problems))
        return
    entries.what_if_problems = ()
    if words not in entries.what_ifs:
        entries.what_ifs.append(words)


def _preview() -> Decision:
    return Decision(who="preview", when=clock.now(), why="what if")


def read_question(entries: WardEntries, knowledge: Library, records: Store | None) -> WardQuestion:
    """Return what is asked.

    Raises:
        InputError: with everything that is missing or wrong.
    """
    problems = Problems()
    between = problems.reading(read_days, entries.first, entries.last, "to")
    shortage = problems.reading(_read_shortage, entries)
    stock = problems.reading(_read_stock, entries, knowledge)
    preview = _preview()
    what_ifs = [problems.reading(read_what_if, one, knowledge, preview) for one in entries.what_ifs]
    plans: list[str] = []
    rows: Sequence[PatientRow] = ()
    table = None
    if entries.of == RECORDS:
        plans = problems.reading(_find_plans, entries.label, records) or []
    elif entries.of == TABLE:
        rows = problems.reading(_read_rows, entries) or ()
        table = problems.reading(_read_table_order, entries)
    else:
        problems.add("which plans", "", why="is missing", accepted="choose one")
    if entries.by is None:
        problems.add("a line for each", "", why="is missing", accepted="choose one")
    order = WardOrder(
        between=problems.settled(between),
        by=cast("By", entries.by),
        stock=stock,
        what_ifs=tuple(one for one in what_ifs if one is not None),
    )
    decided = last_decisions(records, plans) if records is not None and plans else {}
    files = [None if f is None else hashlib.sha256(f).hexdigest() for f in _files(entries)]
    return WardQuestion(
        name=(
            *(entries.of, between, entries.by, tuple(entries.what_ifs), shortage, *files),
            *(repr(table), entries.drop, tuple(plans), tuple(sorted(decided.items())), knowledge),
        ),
        plans=plans,
        rows=rows,
        table=table,
        order=order,
        shortage=shortage,
    )


def _files(entries: WardEntries) -> tuple[bytes | None, bytes | None]:
    return (entries.table if entries.of == TABLE else None), entries.stock


def _find_plans(label: str, records: Store | None) -> list[str]:
    plans = find_plans(records, label) if records is not None else []
    if not plans and label:
        write = "how the labels of its plans begin: ward-7"
        refuse("label", label, why="is how no label begins", write=write)
    if not plans:
        refuse("plans", "", why="are missing", accepted="hand one over on the Check page first")
    return plans


def _read_shortage(entries: WardEntries) -> Shortage | None:
    if not entries.short and not entries.until:
        return None
    if not entries.short or not entries.until:
        missing = "short until" if entries.short else "which drug is short"
        refuse(missing, "", why="is missing", accepted="state both, or neither")
    today = clock.now().date()
    first = entries.first if read_date(entries.first, "from") > today else today.isoformat()
    return Shortage(drug=entries.short, days=read_days(first, entries.until, "short until"))


def _read_stock(entries: WardEntries, knowledge: Library) -> Mapping[Pack, int] | None:
    if entries.stock is None:
        return None
    return read_stock(_text_of(entries.stock, "stock"), knowledge.drugs)


def _text_of(content: bytes, field: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        refuse(field, "", why="is not text", accepted="save the file as CSV in UTF-8")


def _read_rows(entries: WardEntries) -> Sequence[PatientRow]:
    if entries.table is None:
        refuse("table", "", why="is missing", accepted="drop a CSV or Parquet file")
    # The reader takes a file: Parquet is read from its end.
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / Path(entries.table_name).name
        path.write_bytes(entries.table)
        file = TableFile(path)
        return file.patients(file.left_out(entries.drop.replace(",", " ").split()))


def _read_table_order(entries: WardEntries) -> TableOrder:
    choices: dict[str, str] = {}
    for part in filter(None, map(str.strip, entries.choices.split(";"))):
        name, equals, value = (one.strip() for one in part.partition("="))
        if not (name and equals and value):
            refuse("choices", part, why="is no NAME=VALUE", write="repeat_every=28 days")
        choices[name] = value
    made_on = clock.now().date()
    return TableOrder(regimen=entries.regimen or "", made_on=made_on, choices=choices)
