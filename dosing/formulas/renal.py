"""Kidney function from serum creatinine and cystatin C: clearance and estimated filtration.

Every function takes Quantities by keyword, each one value or a column, and returns a Quantity.
Creatinine overestimates kidney function where muscle is wasted: ``CAUTION`` goes with every number
from here.
"""

from __future__ import annotations

import math
from typing import Any

from dosing.columns import choose, power
from dosing.formulas.formula import ADULT_AGE, Formula, Range, by_sex, number
from dosing.trace import Source, note
from dosing.units import (
    CM,
    CREATININE_MG_PER_DL,
    CREATININE_UMOL_PER_L,
    CYSTATIN_MG_PER_L,
    KG,
    ML_PER_MIN,
    ML_PER_MIN_PER_173,
    YEAR,
    Quantity,
    quantity,
)

# From this birthday a boy has another constant by Schwartz-Lyon.
_GROWN_YEARS = 13
_CHILD_AGE = Range(field="age", unit=YEAR, low=1, high=18)


def creatinine_clearance_cockcroft_gault(
    *, weight: Quantity, sex: Any, age: Quantity, creatinine: Quantity
) -> Quantity:
    """Return the creatinine clearance by Cockcroft and Gault, in mL/min (not indexed).

    (140 - age) x kg / (72 x creatinine in mg/dL), x 0.85 in women. The form with rounded
    constants for umol/L (1.23 and 1.04) differs by up to 0.35 % and is not used.
    Valid population: adults with a stable creatinine. The caller decides which weight goes in.
    Source: Cockcroft and Gault, Nephron 1976;16:31.
    Raises InputError when an input is missing, of another kind or not above zero.
    """
    kg, years = number(weight, KG, "weight"), number(age, YEAR, "age")
    mg_per_dl = number(creatinine, CREATININE_MG_PER_DL, "creatinine")
    factor = by_sex(sex, {"male": 1.0, "female": 0.85})
    return quantity((140 - years) * kg / (72 * mg_per_dl) * factor, ML_PER_MIN)


def egfr_ckd_epi_2021(*, sex: Any, age: Quantity, creatinine: Quantity) -> Quantity:
    """Return the estimated filtration rate by CKD-EPI 2021, in mL/min/1.73m2.

    142 x min(c/k, 1)^a x max(c/k, 1)^-1.200 x 0.9938^age (x 1.012 in women), c in mg/dL;
    women k 0.7, a -0.241; men k 0.9, a -0.302. Valid population: 18 years and older.
    Source: Inker, N Engl J Med 2021;385:1737.
    Raises InputError when an input is missing, of another kind or not above zero.
    """
    years = number(age, YEAR, "age")
    kappa = by_sex(sex, {"male": 0.9, "female": 0.7})
    alpha = by_sex(sex, {"male": -0.302, "female": -0.241})
    ratio = number(creatinine, CREATININE_MG_PER_DL, "creatinine") / kappa
    curve = choose(ratio < 1, ratio, 1.0) ** alpha * choose(ratio > 1, ratio, 1.0) ** -1.2
    factor = by_sex(sex, {"male": 1.0, "female": 1.012})
    return quantity(142 * curve * 0.9938**years * factor, ML_PER_MIN_PER_173)


def egfr_schwartz_bedside(*, height: Quantity, creatinine: Quantity) -> Quantity:
    """Return the estimated filtration rate of a child by the bedside Schwartz equation.

    0.413 x cm / creatinine in mg/dL, in mL/min/1.73m2; creatinine by an enzymatic method.
    Valid population: 1 to 18 years. Source: Schwartz, J Am Soc Nephrol 2009;20:629.
    Raises InputError when an input is missing, of another kind or not above zero.
    """
    cm = number(height, CM, "height")
    mg_per_dl = number(creatinine, CREATININE_MG_PER_DL, "creatinine")
    return quantity(0.413 * cm / mg_per_dl, ML_PER_MIN_PER_173)


def egfr_mdrd(*, sex: Any, age: Quantity, creatinine: Quantity) -> Quantity:
    """Return the estimated filtration rate by MDRD (four variables, IDMS), in mL/min/1.73m2.

    175 x c^-1.154 x age^-0.203 (x 0.742 in women), c in mg/dL. The factor by race is obsolete and
    is not offered; 186 in the place of 175 is for a creatinine that is not traceable to IDMS.
    Valid population: adults with chronic kidney disease; poor above 60 mL/min/1.73m2.
    Source: Levey, Ann Intern Med 2006;145:247.
    Raises InputError when an input is missing, of another kind or not above zero.
    """
    years = number(age, YEAR, "age")
    mg_per_dl = number(creatinine, CREATININE_MG_PER_DL, "creatinine")
    factor = by_sex(sex, {"male": 1.0, "female": 0.742})
    rate = 175 * power(mg_per_dl, -1.154) * power(years, -0.203) * factor
    return quantity(rate, ML_PER_MIN_PER_173)


def egfr_ckd_epi_2009(*, sex: Any, age: Quantity, creatinine: Quantity) -> Quantity:
    """Return the estimated filtration rate by CKD-EPI 2009, in mL/min/1.73m2.

    141 x min(c/k, 1)^a x max(c/k, 1)^-1.209 x 0.993^age (x 1.018 in women), c in mg/dL; women
    k 0.7, a -0.329; men k 0.9, a -0.411. The factor by race is obsolete and is not offered.
    Valid population: 18 years and older. Source: Levey, Ann Intern Med 2009;150:604.
    Raises InputError when an input is missing, of another kind or not above zero.
    """
    years = number(age, YEAR, "age")
    kappa = by_sex(sex, {"male": 0.9, "female": 0.7})
    alpha = by_sex(sex, {"male": -0.411, "female": -0.329})
    ratio = number(creatinine, CREATININE_MG_PER_DL, "creatinine") / kappa
    curve = choose(ratio < 1, ratio, 1.0) ** alpha * choose(ratio > 1, ratio, 1.0) ** -1.209
    factor = by_sex(sex, {"male": 1.0, "female": 1.018})
    return quantity(141 * curve * 0.993**years * factor, ML_PER_MIN_PER_173)


def egfr_lund_malmo(*, sex: Any, age: Quantity, creatinine: Quantity) -> Quantity:
    """Return the estimated filtration rate by Lund-Malmo (revised), in mL/min/1.73m2.

    exp(x - 0.0158 x age + 0.438 x ln age), c in umol/L. Women: x is 2.50 + 0.0121 x (150 - c) below
    150, else 2.50 - 0.926 x ln(c / 150); men: 2.56 + 0.00968 x (180 - c) below 180, else
    2.56 - 0.926 x ln(c / 180).
    Valid population: adults. Source: Bjork 2011, 10.3109/00365513.2011.557086.
    Raises InputError when an input is missing, of another kind or not above zero.
    """
    years = number(age, YEAR, "age")
    umol_per_l = number(creatinine, CREATININE_UMOL_PER_L, "creatinine")
    bend = by_sex(sex, {"male": 180.0, "female": 150.0})
    slope = by_sex(sex, {"male": 0.00968, "female": 0.0121})
    at_bend = by_sex(sex, {"male": 2.56, "female": 2.50})
    below_bend = power(math.e, slope * choose(umol_per_l < bend, bend - umol_per_l, 0.0))
    above_bend = power(choose(umol_per_l < bend, 1.0, umol_per_l / bend), -0.926)
    by_age = power(math.e, at_bend - 0.0158 * years) * power(years, 0.438)
    return quantity(by_age * below_bend * above_bend, ML_PER_MIN_PER_173)


def egfr_schwartz_lyon(
    *, height: Quantity, sex: Any, age: Quantity, creatinine: Quantity
) -> Quantity:
    """Return the estimated filtration rate of a child by Schwartz-Lyon, in mL/min/1.73m2.

    k x cm / creatinine in umol/L, by an enzymatic method; k is 36.5 for boys from 13 years, else
    32.5, so that it rises by 12 % on a boy's thirteenth birthday.
    Valid population: 1 to 18 years.
    Source: De Souza 2012, as PLoS ONE 10.1371/journal.pone.0053439 prints it.
    Raises InputError when an input is missing, of another kind or not above zero.
    """
    cm, years = number(height, CM, "height"), number(age, YEAR, "age")
    umol_per_l = number(creatinine, CREATININE_UMOL_PER_L, "creatinine")
    grown = by_sex(sex, {"male": 36.5, "female": 32.5})
    return quantity(choose(years < _GROWN_YEARS, 32.5, grown) * cm / umol_per_l, ML_PER_MIN_PER_173)


def egfr_ckd_epi_cystatin_2012(*, sex: Any, age: Quantity, cystatin_c: Quantity) -> Quantity:
    """Return the estimated filtration rate by CKD-EPI 2012 from cystatin C, in mL/min/1.73m2.

    133 x min(c/0.8, 1)^-0.499 x max(c/0.8, 1)^-1.328 x 0.996^age (x 0.932 in women), c in mg/L.
    The paper of 2021 prints the same equation with 0.9962, which is 1.2 % more at 60 years.
    Valid population: 18 years and older, a standardised assay. Source: Inker, N Engl J Med
    2012;367:20. Raises InputError when an input is missing, of another kind or not above zero.
    """
    years = number(age, YEAR, "age")
    ratio = number(cystatin_c, CYSTATIN_MG_PER_L, "cystatin C") / 0.8
    curve = choose(ratio < 1, ratio, 1.0) ** -0.499 * choose(ratio > 1, ratio, 1.0) ** -1.328
    factor = by_sex(sex, {"male": 1.0, "female": 0.932})
    return quantity(133 * curve * 0.996**years * factor, ML_PER_MIN_PER_173)


def egfr_ckd_epi_both_2021(
    *, sex: Any, age: Quantity, creatinine: Quantity, cystatin_c: Quantity
) -> Quantity:
    """Return the estimated filtration rate by CKD-EPI 2021 from creatinine and cystatin C.

    135 x min(c/k, 1)^a x max(c/k, 1)^-0.544 x min(y/0.8, 1)^-0.323 x max(y/0.8, 1)^-0.778 x
    0.9961^age (x 0.963 in women), in mL/min/1.73m2; c in mg/dL, y in mg/L; women k 0.7, a -0.219;
    men k 0.9, a -0.144. Valid population: 18 years and older. Source: Inker, N Engl J Med
    2021;385:1737. Raises InputError when an input is missing, of another kind or not above zero.
    """
    years = number(age, YEAR, "age")
    kappa = by_sex(sex, {"male": 0.9, "female": 0.7})
    alpha = by_sex(sex, {"male": -0.144, "female": -0.219})
    ratio = number(creatinine, CREATININE_MG_PER_DL, "creatinine") / kappa
    curve = choose(ratio < 1, ratio, 1.0) ** alpha * choose(ratio > 1, ratio, 1.0) ** -0.544
    ratio = number(cystatin_c, CYSTATIN_MG_PER_L, "cystatin C") / 0.8
    curve *= choose(ratio < 1, ratio, 1.0) ** -0.323 * choose(ratio > 1, ratio, 1.0) ** -0.778
    factor = by_sex(sex, {"male": 1.0, "female": 0.963})
    return quantity(135 * curve * 0.9961**years * factor, ML_PER_MIN_PER_173)


CREATININE_CLEARANCE: dict[str, Formula] = {
    "cockcroft_gault": Formula(
        name="cockcroft_gault",
        title="Cockcroft and Gault",
        function=creatinine_clearance_cockcroft_gault,
        inputs=("weight", "sex", "age", "creatinine"),
        source=Source(cite="Cockcroft and Gault, Nephron 1976;16:31", confirmed=True),
        population="adults with a stable creatinine",
        valid=(ADULT_AGE,),
    )
}

EGFR: dict[str, Formula] = {
    "ckd_epi_2021": Formula(
        name="ckd_epi_2021",
        title="CKD-EPI 2021",
        function=egfr_ckd_epi_2021,
        inputs=("sex", "age", "creatinine"),
        source=Source(cite="Inker, N Engl J Med 2021;385:1737", confirmed=True),
        population="adults",
        valid=(ADULT_AGE,),
    ),
    "ckd_epi_cystatin_2012": Formula(
        name="ckd_epi_cystatin_2012",
        title="CKD-EPI 2012, cystatin C",
        function=egfr_ckd_epi_cystatin_2012,
        inputs=("sex", "age", "cystatin_c"),
        source=Source(
            cite="Inker, N Engl J Med 2012;367:20",
            link="https://www.kidney.org/content/ckd-epi-cystatin-c-equation-2012",
            confirmed=True,
        ),
        population="adults",
        valid=(ADULT_AGE,),
    ),
    "ckd_epi_both_2021": Formula(
        name="ckd_epi_both_2021",
        title="CKD-EPI 2021, creatinine and cystatin C",
        function=egfr_ckd_epi_both_2021,
        inputs=("sex", "age", "creatinine", "cystatin_c"),
        source=Source(
            cite="Inker, N Engl J Med 2021;385:1737",
            link="https://egfr.app/equations/ckd-epi-2021-cr-cys/",
            confirmed=True,
        ),
        population="adults",
        valid=(ADULT_AGE,),
    ),
    "schwartz_bedside": Formula(
        name="schwartz_bedside",
        title="Bedside Schwartz",
        function=egfr_schwartz_bedside,
        inputs=("height", "creatinine"),
        source=Source(cite="Schwartz, J Am Soc Nephrol 2009;20:629", confirmed=True),
        population="children",
        valid=(_CHILD_AGE,),
    ),
    "schwartz_lyon": Formula(
        name="schwartz_lyon",
        title="Schwartz-Lyon",
        function=egfr_schwartz_lyon,
        inputs=("height", "sex", "age", "creatinine"),
        source=Source(
            cite="De Souza 2012, as PLoS ONE 10.1371/journal.pone.0053439 prints it",
            link="https://doi.org/10.1371/journal.pone.0053439",
            confirmed=True,
        ),
        population="children",
        valid=(_CHILD_AGE,),
    ),
    "lund_malmo": Formula(
        name="lund_malmo",
        title="Lund-Malmo, revised",
        function=egfr_lund_malmo,
        inputs=("sex", "age", "creatinine"),
        source=Source(
            cite="Bjork 2011",
            link="https://doi.org/10.3109/00365513.2011.557086",
            confirmed=True,
        ),
        population="adults",
        valid=(ADULT_AGE,),
    ),
    "ckd_epi_2009": Formula(
        name="ckd_epi_2009",
        title="CKD-EPI 2009",
        function=egfr_ckd_epi_2009,
        inputs=("sex", "age", "creatinine"),
        source=Source(cite="Levey, Ann Intern Med 2009;150:604"),
        population="adults; followed by CKD-EPI 2021",
        valid=(ADULT_AGE,),
    ),
    "mdrd": Formula(
        name="mdrd",
        title="MDRD, four variables, IDMS",
        function=egfr_mdrd,
        inputs=("sex", "age", "creatinine"),
        source=Source(cite="Levey, Ann Intern Med 2006;145:247"),
        population="adults with chronic kidney disease; poor above 60 mL/min/1.73m2",
        valid=(ADULT_AGE,),
    ),
}

CAUTION = note(
    "renal.low_muscle_mass",
    "Creatinine overestimates kidney function where muscle is wasted, as in neuromuscular "
    "disease; ask for cystatin C before a dose depends on it.",
    Source(
        cite="Front Neurol 2021, 10.3389/fneur.2021.688246", place="39 patients", confirmed=True
    ),
)
