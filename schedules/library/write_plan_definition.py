"""A regimen as FHIR R4: a PlanDefinition, and an ActivityDefinition for each of its medicines.

What FHIR has an element for stands there and nowhere else: phases as actions, cycles and rhythms as
timings, days of a cycle, doses, routes and sources. All else stands in extensions of its action.
``read_plan_definition`` reads it back.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from dosing.drugs.drug import Drug
from schedules.knowledge.codes import ATC, ROUTE_CODES, ROUTES, UCUM, atc_codes, ucum
from schedules.knowledge.days import DAYS_TEXT
from schedules.knowledge.regimen import Regimen
from schedules.library.fhir_extensions import DAYS_OF_CYCLE, DRUGS, REGIMENS, pack

_STATUS = {"under review": "draft", "endorsed": "active"}
_TYPES = "http://terminology.hl7.org/CodeSystem/plan-definition-type"
_CONTEXTS = "http://terminology.hl7.org/CodeSystem/usage-context-type"
_SPAN = re.compile("([0-9]+) (day|month)s?")
_EACH = re.compile("each day|every ([0-9]+) days")
_UNITS = {"day": "d", "month": "mo"}


def to_plan_definition(regimen: Regimen, drugs: Mapping[str, Drug]) -> bytes:
    """Return a regimen as a FHIR R4 bundle, JSON in UTF-8."""
    document = regimen.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    url = f"{REGIMENS}:{regimen.id}"
    version = str(document.pop("version"))
    phases = document.pop("phases")
    medicines: list[dict[str, Any]] = []
    actions = [_phase(phase, url, version, medicines, drugs) for phase in phases]
    plan = {
        "resourceType": "PlanDefinition",
        "id": document.pop("id"),
        "url": url,
        "identifier": [{"system": REGIMENS, "value": regimen.id}],
        "version": version,
        "title": document.pop("title"),
        "type": {"coding": [{"system": _TYPES, "code": "clinical-protocol"}]},
        "status": _STATUS.get(document.pop("status"), "retired"),
        "description": document.pop("about", None),
        "useContext": [
            {
                "code": {"system": _CONTEXTS, "code": "focus"},
                "valueCodeableConcept": {"text": disease},
            }
            for disease in document.pop("for")
        ],
        "jurisdiction": [{"text": one} for one in [document.pop("jurisdiction", None)] if one],
        "relatedArtifact": [_source(*source) for source in document.pop("sources").items()],
        "action": actions,
        "extension": pack(document),
    }
    bundle = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"fullUrl": one["url"], "resource": _stated(one)} for one in (plan, *medicines)],
    }
    return (json.dumps(bundle, indent=2, ensure_ascii=False) + "\n").encode()


def _stated(element: dict[str, Any]) -> dict[str, Any]:
    """Return an element without what is empty."""
    return {key: value for key, value in element.items() if value not in (None, [], {})}


def _source(name: str, entry: dict[str, Any]) -> dict[str, Any]:
    rest = dict(entry)
    return _stated(
        {
            "type": "citation",
            "label": name,
            "citation": rest.pop("cite"),
            "display": rest.pop("says", None),
            "url": rest.pop("link", None),
            "extension": pack(rest),
        }
    )


def _phase(
    phase: dict[str, Any],
    url: str,
    version: str,
    medicines: list[dict[str, Any]],
    drugs: Mapping[str, Drug],
) -> dict[str, Any]:
    """Return a phase as an action; what its medicines define is added to ``medicines``."""
    rest = dict(phase)
    parts = []
    for medicine in rest.pop("medicines", []):
        defined = _definition(medicine, f"{url}:{len(medicines) + 1}", version, drugs)
        medicines.append(defined)
        parts.append(_medicine(medicine, f"{defined['url']}|{version}"))
    parts += [_procedure(one) for one in rest.pop("procedures", [])]
    # A condition of FHIR is an expression that a machine evaluates; ours is a sentence.
    only_if = rest.get("only_if")
    action = {
        "title": rest.pop("name"),
        "textEquivalent": f"Only if {only_if}" if only_if else None,
        "timingTiming": _cycle(rest),
        "timingDuration": _length(rest),
        "action": parts,
    }
    return _stated({**action, "extension": pack(rest)})


def _cycle(rest: dict[str, Any]) -> dict[str, Any] | None:
    """Take a cycle of a stated length out of a phase; what a person chooses stays."""
    cycle = dict(rest.pop("cycle", {}))
    span = cycle.get("every")
    if isinstance(span, str):
        repeat = {"frequency": 1, **_period(cycle.pop("every"))}
        if isinstance(cycle.get("count"), int):
            repeat["count"] = cycle.pop("count")
    if cycle:
        rest["cycle"] = cycle
    return {"repeat": repeat} if isinstance(span, str) else None


def _period(span: str) -> dict[str, Any]:
    count, unit = _read_span(span)
    return {"period": count, "periodUnit": _UNITS[unit]}


def _length(rest: dict[str, Any]) -> dict[str, Any] | None:
    if not isinstance(rest.get("length"), str):
        return None
    count, unit = _read_span(rest.pop("length"))
    return {"value": count, "unit": unit, "system": UCUM, "code": _UNITS[unit]}


def _read_span(span: str) -> tuple[int, str]:
    found = _SPAN.fullmatch(span)
    if found is None:  # a span is always written so
        raise ValueError(span)
    return int(found[1]), found[2]


def _medicine(medicine: dict[str, Any], canonical: str) -> dict[str, Any]:
    rest = {key: value for key, value in medicine.items() if key not in ("drug", "route", "dose")}
    return _part({"title": medicine["drug"], "definitionCanonical": canonical}, rest)


def _procedure(procedure: dict[str, Any]) -> dict[str, Any]:
    rest = dict(procedure)
    return _part({"title": rest.pop("what"), "code": [{"text": rest.pop("kind")}]}, rest)


def _part(action: dict[str, Any], rest: dict[str, Any]) -> dict[str, Any]:
    """Return a medicine or procedure on its days, from its source."""
    days = rest["days"]
    extensions = []
    run = DAYS_TEXT.fullmatch(days) if isinstance(days, str) else None
    rhythm = _EACH.fullmatch(days) if isinstance(days, str) else None
    if isinstance(days, list) or run:
        numbers = range(int(run[1]), int(run[2]) + 1) if run else rest["days"]
        parts = [{"url": "day", "valueInteger": day} for day in numbers]
        extensions.append({"url": DAYS_OF_CYCLE, "extension": parts})
        del rest["days"]
    elif rhythm:
        repeat = {"frequency": 1, "period": int(rhythm[1] or 1), "periodUnit": "d"}
        if "times" in rest:
            repeat["count"] = rest.pop("times")
        action["timingTiming"] = {"repeat": repeat}
        del rest["days"]
    documentation = [{"type": "citation", "label": rest.pop("source")}]
    extensions += pack(rest)
    return _stated({**action, "documentation": documentation, "extension": extensions})


def _definition(
    medicine: dict[str, Any], url: str, version: str, drugs: Mapping[str, Drug]
) -> dict[str, Any]:
    name, route, dose = (medicine[key] for key in ("drug", "route", "dose"))
    number, unit = dose.split(" ", 1)
    value = float(number)
    coding = [{"system": DRUGS, "code": name}]
    if found := atc_codes().get(name):
        coding.append({"system": ATC, "code": found[0], "display": found[1]})
    by = ROUTE_CODES.get(route)
    quantity = {
        "value": int(value) if value.is_integer() else value,
        "unit": unit,
        "system": UCUM,
        "code": ucum(unit),
    }
    return {
        "resourceType": "ActivityDefinition",
        "id": url.removeprefix(f"{REGIMENS}:").replace(":", "."),
        "url": url,
        "version": version,
        "status": "draft",
        "kind": "MedicationRequest",
        "productCodeableConcept": {"coding": coding, "text": drugs[name].name},
        "dosage": [
            {
                "text": f"{dose} {drugs[name].name}, {route}",
                "route": {
                    **({"coding": [_coding(ROUTES, *by)]} if by else {}),
                    "text": route,
                },
                "doseAndRate": [{"doseQuantity": quantity}],
            }
        ],
    }


def _coding(system: str, code: str, display: str) -> dict[str, str]:
    return {"system": system, "code": code, "display": display}
