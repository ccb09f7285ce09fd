"""Names that a person may type, for a help that prints before units and formulas are imported.

The tables of formulas and of corticosteroids hold what stands behind each name, in this order.
"""

from __future__ import annotations

from typing import Literal, get_args

RoundingRule = Literal["nearest", "down", "up"]
ROUNDING_RULES: tuple[RoundingRule, ...] = get_args(RoundingRule)

Sex = Literal["male", "female"]
SEXES: tuple[Sex, ...] = get_args(Sex)
Dialysis = Literal["haemodialysis", "peritoneal", "none"]
DIALYSIS: tuple[Dialysis, ...] = get_args(Dialysis)
ChildPugh = Literal["Child-Pugh A", "Child-Pugh B", "Child-Pugh C"]
CHILD_PUGH: tuple[ChildPugh, ...] = get_args(ChildPugh)
NO_LIVER_DISEASE = "no liver disease"
YES_NO = ("yes", "no")
Jurisdiction = Literal["", "US", "EU", "UK", "AU", "CA-ON"]
# Of TPMT and NUDT15 together. An indeterminate result is none of these: nothing is planned by it.
Genotype = Literal["normal", "intermediate", "both intermediate", "poor"]
GENOTYPES: tuple[Genotype, ...] = get_args(Genotype)
EstimatedBy = Literal["cystatin C", "creatinine", "measured"]
ESTIMATED_BY: tuple[EstimatedBy, ...] = get_args(EstimatedBy)

SURFACE_FORMULAS = (
    "mosteller",
    "du_bois",
    "haycock",
    "gehan_george",
    "boyd",
    "fujimoto",
    "takahira",
    "schlich",
    "livingston_lee",
)
IDEAL_WEIGHT_FORMULAS = ("devine", "robinson", "miller", "hamwi")
CORTICOSTEROIDS = (
    "prednisolone",
    "prednisone",
    "methylprednisolone",
    "hydrocortisone",
    "triamcinolone",
    "dexamethasone",
    "betamethasone",
    "cortisone",
    "deflazacort",
)

# Ways to make a bag, each with what its volume holds; and an overfill that nobody counts.
BAGS = {
    "everything": "the volume holds drug, diluent and overfill",
    "diluent": "the drug is added to the volume",
}
NOT_COUNTED = "not counted"
