"""The bill of materials: what the running program consists of, as CycloneDX 1.6 in JSON.

It states no time and no serial number: both would change it where nothing else did.
"""

from __future__ import annotations

import importlib.metadata
import json
import re
from hashlib import sha256
from pathlib import Path
from typing import Any

from cyclonedx.spdx import fixup_id, is_expression

from schedules.version import VERSION

_FONTS = "schedules/outputs/paper/fonts"
# What lies in the tree and was written elsewhere: name, version, licence, file.
INCLUDED = (
    ("FullCalendar", "6.1.21", "MIT", "screens/parts/fullcalendar/index.global.min.js"),
    ("DejaVu Sans Condensed", "2.37", "Bitstream-Vera", f"{_FONTS}/DejaVuSansCondensed.ttf"),
    (
        "DejaVu Sans Condensed Bold",
        "2.37",
        "Bitstream-Vera",
        f"{_FONTS}/DejaVuSansCondensed-Bold.ttf",
    ),
)
_LOCKED = re.compile(r"^([\w.-]+)==([^\s;]+)", re.MULTILINE)
_LONGEST_NAME = 60  # some packages write the whole licence where its name belongs


def locked(lock: Path) -> dict[str, str]:
    """Return each package of a lock with its exact version."""
    return dict(_LOCKED.findall(lock.read_text(encoding="utf-8")))


def licence_of(package: str) -> str:
    """Return what an installed package says of its licence; in SPDX's words where it uses them."""
    metadata = importlib.metadata.metadata(package).json
    named = str(metadata.get("license_expression") or metadata.get("license") or "")
    if named and len(named) <= _LONGEST_NAME:
        return named
    classified = [line for line in metadata["classifier"] if line.startswith("License :: OSI")]
    return classified[0].rsplit(" :: ", 1)[-1]


def bill_of_materials(root: Path) -> str:
    """Return the bill of the locked packages and of the included files."""
    packages = [
        {
            "type": "library",
            "bom-ref": f"pkg:pypi/{name}@{version}",
            "name": name,
            "version": version,
            "purl": f"pkg:pypi/{name}@{version}",
            "licenses": [_licence(licence_of(name))],
        }
        for name, version in locked(root / "requirements.lock").items()
    ]
    files = [
        {
            "type": "file",
            "bom-ref": path,
            "name": name,
            "version": version,
            "hashes": [
                {"alg": "SHA-256", "content": sha256((root / path).read_bytes()).hexdigest()}
            ],
            "licenses": [_licence(licence)],
        }
        for name, version, licence, path in INCLUDED
    ]
    program = {
        "type": "application",
        "bom-ref": "posology",
        "name": "posology",
        "version": VERSION,
        "licenses": [_licence("Apache-2.0")],
    }
    bill = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": program},
        "components": packages + files,
    }
    return json.dumps(bill, indent=1) + "\n"


def _licence(name: str) -> dict[str, Any]:
    if known := fixup_id(name):
        return {"license": {"id": known}}
    return {"expression": name} if is_expression(name) else {"license": {"name": name}}
