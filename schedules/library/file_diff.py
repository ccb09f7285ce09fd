"""What differs between two versions of a knowledge file, in the sentences of its reading."""

from __future__ import annotations

from dosing.drugs.drug import Drug
from dosing.errors import refuse
from schedules.knowledge.reading.comparison import SentenceChange, compare_readings
from schedules.knowledge.reading.page import read_aloud
from schedules.knowledge.regimen import Regimen
from schedules.knowledge.terms import TermsFile

Version = Regimen | Drug | TermsFile

# Where a sentence may change although patients get the same, so that the version need not rise.
_SAME_TREATMENT = ("What this is", "Worked examples", "Errata", "Sources")


def differences(old: Version, new: Version) -> list[SentenceChange]:
    """Return every sentence in which two versions of one file differ, in the order of the page.

    Raises:
        InputError: if they are of two kinds: a regimen and a drug.
    """
    if type(old) is not type(new):
        why = f"are {_kind(old)} and {_kind(new)}"
        accepted = "give two versions of one file"
        refuse("diff", f"{old.id}, {new.id}", why=why, accepted=accepted)
    return compare_readings(read_aloud(old).text, read_aloud(new).text)


def version_remark(old: Version, new: Version) -> str:
    """Return that a version went back, or did not rise although patients get something else."""
    if new.version < old.version:
        return f"VERSION WENT BACK: {old.version} becomes {new.version}."
    changes = [one for one in differences(old, new) if not one.where.startswith(_SAME_TREATMENT)]
    if new.version == old.version and changes:
        return f"VERSION DID NOT RISE: it is still {new.version}, although patients get another."
    return ""


def _kind(version: Version) -> str:
    if isinstance(version, TermsFile):
        return f"the file of {version.id}"
    return f"a {type(version).__name__.lower()}"
