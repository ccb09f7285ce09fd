"""The patient as typed: the one list of what is asked.

The options of ``plan`` and of a re-weigh, the fields of the Plan screen and the keys of the plan
file are made of ``PatientEntry``, whose order is that of the plan file. A measurement added there
is asked for, read by its kind (``patient_reading.py``), kept and opened again; what it means for a
dose is a rule in ``dosing``. Helps list it: it needs no units.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, TypedDict

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer

from dosing.drugs.file_model import Day, FileModel, no_entries
from dosing.names import (
    CHILD_PUGH,
    DIALYSIS,
    ESTIMATED_BY,
    GENOTYPES,
    NO_LIVER_DISEASE,
    SEXES,
    YES_NO,
)
from schedules.plans.patient_field import PatientField, read_fields


class PatientEntry(FileModel):
    """The patient as typed. A label, never a name.

    Where nothing was typed nothing was asked; "none" in a list means asked, and there is none.
    """

    label: Annotated[
        str,
        PatientField(
            kind="text",
            title="Label, no name",
            example="ward-7",
            hint="Tells this plan from others in a calendar: a bed, a study number. Never a name.",
            place="first",
            help='a label for the patient, such as "ward-7"; never a name',
            metavar="LABEL",
            leads=True,
        ),
    ] = ""
    sex: Annotated[
        str,
        PatientField(kind="word", words=SEXES, title="Sex", place="first", help="male or female"),
    ] = ""
    age: Annotated[
        str,
        PatientField(
            kind="age",
            title="Age",
            example="48 years",
            place="age",
            help='"48 years" or "7 months"',
        ),
    ] = ""
    born: Annotated[
        Day | None,
        PatientField(
            kind="date",
            title="Date of birth",
            example="1978-05-14",
            place="age",
            help="the birth date, instead of the age",
        ),
    ] = None
    weight: Annotated[
        str,
        PatientField(
            kind="weight",
            title="Weight",
            example="70 kg",
            hint="In kg, g or lb, always with the unit. A gram is a gram: 3500 g is 3.5 kg.",
            place="first",
            help='"70 kg", "3500 g" or "154 lb"',
            leads=True,
            again="72 kg",
            again_help='the weight measured now: "72 kg"',
        ),
    ] = ""
    weight_on: Annotated[
        Day | None,
        PatientField(
            kind="date",
            title="Weight measured on",
            example="2026-11-19",
            help="the day the weight was measured",
            leads=True,
        ),
    ] = None
    height: Annotated[
        str,
        PatientField(
            kind="height",
            title="Height",
            example="175 cm",
            hint="In cm, m, in or ft, always with the unit.",
            place="first",
            help='"175 cm", "1.75 m" or "69 in"',
            leads=True,
            again="175 cm",
            again_help='the height measured now: "175 cm"',
        ),
    ] = ""
    creatinine: Annotated[
        str,
        PatientField(
            kind="creatinine",
            title="Creatinine",
            example="80 umol/L",
            hint="In umol/L or mg/dL.",
            help='"80 umol/L" or "0.9 mg/dL"',
            again="80 umol/L",
            again_help='the serum creatinine measured now: "80 umol/L"',
        ),
    ] = ""
    clearance: Annotated[
        str,
        PatientField(
            kind="clearance",
            title="Clearance, if one is known",
            example="42 mL/min",
            hint="Best from cystatin C, in mL/min or mL/min/1.73m2. Left empty, it is calculated "
            "from the creatinine.",
            place="kidney",
            help='if it is known: "42 mL/min" or "42 mL/min/1.73m2"',
        ),
    ] = ""
    clearance_by: Annotated[
        str,
        PatientField(
            kind="word",
            words=ESTIMATED_BY,
            title="It was estimated from",
            place="kidney",
            only_with="clearance",
            help='what it is from: "cystatin C", creatinine or measured',
            metavar="HOW",
        ),
    ] = ""
    genotype: Annotated[
        str,
        PatientField(
            later=True,
            kind="word",
            words=GENOTYPES,
            title="TPMT and NUDT15",
            hint="Both intermediate: one in each gene. Poor: no working copy of one of them.",
            place="genotype",
            help="of TPMT and NUDT15: normal, both intermediate ...",
        ),
    ] = ""
    size_confirmed: Annotated[
        bool,
        PatientField(
            kind="confirmed",
            place="apart",
            help="confirms that weight and height of a rare size were measured again",
        ),
    ] = False
    earlier: Annotated[
        dict[str, str],
        PatientField(
            kind="amounts",
            place="apart",
            help='what was given before this course: cyclophosphamide="5 g"',
            metavar="DRUG=AMOUNT",
        ),
    ] = Field(default_factory=dict)
    conditions: Annotated[
        list[str],
        PatientField(
            later=True,
            kind="several",
            title="Conditions",
            example="myasthenia gravis, hepatitis B",
            hint="Other diseases, separated by commas (by semicolons where one has a comma in it), "
            "or none. You are told what a drug of the "
            "regimen does to them, and which words are not known.",
            option="condition",
            help='other diseases: "myasthenia gravis", or none',
            metavar="DISEASE",
        ),
    ] = Field(default_factory=no_entries)
    takes: Annotated[
        list[str],
        PatientField(
            later=True,
            kind="several",
            title="Other drugs taken",
            example="valproate, carbamazepine",
            hint="Separated by commas, or none. You are told of interactions that the drug files "
            "name, and which words are not known.",
            help="other drugs that the patient takes, or none",
            metavar="DRUG",
        ),
    ] = Field(default_factory=no_entries)
    allergies: Annotated[
        list[str],
        PatientField(
            later=True,
            kind="several",
            title="Allergies",
            example="mouse protein, sulfite",
            hint="Separated by commas, or none.",
            option="allergy",
            help='allergies: "mouse protein", or none',
            metavar="WHAT",
        ),
    ] = Field(default_factory=no_entries)
    results: Annotated[
        list[str],
        PatientField(
            later=True,
            kind="several",
            title="Results",
            example="neutrophils 0.9 10^9/L 2026-11-28, HBsAg negative 2026-11-20",
            hint="Test, value with its unit, and date; separated by commas. Liver tests also as "
            "multiples of the upper limit: ALT 1.2 xULN 2026-11-28.",
            option="result",
            help='results with their dates: "neutrophils 0.9 10^9/L 2026-11-28"',
            metavar="RESULT",
        ),
    ] = Field(default_factory=no_entries)
    pregnant: Annotated[
        str,
        PatientField(
            later=True, kind="word", words=YES_NO, title="Pregnant", help="yes or no", metavar="Y"
        ),
    ] = ""
    could_become_pregnant: Annotated[
        str,
        PatientField(
            later=True,
            kind="word",
            words=YES_NO,
            title="Could become pregnant",
            help="yes or no",
            metavar="Y",
        ),
    ] = ""
    breast_feeding: Annotated[
        str,
        PatientField(
            later=True,
            kind="word",
            words=YES_NO,
            title="Breast-feeding",
            help="yes or no",
            metavar="Y",
        ),
    ] = ""
    dialysis: Annotated[
        str,
        PatientField(
            later=True,
            kind="word",
            words=DIALYSIS,
            title="Dialysis",
            help="haemodialysis, peritoneal or none",
            metavar="KIND",
        ),
    ] = ""
    liver: Annotated[
        str,
        PatientField(
            later=True,
            kind="word",
            words=(*CHILD_PUGH, NO_LIVER_DISEASE),
            title="Liver",
            help='"Child-Pugh A", B or C, or "no liver disease"',
            metavar="CLASS",
        ),
    ] = ""
    dry_weight: Annotated[
        str,
        PatientField(
            kind="weight",
            title="Dry weight",
            example="66 kg",
            hint="Without oedema, ascites or the fluid that dialysis removes. Doses and the kidney "
            "then go by it.",
            option="dry-weight",
            help='without oedema, ascites or before dialysis: "66 kg"',
            again="66 kg",
            again_help='the dry weight now: "66 kg"',
        ),
    ] = ""
    weight_before_pregnancy: Annotated[
        str,
        PatientField(
            kind="weight",
            title="Weight before pregnancy",
            example="62 kg",
            hint="Some places dose by it.",
            help='where a rule doses by it: "62 kg"',
        ),
    ] = ""
    amputations: Annotated[
        list[str],
        PatientField(
            kind="several",
            title="Amputations",
            example="below knee left",
            hint="Each part with its side, separated by commas, or none. Surface and body-mass "
            "index go by the weight before, which is estimated.",
            option="amputation",
            help='lost parts of the body: "below knee left", or none',
            metavar="PART",
        ),
    ] = Field(default_factory=no_entries)
    cystatin_c: Annotated[
        str,
        PatientField(
            kind="cystatin C",
            title="Cystatin C",
            example="1.05 mg/L",
            hint="In mg/L. A clearance is then estimated from it, and not from the creatinine, "
            "which overestimates where muscle is wasted.",
            place="kidney",
            option="cystatin-c",
            help='in serum, preferred to creatinine: "1.05 mg/L"',
            again="1.05 mg/L",
            again_help='the cystatin C measured now: "1.05 mg/L"',
        ),
    ] = ""
    vaccinations: Annotated[
        list[str],
        PatientField(
            later=True,
            kind="several",
            title="Vaccinations",
            example="MenACWY 2026-11-01, MenB 2026-11-01",
            hint="Each with its date, separated by commas, or none. You are told what a drug of "
            "the regimen asks for before its first dose.",
            option="vaccination",
            help='vaccinations with their dates: "MenACWY 2026-11-01", or none',
            metavar="VACCINE",
        ),
    ] = Field(default_factory=no_entries)
    actual_weight_because: Annotated[
        str,
        PatientField(
            kind="text",
            title="Actual weight, because",
            example="very muscular",
            hint="Where the place doses by an adjusted weight and lets a prescriber choose the "
            "actual one: why. Left empty, the rule of the place holds.",
            help="why the actual weight is chosen, where the rule of the place leaves it open",
            metavar="WHY",
        ),
    ] = ""
    hematocrit: Annotated[
        str,
        PatientField(
            kind="fraction",
            title="Haematocrit",
            example="0.42",
            hint="As a fraction: 42 % is 0.42. The plasma volume of an exchange goes by it.",
            help='as a fraction, for the volume of a plasma exchange: "0.42"',
            metavar="X",
            again="0.38",
            again_help='the haematocrit measured now: "0.38"',
        ),
    ] = ""

    def without_blanks(self) -> PatientEntry:
        """Return the patient without blanks at the ends of any text; a blank alone is none.

        This is for what is typed: a plan that was saved keeps every letter, which its hash covers.
        """
        return self.model_copy(update={name: _stripped(value) for name, value in self})

    @model_serializer(mode="wrap")
    def _as_entered(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave out what was not asked: a plan of an earlier version keeps its hash."""
        written: dict[str, Any] = handler(self)
        return {name: value for name, value in written.items() if value or name not in _ASKED_LATER}


def _stripped(value: Any) -> Any:
    match value:
        case str():
            return value.strip()
        case list():
            return [text.strip() for text in value]
        case dict():
            return {name: text.strip() for name, text in value.items()}
    return value


# Facts that the first plan files had no key for.
_ASKED_LATER = {
    "dry_weight",
    "weight_before_pregnancy",
    "amputations",
    "cystatin_c",
    "hematocrit",
    "allergies",
    "results",
    "pregnant",
    "could_become_pregnant",
    "breast_feeding",
    "dialysis",
    "liver",
    "vaccinations",
    "actual_weight_because",
}


class PatientFacts(TypedDict, total=False):
    """The patient as typed, each value with its unit. ``label`` names a bed, never a person.

    The same list, for whoever calls ``schedules.plan`` under a type checker.
    """

    label: str
    sex: str
    age: str
    born: str
    weight: str
    weight_on: str
    height: str
    creatinine: str
    clearance: str
    clearance_by: str
    genotype: str
    size_confirmed: bool
    earlier: Mapping[str, str]
    conditions: list[str]
    takes: list[str]
    allergies: list[str]
    results: list[str]
    pregnant: str
    could_become_pregnant: str
    breast_feeding: str
    dialysis: str
    liver: str
    dry_weight: str
    weight_before_pregnancy: str
    amputations: list[str]
    cystatin_c: str
    vaccinations: list[str]
    actual_weight_because: str
    hematocrit: str


PATIENT_FIELDS = read_fields(PatientEntry)
MEASURED_AGAIN = tuple(field for field in PATIENT_FIELDS if field.again)
KNOWN_LATER = tuple(field for field in PATIENT_FIELDS if field.later)
