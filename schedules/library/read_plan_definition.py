"""Reads a PlanDefinition of FHIR R4 into a draft regimen file.

A phase is an action whose own actions are medicines or procedures; actions around it only group.
What cannot be read is refused, all of it at once: nothing that a file says is left out in silence.
What a file leaves open is asked in the draft where the answer belongs, and each figure says where
it stood. Nothing is endorsed or confirmed by being read.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping
from typing import Any

from dosing.drugs.drug import Drug
from dosing.drugs.file_model import Place
from dosing.errors import refuse
from schedules.knowledge.days import is_rhythm
from schedules.knowledge.json_text import read_json
from schedules.library.fhir_node import Node
from schedules.library.fhir_notes import OF_A_GROUP, Asked, Notes, span_text
from schedules.library.read_fhir_part import PartReader, is_part, words_of

_ACCEPTED = "a PlanDefinition of FHIR R4 as JSON, alone or in a bundle"
_NO_REGIMEN = "holds no medicine, procedure or review: it is a rule of decision support, no regimen"
_DOSED = "a PlanDefinition whose actions name a definition with a dosage"
# About the file and its makers; a draft names what of it is left behind.
_OF_THE_DOCUMENT = frozenset(
    (
        "meta",
        "language",
        "text",
        "contact",
        "author",
        "editor",
        "reviewer",
        "endorser",
        "publisher",
        "copyright",
        "date",
        "approvalDate",
        "lastReviewDate",
        "effectivePeriod",
        "experimental",
        "name",
        "subtitle",
        "purpose",
        "usage",
        "topic",
        "status",
        "subjectCodeableConcept",
        "subjectReference",
    )
)
_NAMES_IT = frozenset(("resourceType", "id", "url", "identifier", "type", "contained"))
_ALTERNATIVES = frozenset(("exactly-one", "at-most-one", "one-or-more", "any"))
_CYCLE_WORDS = re.compile(r"([0-9]+)[ -]days? cycle")
_PHASE_NAME = re.compile(r"[a-z][a-z0-9 -]*")
_NOT_IN_A_NAME = re.compile("[^a-z0-9]+")


@dataclasses.dataclass(frozen=True, slots=True)
class Draft:
    """A regimen as far as a file states it, where each value stood, and what was passed over."""

    document: dict[str, Any]
    origins: Mapping[Place, str]
    passed_over: tuple[str, ...]

    @property
    def questions(self) -> list[tuple[Place, str]]:
        """Return what is open, with its place in the draft."""
        return list(_questions(self.document, ()))


def read_plan_definition(content: bytes, drugs: Mapping[str, Drug]) -> Draft:
    """Read a file.

    Raises:
        InputError: with everything in it that cannot be read.
    """
    plan, definitions = _find(content)
    if not _doses_anything(plan.value):
        refuse("file", "", why=_NO_REGIMEN, accepted=_DOSED)
    return _PlanReader(plan, definitions, drugs).read()


def _doses_anything(part: Any) -> bool:
    """Return whether an action leads to a definition, or is a procedure or review of ours."""
    if isinstance(part, list):
        return any(map(_doses_anything, part))
    if not isinstance(part, dict):
        return False
    actions = part.get("action", ())
    return "definitionCanonical" in part or is_part(Node(part, "")) or _doses_anything(actions)


def _questions(part: Any, place: Place) -> Iterator[tuple[Place, str]]:
    if isinstance(part, Asked):
        yield place, part.question
    elif isinstance(part, dict | list):
        for key, value in part.items() if isinstance(part, dict) else enumerate(part):
            yield from _questions(value, (*place, key))


def _find(content: bytes) -> tuple[Node, dict[str, Node]]:
    """Return the one PlanDefinition of a file, and the definitions that it may name."""
    try:
        document = read_json(content.decode("utf-8"))
    except ValueError as error:
        refuse("file", "", why=f"is not JSON: {error}", accepted=_ACCEPTED)
    is_bundle = isinstance(document, dict) and document.get("resourceType") == "Bundle"
    root = Node(document if isinstance(document, dict) else {}, "Bundle")
    found = [one.node("resource") for one in root.nodes("entry")] if is_bundle else [root]
    plans = [one for one in found if one.value.get("resourceType") == "PlanDefinition"]
    if len(plans) != 1:
        why = f"holds {len(plans)} PlanDefinitions" if is_bundle else "is no PlanDefinition"
        refuse("file", "", why=why, accepted=_ACCEPTED)
    plan = plans[0] if is_bundle else Node(document, "PlanDefinition")
    definitions = {f"#{one.value.get('id')}": one for one in plan.nodes("contained")}
    for one in found:
        url, version = (str(one.value.get(key, "")) for key in ("url", "version"))
        definitions |= {url: one, f"{url}|{version}": one}
    return plan, definitions


class _PlanReader:
    """Reads one PlanDefinition: ``origins`` notes where each value stood."""

    def __init__(
        self, plan: Node, definitions: Mapping[str, Node], drugs: Mapping[str, Drug]
    ) -> None:
        self._plan = plan
        self._notes = Notes()
        self._other_contexts: list[str] = []
        self._parts = PartReader(self._notes, definitions, drugs)

    def read(self) -> Draft:
        plan = self._plan
        document: dict[str, Any] = {
            "id": self._id(),
            "title": self._notes.stated(("title",), plan, "title") or Asked("the title"),
            "for": self._diseases(),
        }
        for key, name in (("about", "description"),):
            if text := self._notes.stated((key,), plan, name):
                document[key] = text
        if where := [one.text("text") for one in plan.nodes("jurisdiction")]:
            document["jurisdiction"] = where[0]
        version = plan.text("version")
        document |= {"status": "under review", "version": int(version) if version.isdigit() else 1}
        document["sources"] = self._sources()
        passed_over = [*plan.pass_over(_OF_THE_DOCUMENT), *self._other_contexts]
        plan.pass_over(_NAMES_IT)
        document["phases"] = [
            self._phase(n, phase) for n, phase in enumerate(self._phases(plan.nodes("action")))
        ]
        document |= self._notes.extensions(plan, ())
        document.setdefault("reviewed", {"due": Asked("by when the file is to be reviewed")})
        question = "a worked example: a patient, a first day, and each dose calculated by hand"
        document.setdefault("examples", Asked(question))
        for place in plan.unread():
            self._notes.refuse(place, "cannot be read into a regimen file")
        self._notes.problems.raise_if_any()
        metadata = frozenset(("resourceType", "id", "url", "identifier", "contained", "type"))
        return Draft(
            document, self._notes.origins, tuple(k for k in passed_over if k not in metadata)
        )

    def _id(self) -> str:
        stated = [one.text("value") for one in self._plan.nodes("identifier")]
        for one in self._plan.nodes("identifier"):
            one.leave()
        words = next(filter(None, (*stated, self._plan.text("name"), self._plan.text("title"))), "")
        return _NOT_IN_A_NAME.sub("-", words.lower()).strip("-") or "imported"

    def _diseases(self) -> list[str] | Asked:
        found: list[str] = []
        for one in self._plan.nodes("useContext"):
            concept, code = one.node("valueCodeableConcept"), one.node("code").text("code")
            if code == "focus" and concept.text("text"):
                self._notes.origins["for", len(found)] = concept.at("text")
                found.append(concept.text("text"))
            else:
                self._other_contexts.append(f"{one.path} {concept.text('text')}".strip())
            one.leave()
        return found or Asked("for which diseases")

    def _sources(self) -> dict[str, Any]:
        sources: dict[str, Any] = {}
        for n, one in enumerate(self._plan.nodes("relatedArtifact"), 1):
            name = one.text("label") or f"source {n}"
            at: Place = ("sources", name)
            cite = self._notes.stated((*at, "cite"), one, "citation")
            says = self._notes.stated((*at, "says"), one, "display")
            link = self._notes.stated((*at, "link"), one, "url")
            entry = {"cite": cite or says or link or Asked("what is cited")}
            entry |= {"says": says} if says and cite else {}
            entry |= {"link": link} if link else {}
            entry |= self._notes.extensions(one, at)
            # Whoever sent it may have seen its figures; here nobody has.
            entry["confirmed"] = False
            one.pass_over(frozenset(("type", "_type", "document", "resource")))
            sources[name] = entry
        return sources

    def _phases(self, actions: list[Node]) -> Iterator[Node]:
        """Yield the actions that hold medicines and procedures, whatever groups them."""
        for action in actions:
            inside = action.nodes("action")
            if not inside or any(map(is_part, inside)):
                yield action
                continue
            behavior = action.text("selectionBehavior")
            if behavior in _ALTERNATIVES and len(inside) > 1:
                self._notes.refuse(
                    action.at("selectionBehavior"),
                    f"leaves a choice between {len(inside)} actions: one regimen is one of them",
                )
            action.pass_over(OF_A_GROUP)
            yield from self._phases(inside)

    def _phase(self, n: int, action: Node) -> dict[str, Any]:
        at: Place = ("phases", n)
        title = action.text("title")
        phase: dict[str, Any] = {
            "name": title if _PHASE_NAME.fullmatch(title) else f"phase {n + 1}"
        }
        words = words_of(action)
        phase |= self._cycle(at, action, words)
        phase |= self._length(at, action)
        extended = {} if is_part(action) else self._notes.extensions(action, at)
        if "cycle" in extended:
            phase["cycle"] = {**phase.get("cycle", {}), **extended.pop("cycle")}
        phase |= extended
        if phase.get("cycle", {}).get("count", "") is None:
            stated = f' The words say "{words}".' if words else ""
            phase["cycle"]["count"] = Asked(f"the number of cycles is not stated.{stated}")
        last = _days_of(phase)
        parts_ = action.nodes("action") if action.nodes("action") else [action]
        found: dict[str, list[Any]] = {"medicines": [], "procedures": []}
        for part in parts_:
            kind = "medicines" if "definitionCanonical" in part else "procedures"
            place = (*at, kind, len(found[kind]))
            read = self._parts.medicine if kind == "medicines" else self._parts.procedure
            found[kind].append(read(place, part, last))
        for medicine in found["medicines"]:
            if _is_counted(phase, medicine) and not {"per_cycle", "per_course"} & medicine.keys():
                medicine["per_cycle"] = Asked("dose x days, calculated by hand")
        behavior = action.text("selectionBehavior")
        if behavior in _ALTERNATIVES and len(parts_) > 1:
            why = f"leaves a choice between {len(parts_)} actions: one regimen is one of them"
            self._notes.refuse(action.at("selectionBehavior"), why)
        action.pass_over(OF_A_GROUP)
        return phase | {kind: listed for kind, listed in found.items() if listed}

    def _cycle(self, at: Place, action: Node, words: str) -> dict[str, Any]:
        if "timingTiming" not in action or is_part(action):
            return {}
        repeat = action.node("timingTiming").node("repeat")
        told = self._notes.span((*at, "cycle", "every"), repeat, "period")
        lasts = self._notes.span((*at, "cycle", "every"), repeat, "duration")
        if repeat.number("frequency") not in (None, 1):
            self._notes.refuse(repeat.at("frequency"), "is not once each cycle")
        every: str | Asked | None = told or lasts
        if told and lasts and told != lasts:
            every = Asked(f"the length of the cycle: {told} as its period, {lasts} as its duration")
        in_words = _CYCLE_WORDS.search(words)
        if in_words and isinstance(every, str) and every != span_text(int(in_words[1]), "day"):
            every = Asked(
                f"the length of the cycle: its timing says {every}, its words {in_words[0]}"
            )
        count = self._notes.stated((*at, "cycle", "count"), repeat, "count")
        return {"cycle": {"every": every or Asked("the length of the cycle"), "count": count}}

    def _length(self, at: Place, action: Node) -> dict[str, Any]:
        if "timingDuration" not in action:
            return {}
        lasts = action.node("timingDuration")
        span = self._notes.span((*at, "length"), lasts, "value", "code")
        lasts.pass_over(frozenset(("unit", "system")))
        return {"length": span} if span else {}


def _is_counted(phase: Mapping[str, Any], medicine: Mapping[str, Any]) -> bool:
    """Return whether it is known how many doses there are, so that their total must be stated."""
    bound = phase.get("length") or phase.get("cycle", {}).get("every")
    days = medicine.get("days")
    goes_on = is_rhythm(days) and "times" not in medicine
    return not (goes_on and (isinstance(bound, Mapping) or "month" in str(bound)))


def _days_of(phase: Mapping[str, Any]) -> int | None:
    """Return the days of a cycle that is stated in days; the last day may be 0 less than that."""
    every = phase.get("cycle", {}).get("every")
    if not isinstance(every, str) or "month" in every:
        return None
    count, unit = every.split()
    return int(count) * (7 if unit.startswith("week") else 1)
