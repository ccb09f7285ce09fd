"""Reads a medicine or a procedure of a PlanDefinition: drug, route, dose, days and times."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from dosing.drugs.drug import Drug
from dosing.drugs.file_model import Place
from dosing.errors import InputError
from dosing.units import KG, M2, dose, parts
from schedules.knowledge.codes import ATC, ROUTE_CODES, atc_codes, ucum
from schedules.library.fhir_extensions import DAYS_OF_CYCLE, DRUGS
from schedules.library.fhir_node import Node
from schedules.library.fhir_notes import OF_A_GROUP, Asked, Notes

_TEXT_DOSE = re.compile(r"([0-9]+(?:\.[0-9]+)?) ?(mg|g|mcg|units?)(/(?:kg|m2))?(?: |,|$)")
_MINUTES = {"min": 1, "h": 60}
_OF_A_DEFINITION = frozenset(
    (
        "resourceType",
        "id",
        "meta",
        "text",
        "url",
        "identifier",
        "version",
        "name",
        "title",
        "status",
        "experimental",
        "date",
        "publisher",
        "contact",
        "description",
        "purpose",
        "copyright",
        "kind",
    )
)


class PartReader:
    """Reads the medicines and procedures of one file."""

    def __init__(
        self, notes: Notes, definitions: Mapping[str, Node], drugs: Mapping[str, Drug]
    ) -> None:
        """Take where to note, what the file defines, and the drugs that are known here."""
        self._notes = notes
        self._definitions = definitions
        self._drugs = drugs
        self._by_atc: dict[str, list[str]] = {}
        for name, (code, _) in atc_codes().items():
            self._by_atc.setdefault(code, []).append(name)

    def procedure(self, at: Place, action: Node, last: int | None) -> dict[str, Any]:
        """Read a procedure or review; ``last`` is the last day of its cycle."""
        kinds = [one.text("text") for one in action.nodes("code")]
        kind = kinds[0] if kinds and kinds[0] in ("procedure", "review") else None
        if kind is None:
            self._notes.refuse(action.path, "has no definition, and is no procedure or review")
        what = self._notes.stated((*at, "what"), action, "title") or Asked("what is done")
        read = {"what": what, "kind": kind, **self._when(at, action, Node({}, ""), last)}
        action.pass_over(OF_A_GROUP)
        return read

    def medicine(self, at: Place, action: Node, last: int | None) -> dict[str, Any]:
        """Read a medicine by what its action and its ActivityDefinition state."""
        name = action.text("definitionCanonical")
        definition = self._definitions.get(name)
        if definition is None:
            self._notes.refuse(action.at("definitionCanonical"), f'"{name}" is not in the file')
            return {}
        dosages = definition.nodes("dosage")
        if len(dosages) != 1:
            self._notes.refuse(
                definition.at("dosage"), f"has {len(dosages)} dosages; a medicine has one"
            )
            return {}
        (dosage,) = dosages
        medicine: dict[str, Any] = {
            "drug": self._drug((*at, "drug"), definition),
            "route": self._route((*at, "route"), dosage),
            "dose": self._dose((*at, "dose"), dosage, action, definition),
        }
        medicine |= self._when(at, action, dosage, last)
        _ask_for_the_rest(medicine)
        for one in (*action.nodes("relatedAction"), *dosage.nodes("additionalInstruction")):
            medicine.setdefault("at", Asked(f"when: {one.value.get('relationship', one.value)}"))
            one.leave()
        definition.pass_over(_OF_A_DEFINITION)
        dosage.pass_over(frozenset(("text", "sequence", "patientInstruction")))
        action.pass_over(OF_A_GROUP)
        for place in definition.unread():
            self._notes.refuse(place, "cannot be read into a regimen file")
        return medicine

    def _drug(self, place: Place, definition: Node) -> str | Asked:
        concept = _product(definition)
        self._notes.origins[place] = concept.path
        text, codes = concept.text("text"), {}
        for coding in concept.nodes("coding"):
            codes[coding.text("system")] = coding.text("code")
            text = text or coding.text("display")
            coding.leave()
        if codes.get(DRUGS) in self._drugs:
            return codes[DRUGS]
        if len(found := self._by_atc.get(codes.get(ATC, ""), [])) == 1:
            return found[0]
        for name, drug in self._drugs.items():
            if text.lower() in {name, drug.name.lower(), *(one.lower() for one in drug.also)}:
                return name
        return Asked(f'no drug here is called "{text}": write its file first')

    def _route(self, place: Place, dosage: Node) -> str | Asked:
        route = dosage.node("route")
        text = self._notes.stated(place, route, "text")
        codes = [coding.text("code") for coding in route.nodes("coding")]
        for coding in route.nodes("coding"):
            coding.leave()
        by_code = [name for name, (code, _) in ROUTE_CODES.items() if code in codes]
        if by_code and not text:
            self._notes.origins[place] = route.path
        return text or (by_code[0] if by_code else Asked("the route"))

    def _dose(self, place: Place, dosage: Node, action: Node, definition: Node) -> str | Asked:
        dynamic = [one for node in (action, definition) for one in node.nodes("dynamicValue")]
        expressions = [
            f'{one.text("path")} is "{one.node("expression").text("expression")}"'
            for one in dynamic
        ]
        for one in dynamic:
            one.leave()
        stated = dosage.nodes("doseAndRate")
        words = dosage.text("text").replace("²", "2")
        for one in stated[:1]:
            one.pass_over(frozenset(("type",)))
            amount = one.node("doseQuantity")
            value, unit = amount.number("value"), amount.text("unit").replace("²", "2")
            code = amount.text("code")
            amount.pass_over(frozenset(("system",)))
            if value is None and amount.nodes("extension"):
                amount.node("extension").leave()
                return Asked(f'the dose: an extension states it, its words are "{words}"')
            text = f"{value} {unit or code}"
            if unit and code and _ucum_of(unit) not in (code, None):
                return Asked(f'the dose: {text}, whose code is "{code}"')
            if value is not None and _is_dose(text) and not expressions:
                self._notes.origins[place] = amount.at("value")
                found = _TEXT_DOSE.search(words)
                if found and _dose_text(found) != _dose_text(_TEXT_DOSE.match(text)):
                    return Asked(f'the dose: {text} as a quantity, "{words}" in words')
                return text
        if expressions:
            told = "; ".join(expressions)
            return Asked(f'the dose; the file computes: {told}; its words are "{words}"')
        if found := _TEXT_DOSE.search(words):
            self._notes.origins[place] = f"{dosage.at('text')}, in words"
            return _dose_text(found)
        return Asked(f'the dose; the words are "{words}"')

    def _when(self, at: Place, action: Node, dosage: Node, last: int | None) -> dict[str, Any]:
        """Return days and times of a medicine or procedure, and what else its extensions state."""
        read: dict[str, Any] = {}
        timings = [action.node("timingTiming"), dosage.node("timing")]
        for repeat in [one.node("repeat") for one in timings if one.value]:
            read |= self._rhythm(at, repeat)
        days = [
            day
            for extension in action.nodes("extension")
            if extension.text("url") == DAYS_OF_CYCLE
            for day in extension.nodes("extension")
        ]
        if days:
            numbers = [day.number("valueInteger") for day in days]
            read["days"] = [number for number in numbers if number is not None]
            self._notes.origins[(*at, "days")] = days[0].at("valueInteger")
            for day in days:
                day.text("url")
            if last is not None and max(read["days"], default=0) > last:
                question = f"day {max(read['days'])} is after the {last} days of the cycle"
                read["days"] = Asked(f"{question}; days {read['days']}")
        read |= self._notes.extensions(action, at)
        if "days" not in read:
            read["days"] = Asked(f'the days stand in words only: "{words_of(action)}"')
        sources = [one.text("label") for one in action.nodes("documentation")]
        for one in action.nodes("documentation"):
            one.leave()
        read.setdefault("at", Asked("when on its day"))
        return read | {"source": next(filter(None, sources), Asked("which source states it"))}

    def _rhythm(self, at: Place, repeat: Node) -> dict[str, Any]:
        read: dict[str, Any] = {}
        span = self._notes.span((*at, "days"), repeat, "period")
        if span is not None:
            count, unit = span.split()
            days = int(count) * (7 if unit.startswith("week") else 1)
            if unit.startswith("month") or repeat.number("frequency") not in (None, 1):
                self._notes.refuse(repeat.path, "is no dose each so many days")
            read["days"] = "each day" if days == 1 else f"every {days} days"
        if times := self._notes.stated((*at, "times"), repeat, "count"):
            read["times"] = times
        minutes, unit = repeat.number("duration"), repeat.text("durationUnit")
        if minutes is not None and unit in _MINUTES:
            lasts = f"{minutes * _MINUTES[unit]:g} min"
            self._notes.origins[(*at, "booked", "first")] = repeat.at("duration")
            source = Asked("which source states it")
            read["booked"] = {"first": lasts, "later": lasts, "source": source}
        elif minutes is not None:
            self._notes.refuse(repeat.at("duration"), f"{minutes} {unit} is no time of one dose")
        clock = repeat.take("timeOfDay") or repeat.take("when")
        if clock:
            read["at"] = Asked(f"the word of the site's clock for {clock}")
        return read


def _product(definition: Node) -> Node:
    """Return the concept of a drug: stated, or that of a Medication which the definition holds."""
    name = definition.node("productReference").text("reference")
    held = {f"#{one.value.get('id')}": one for one in definition.nodes("contained")}
    if name not in held:
        return definition.node("productCodeableConcept")
    # What it is made of is in our own drug file.
    for one in (*held.values(), *definition.nodes("relatedArtifact")):
        one.leave()
    return held[name].node("code")


def words_of(action: Node) -> str:
    """Return what an action says to a person."""
    words = map(action.text, ("title", "description", "textEquivalent"))
    return " ".join(filter(None, words))


def is_part(action: Node) -> bool:
    """Return whether an action is a medicine or a procedure, and holds no others."""
    return "definitionCanonical" in action or ("code" in action and "action" not in action)


def _ucum_of(unit: str) -> str | None:
    """Return the code of a unit; None for one that is spelled in another way than here."""
    try:
        return ucum(unit)
    except KeyError:
        return None


def _is_dose(text: str) -> bool:
    try:
        dose(text)
    except InputError:
        return False
    return True


def _dose_text(found: re.Match[str] | None) -> str:
    return f"{found[1]} {found[2]}{found[3] or ''}" if found else ""


def _ask_for_the_rest(medicine: dict[str, Any]) -> None:
    """Ask for what a dose needs besides its number, where nothing states it."""
    stated = medicine.get("dose")
    if isinstance(stated, str):
        body = parts(dose(stated).units).body
        if body is KG:
            medicine.setdefault("weight", Asked("which weight: actual, ideal, adjusted or lean"))
        if body is M2:
            medicine.setdefault("surface", Asked("the formula of the surface: mosteller"))
