"""What differs between two versions of a regimen or drug file, in the sentences of its reading."""

from __future__ import annotations

from dosing.drugs.drug import Drug
from dosing.errors import refuse
from schedules.knowledge.reading.comparison import SentenceChange, compare_readings
from schedules.knowledge.reading.page import read_aloud
from schedules.knowledge.regimen import Regimen

# Where a sentence may change although patients get the same, so that the version need not rise.
_SAME_TREATMENT = ("What this is", "Worked examples", "Errata", "Sources")


def differences(old: Regimen | Drug, new: Regimen | Drug) -> list[SentenceChange]:
    """Return every sentence in which two versions of one file differ, in the order of the page.

    Raises:
        InputError: if one is a regimen and the other a drug.
    """
    if type(old) is not type(new):
        kinds = [type(version).__name__.lower() for version in (old, new)]
        why, accepted = f"are a {kinds[0]} and a {kinds[1]}", "give two versions of one file"
        refuse("diff", f"{old.id}, {new.id}", why=why, accepted=accepted)
    return compare_readings(read_aloud(old).text, read_aloud(new).text)


def version_remark(old: Regimen | Drug, new: Regimen | Drug) -> str:
    """Return that a version went back, or did not rise although patients get something else."""
    if new.version < old.version:
        return f"VERSION WENT BACK: {old.version} becomes {new.version}."
    changes = [one for one in differences(old, new) if not one.where.startswith(_SAME_TREATMENT)]
    if new.version == old.version and changes:
        return f"VERSION DID NOT RISE: it is still {new.version}, although patients get another."
    return ""
