"""The Library screen: regimens and drugs as a pharmacist reads them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import streamlit as st

from dosing.drugs.drug import Bounds, Drug, Limit, SourceEntry
from dosing.drugs.rate_ladder import ladder_in_words
from dosing.units import Quantity, show
from schedules.course.plan_findings import as_required
from schedules.knowledge.choice import Choice, Chosen, Picked
from schedules.knowledge.in_words import (
    amount_and_days,
    days_in_words,
    details,
    ends_in_words,
    taper_in_words,
)
from schedules.knowledge.library import Library
from schedules.knowledge.medicine import Medicine
from schedules.knowledge.phase import Monitor, Phase, Taper
from schedules.knowledge.regimen import Example, Regimen
from schedules.knowledge.span import Span
from schedules.library.replay import replays
from screens.marks import badge, confirmed_mark, date_text, escaped, markdown_escaped, table
from screens.marks import source_mark as mark
from screens.parts.card import regimen_head
from screens.parts.fields import text_field
from screens.state.knowledge import library as read_knowledge
from screens.state.session import LibraryEntries, session

_SCREEN = "library"
_MOST_DAYS = 60
_DRUG = "drug "


def main() -> None:
    """Show the screen: search on the left, one regimen or drug on the right."""
    kept, knowledge = session(), read_knowledge()
    st.html('<h1 class="hidden">Library of regimens and drugs</h1>')
    left, right = st.columns([10, 23], gap="large")
    with left, st.container(key="library-form"):
        chosen = _choose(kept.library, knowledge)
    with right:
        if chosen is None:
            _begin(knowledge)
        elif chosen.startswith(_DRUG):
            _drug(knowledge.drugs[chosen.removeprefix(_DRUG)], knowledge)
        else:
            _regimen(knowledge.regimens[chosen], knowledge)


def _choose(entries: LibraryEntries, knowledge: Library) -> str | None:
    st.html('<h2 class="section">Search</h2>')
    text = text_field(
        entries, "search", "Disease, drug, route or title", screen=_SCREEN, placeholder="neuropathy"
    )
    regimens = {regimen.id: regimen.title for regimen in knowledge.search(text)}
    words = text.lower().split()
    drugs = {
        f"{_DRUG}{drug.id}": f"{drug.name}, drug"
        for drug in knowledge.drugs.values()
        if all(word in " ".join((drug.id, drug.name, *drug.also)).lower() for word in words)
    }
    found = regimens | drugs
    if not found:
        st.html(f'<p class="echo">Nothing here has “{escaped(text)}”. Try one word of it.</p>')
        return None
    key = f"{_SCREEN}-entry"
    shown = st.session_state.get(key, entries.entry)
    st.session_state[key] = shown if shown in found else None
    captions = [_caption(knowledge.regimens[name]) if name in regimens else "" for name in found]
    entries.entry = st.radio(
        "Regimens and drugs",
        list(found),
        key=key,
        index=None,
        captions=captions,
        format_func=lambda name: markdown_escaped(found[name]),
    )
    return entries.entry


def _caption(regimen: Regimen) -> str:
    return ", ".join(filter(None, (regimen.jurisdiction, *regimen.for_)))


def _begin(knowledge: Library) -> None:
    st.html(
        '<section class="panel empty"><h2>Every figure with its source</h2>'
        f"<p>{len(knowledge.regimens)} regimens and {len(knowledge.drugs)} drugs are here. Search "
        "on the left by disease, drug, route or title, and choose one: its phases, doses, limits, "
        "checks, sources and worked examples stand here then.</p></section>"
    )


# A regimen


def _regimen(regimen: Regimen, knowledge: Library) -> None:
    reviewed = regimen.reviewed
    checked = reviewed.checked_by or "nobody yet"
    written = reviewed.written_by or "nobody named"
    st.html(regimen_head(regimen))
    st.html(
        f'<p class="lead">{escaped(regimen.about)}</p>'
        f'<p class="quiet">For {escaped(", ".join(regimen.for_))}.<br>'
        f"<code>{escaped(regimen.id)}</code>, version {regimen.version}, "
        f"{escaped(regimen.status)}; written by {escaped(written)}, checked by {escaped(checked)}; "
        f"review due {date_text(reviewed.due)}.{_jurisdiction(regimen)}</p>"
    )
    for phase in regimen.phases:
        _phase(phase, regimen, knowledge)
    _choices(regimen)
    _checks(regimen)
    _kidney_and_not_for(regimen)
    _errata(regimen)
    for name in regimen.drugs:
        drug = knowledge.drug(name)
        st.html(f'<h2 class="section">Limits of {escaped(drug.name)}</h2>{_limits(drug)}')
        _adjustments(drug)
        if drug.ladders:
            st.html(f'<h2 class="section">Rates of {escaped(drug.name)}</h2>{_ladders(drug)}')
    st.html(f'<h2 class="section">Sources</h2>{_sources(regimen.sources)}')
    _examples(regimen, knowledge)


def _jurisdiction(regimen: Regimen) -> str:
    if not regimen.jurisdiction:
        return ""
    others = "; ".join(f"{place} has {name}" for place, name in regimen.elsewhere.items())
    return f"<br>Jurisdiction: {escaped('; '.join(filter(None, (regimen.jurisdiction, others))))}."


def _phase(phase: Phase, regimen: Regimen, knowledge: Library) -> None:
    strips = [
        _strip(medicine.name, _given_days(medicine, phase, regimen), phase, regimen)
        for medicine in phase.medicines
    ] + [
        _strip(monitor.what, _monitored_days(monitor), phase, regimen, hollow=True)
        for monitor in phase.monitor
    ]
    # Bands of one drug have the same days.
    strip = "".join(dict.fromkeys(strips))
    rows = [
        [
            f"<strong>{escaped(knowledge.drug(medicine.drug).name)}</strong>",
            escaped(medicine.route),
            escaped(amount_and_days(medicine)),
            escaped(", ".join(medicine.at)),
            "".join(f"<p>{escaped(line)}</p>" for line in details(regimen, medicine)),
        ]
        for medicine in phase.medicines
    ]
    taper = "" if phase.taper is None else _taper(phase.taper, regimen)
    procedures = "".join(
        f"<li>{escaped(procedure.what)} ({escaped(procedure.kind)}), "
        f"{escaped(days_in_words(procedure))} {mark(regimen.source(procedure.source))}</li>"
        for procedure in phase.procedures
    )
    done = (
        f'<h3 class="small">Procedures and reviews</h3><ul>{procedures}</ul>' if procedures else ""
    )
    monitors = "".join(
        f"<li>{escaped(m.what)}, {escaped(_days_text(m.days))}"
        f"{', before the dose' if m.before_dose else ''} {mark(regimen.source(m.source))}</li>"
        for m in phase.monitor
    )
    watched = f'<h3 class="small">Monitoring</h3><ul>{monitors}</ul>' if monitors else ""
    needed = "".join(
        f"<li>{escaped(as_required(part, knowledge))} {mark(regimen.source(part.source))}</li>"
        for part in phase.as_required
    )
    if needed:
        done += f'<h3 class="small">As required, never dated</h3><ul>{needed}</ul>'
    st.html(
        f'<h2 class="section">Phase: {escaped(phase.name)}</h2>'
        f'<p class="quiet">{escaped(_when(phase, regimen))}</p>{strip}'
        + (
            table(
                ["Drug", "Route", "Dose and days", "At", "Rounding, cap, length, window, source"],
                rows,
                caption=f"Doses of the phase {phase.name}",
            )
            if rows
            else ""
        )
        + taper
        + done
        + watched
    )


def _taper(taper: Taper, regimen: Regimen) -> str:
    """Say how a dose is taken down and when that should have ended."""
    said = f"<li>{escaped(taper_in_words(taper))} {mark(regimen.source(taper.source))}</li>"
    if taper.ends is not None:
        ends = mark(regimen.source(taper.ends.source))
        said += f"<li>{escaped(ends_in_words(taper.ends))} {ends}</li>"
    return f'<h3 class="small">Taper</h3><ul>{said}</ul>'


def _when(phase: Phase, regimen: Regimen) -> str:
    """Say how a phase repeats or how long it is; what is left to choose with its range."""

    def said(part: object) -> str:
        if not isinstance(part, Chosen):
            return str(part)
        choice = regimen.choice(part.choice)
        once = ", once if nothing is chosen" if choice.optional_with else ""
        return f"{choice.accepted.removeprefix('write ')} as chosen{once}"

    words = []
    if phase.first_day == 0:
        words.append("Counted from day 0.")
    if phase.only_if:
        words.append(f"Only if {phase.only_if}.")
    if phase.begins is not None:
        words.append(f"Begins {phase.begins.after} after the {phase.begins.of}.")
    if phase.cycle is not None:
        words.append(f"Cycle: {said(phase.cycle.every)}. Cycles: {said(phase.cycle.count)}.")
    elif phase.length is not None:
        words.append(f"Length: {said(phase.length)}.")
    elif phase.taper is not None:
        words.append("As long as the dose needs to come down; days are those of each step.")
    else:
        words.append("On the days below.")
    if phase.open_end:
        words.append("It goes on until it is reviewed.")
    return " ".join(words)


def _given_days(medicine: Medicine, phase: Phase, regimen: Regimen) -> list[int] | None:
    """Give the days on which it is given, or None where they depend on a choice of months."""
    try:
        if isinstance(medicine.days, Picked):
            return None
        shift = 1 - phase.first_day
        return [day - shift for day in phase.day_numbers(medicine, _bounds(phase, regimen)[0])]
    except ValueError:
        return None


def _bounds(phase: Phase, regimen: Regimen) -> tuple[int | None, int | None]:
    """Give the fewest and the most days of the phase or cycle, where they are days."""
    part = phase.cycle.every if phase.cycle else phase.length
    if isinstance(part, Chosen):
        choice: Choice = regimen.choice(part.choice)
        return choice.days or (None, None)
    if isinstance(part, Span) and part.days:
        return part.days, part.days
    return None, None


def _monitored_days(monitor: Monitor) -> list[int] | None:
    return monitor.days if isinstance(monitor.days, list) else None


def _days_text(days: list[int] | str) -> str:
    if isinstance(days, str):
        return days
    return ("day " if len(days) == 1 else "days ") + ", ".join(map(str, days))


def _strip(
    name: str, given: list[int] | None, phase: Phase, regimen: Regimen, *, hollow: bool = False
) -> str:
    """Draw the days of a phase or cycle as cells; the table beneath says the same in words."""
    if given is None:
        return ""
    least, most = _bounds(phase, regimen)
    last = max(given[-1], most or 0)
    shown = range(phase.first_day, (last if last <= _MOST_DAYS else given[-1]) + 1)
    marked = set(given)
    each_day = not hollow and least is not None and most is not None and most > least
    cells = "".join(
        f'<span class="day {_kind(day, marked, least, whole=each_day, hollow=hollow)}">{day}</span>'
        for day in shown
    )
    return (
        f'<div class="strip" aria-hidden="true"><span class="name">{escaped(name)}</span>'
        f'<span class="days">{cells}</span></div>'
    )


def _kind(day: int, given: set[int], least: int | None, *, whole: bool, hollow: bool) -> str:
    if day in given:
        return "tested" if hollow else "given"
    # Days beyond the fewest that can be chosen are there only if they are chosen.
    return "perhaps" if whole and least is not None and day > least else ""


def _choices(regimen: Regimen) -> None:
    if not regimen.choices:
        return
    items = "".join(
        f"<li><strong>{escaped(choice.ask)}</strong> "
        f"{escaped(choice.accepted.removeprefix('write '))}"
        f"{' (optional)' if choice.optional_with else ''} "
        f"{mark(regimen.source(choice.source))}</li>"
        for choice in regimen.choices
    )
    st.html(f'<h2 class="section">To be chosen</h2><ul>{items}</ul>')


def _checks(regimen: Regimen) -> None:
    if not regimen.checks:
        return
    items = "".join(
        f"<li>Before {'each' if check.before.startswith('each') else 'the first'} dose: "
        f"<strong>{escaped(check.what)}</strong> {mark(regimen.source(check.source))}</li>"
        for check in regimen.checks
    )
    st.html(f'<h2 class="section">Checks</h2><ul>{items}</ul>')


def _kidney_and_not_for(regimen: Regimen) -> None:
    """Say by what a clearance is taken, and for whom nothing is planned."""
    if regimen.not_for:
        items = "".join(
            f"<li><strong>{escaped(str(refused.when))}</strong>: {escaped(refused.why)} "
            f"{mark(regimen.source(refused.source))}</li>"
            for refused in regimen.not_for
        )
        st.html(f'<h2 class="section">Nothing is planned for</h2><ul>{items}</ul>')
    if regimen.clearance is not None:
        rule = regimen.clearance
        st.html(
            f'<h2 class="section">Kidney</h2><p>Clearance by {escaped(str(rule))} '
            f"{mark(regimen.source(rule.source))}</p>"
        )


def _errata(regimen: Regimen) -> None:
    if not regimen.errata:
        return
    rows = [
        [
            f"“{escaped(erratum.prints)}”",
            escaped(erratum.means),
            escaped(erratum.why),
            mark(regimen.source(erratum.source)),
            mark(regimen.source(erratum.says)),
        ]
        for erratum in regimen.errata
    ]
    head = ["The source prints", "It means", "Why", "Printed in", "Settled by"]
    st.html(f'<h2 class="section">Errata</h2>{table(head, rows, caption="Errata")}')


def _sources(sources: Mapping[str, SourceEntry]) -> str:
    items = "".join(
        f"<li><strong>{escaped(entry.cite)}</strong>"
        f"{f', {escaped(entry.place)}' if entry.place else ''} {confirmed_mark(entry.confirmed)}"
        + (f"<br>“{escaped(entry.says)}”" if entry.says else "")
        + (f'<br><span class="link">{escaped(entry.link)}</span>' if entry.link else "")
        + f' <code class="tag">{escaped(name)}</code></li>'
        for name, entry in sources.items()
    )
    return f'<ol class="sources">{items}</ol>'


def _examples(regimen: Regimen, knowledge: Library) -> None:
    held = replays(regimen, knowledge)
    good = sum(held)
    st.html(
        f'<h2 class="section">Worked examples, calculated again just now</h2>'
        f'<p class="quiet">{good} of {len(held)} come out as the file expects.</p>'
        + "".join(
            _example(example, regimen, holds=holds)
            for example, holds in zip(regimen.examples, held, strict=True)
        )
    )


def _example(example: Example, regimen: Regimen, *, holds: bool) -> str:
    patient = ", ".join(f"{name} {value}" for name, value in example.patient.items())
    chosen = "; ".join(f"{name}: {value}" for name, value in example.choose.items())
    sign = (
        '<span class="yes"><span aria-hidden="true">✓</span> reproduces</span>'
        if holds
        else '<strong><span aria-hidden="true">✗</span> does not reproduce</strong>'
    )
    lines = "".join(f"<li><code>{escaped(line)}</code></li>" for line in example.expect)
    return (
        f'<section class="example"><p>{sign} from {date_text(example.start)}: {escaped(patient)}'
        f"{f' ({escaped(chosen)})' if chosen else ''}</p><ul>{lines}</ul>"
        f"<p>{mark(regimen.source(example.source))}</p></section>"
    )


# A drug


def _drug(drug: Drug, knowledge: Library) -> None:
    also = f" Also {escaped(', '.join(drug.also))}." if drug.also else ""
    used = [regimen.title for regimen in knowledge.regimens.values() if drug.id in regimen.drugs]
    st.html(
        f'<header class="head"><h2>{escaped(drug.name)}</h2><p class="badges">'
        f"{badge('drug', 'status')} {badge(f'version {drug.version}')} "
        f"{badge(f'{len(drug.sources)} sources')}</p></header>"
        f'<p class="lead">{escaped(drug.about)}{also}</p>'
    )
    if drug.products:
        rows = [
            [
                escaped(product.name),
                escaped(product.jurisdiction),
                escaped(product.form),
                escaped(", ".join(product.routes)),
                escaped(", ".join(show(strength) for strength in product.strengths)),
                escaped(show(product.concentration)) if product.concentration is not None else "",
                mark(drug.source(product.source)),
            ]
            for product in drug.products
        ]
        head = ["Product", "Jurisdiction", "Form", "Routes", "Strengths", "Concentration", "Source"]
        st.html(f'<h2 class="section">Products</h2>{table(head, rows, caption="Products")}')
    if drug.spacing:
        near = "".join(
            f"<li>{escaped(rule.level)}: {escaped(rule.text)} {mark(drug.source(rule.source))}</li>"
            for rule in drug.spacing
        )
        st.html(f'<h2 class="section">Spacing</h2><ul>{near}</ul>')
    st.html(f'<h2 class="section">Limits</h2>{_limits(drug)}')
    _adjustments(drug)
    if drug.ladders:
        st.html(f'<h2 class="section">Rates of infusion</h2>{_ladders(drug)}')
    if drug.dilutions:
        st.html(f'<h2 class="section">Dilution</h2>{_dilutions(drug)}')
    if used:
        items = "".join(f"<li>{escaped(title)}</li>" for title in used)
        st.html(f'<h2 class="section">Given in</h2><ul>{items}</ul>')
    st.html(f'<h2 class="section">Sources</h2>{_sources(drug.sources)}')


def _limits(drug: Drug) -> str:
    rows = [_limit(limit, drug) for limit in drug.limits]
    head = ["Per", "Routes", "Worth a note", "Usual, else WARN", "Possible, else STOP", "Source"]
    return table(head, rows, caption=f"Limits of {drug.name}")


def _adjustments(drug: Drug) -> None:
    """Say what is proposed for whom; it is never applied by itself."""
    if not drug.adjustments:
        return
    items = "".join(
        f"<li>{escaped(str(proposal))} {mark(drug.source(proposal.source))}</li>"
        for proposal in drug.adjustments
    )
    st.html(
        f'<h2 class="section">Adjustments of {escaped(drug.name)}</h2>'
        f'<p class="quiet">Proposed, and applied only by a person with a reason.</p>'
        f"<ul>{items}</ul>"
    )


def _limit(limit: Limit, drug: Drug) -> list[str]:
    return [
        escaped(limit.per),
        escaped(", ".join(limit.routes) or "every route"),
        *(_range(bounds) for bounds in (limit.note, limit.usual, limit.hard)),
        mark(drug.source(limit.source)),
    ]


def _ladders(drug: Drug) -> str:
    rows = [
        [
            f"<code>{escaped(ladder.id)}</code>",
            escaped(f"{ladder.infusion} infusion, {ladder.product or 'every product'}"),
            "".join(f"<p>{escaped(line)}</p>" for line in ladder_in_words(ladder)),
            "".join(f"<p>{mark(drug.source(name))}</p>" for name in dict.fromkeys(ladder.sources)),
        ]
        for ladder in drug.ladders
    ]
    head = ["Ladder", "For", "Rates", "Source"]
    return table(head, rows, caption=f"Rates of infusion of {drug.name}")


def _dilutions(drug: Drug) -> str:
    rows = [
        [
            escaped(part.product),
            escaped(" or ".join(part.diluents)),
            _concentrations(part.low, part.high),
            mark(drug.source(part.source)),
        ]
        for part in drug.dilutions
    ]
    head = ["Product", "In", "Concentration in the bag", "Source"]
    return table(head, rows, caption=f"Dilution of {drug.name}")


def _concentrations(low: Quantity | None, high: Quantity | None) -> str:
    if low is not None and low == high:
        return f'<span class="whole">{escaped(show(low))}</span>'
    return _from_to(low, high)


def _range(bounds: Bounds | None) -> str:
    return _from_to(bounds.low, bounds.high) if bounds is not None else ""


def _from_to(low: Quantity | None, high: Quantity | None) -> str:
    texts: Iterable[str] = (
        f"{word}{escaped(show(value))}"
        for word, value in (("from ", low), ("to ", high))
        if value is not None
    )
    return " ".join(f'<span class="whole">{text}</span>' for text in texts)


main()
