"""Body size: surface, ideal, adjusted and lean weight, body-mass index.

Every function takes Quantities by keyword, each one value or a column, and returns a Quantity.
The constants are those of the published equations; ``FORMULAS`` holds citation, population and
valid range of each. Outside its range an equation still answers; ``Formula.outside`` warns of it.
"""

from __future__ import annotations

from typing import Any

from dosing.columns import choose, log10, power, square_root

# adjusted_weight has a parameter named fraction
from dosing.formulas.formula import ADULT_AGE, Formula, Range, by_sex, number
from dosing.formulas.formula import fraction as share_between_0_and_1
from dosing.plausibility import PLAUSIBLE
from dosing.rounding import above
from dosing.trace import Source
from dosing.units import (
    BODY_GRAM,
    CM,
    INCH,
    KG,
    KG_PER_M2,
    M2,
    METRE,
    YEAR,
    Quantity,
    in_unit,
    quantity,
)

_INCHES_AT_5_FEET = 60
_IDEAL_HEIGHT = Range(
    field="height",
    unit=CM,
    low=152.4,
    wrong_below=float(in_unit(PLAUSIBLE.equations_of_adults.stop_below_height, CM, "height")),
)
# Below this weight Livingston and Lee give other coefficients.
_LIVINGSTON_SMALL_KG = 10


_JAMES_EACH_KG = {"male": 1.1, "female": 1.07}
_JAMES_SQUARED = {"male": 128.0, "female": 148.0}


def bsa_mosteller(*, weight: Quantity, height: Quantity) -> Quantity:
    """Return the body surface by Mosteller: sqrt(height in cm x weight in kg / 3600), in m2.

    Valid population: adults and children. Source: Mosteller, N Engl J Med 1987;317:1098.
    Raises InputError when an input is missing, of another kind or not above zero.
    """
    kg, cm = number(weight, KG, "weight"), number(height, CM, "height")
    return quantity(square_root(kg * cm / 3600), M2)


def bsa_du_bois(*, weight: Quantity, height: Quantity) -> Quantity:
    """Return the body surface by Du Bois: 0.007184 x kg^0.425 x cm^0.725, in m2.

    Valid population: made from nine subjects; underestimates in obesity.
    Source: Du Bois and Du Bois, Arch Intern Med 1916;17:863.
    Raises InputError when an input is missing, of another kind or not above zero.
    """
    kg, cm = number(weight, KG, "weight"), number(height, CM, "height")
    return quantity(0.007184 * power(kg, 0.425) * power(cm, 0.725), M2)


def bsa_haycock(*, weight: Quantity, height: Quantity) -> Quantity:
    """Return the body surface by Haycock: 0.024265 x kg^0.5378 x cm^0.3964, in m2.

    Valid population: premature infants to adults. Source: Haycock, J Pediatr 1978;93:62.
    Raises InputError when an input is missing, of another kind or not above zero.
    """
    kg, cm = number(weight, KG, "weight"), number(height, CM, "height")
    return quantity(0.024265 * power(kg, 0.5378) * power(cm, 0.3964), M2)


def bsa_gehan_george(*, weight: Quantity, height: Quantity) -> Quantity:
    """Return the body surface by Gehan and George: 0.0235 x kg^0.51456 x cm^0.42246, in m2.

    Valid population: 401 subjects, children and adults.
    Source: Gehan and George, Cancer Chemother Rep 1970;54:225.
    Raises InputError when an input is missing, of another kind or not above zero.
    """
    kg, cm = number(weight, KG, "weight"), number(height, CM, "height")
    return quantity(0.0235 * power(kg, 0.51456) * power(cm, 0.42246), M2)


def bsa_boyd(*, weight: Quantity, height: Quantity) -> Quantity:
    """Return the body surface by Boyd: 0.0003207 x cm^0.3 x g^(0.7285 - 0.0188 log10 g), in m2.

    Valid population: infants to adults. Source: Boyd, The Growth of the Surface Area, 1935.
    Raises InputError when an input is missing, of another kind or not above zero.
    """
    grams, cm = number(weight, BODY_GRAM, "weight"), number(height, CM, "height")
    return quantity(0.0003207 * power(cm, 0.3) * power(grams, 0.7285 - 0.0188 * log10(grams)), M2)


def bsa_fujimoto(*, weight: Quantity, height: Quantity) -> Quantity:
    """Return the body surface by Fujimoto: 0.008883 x kg^0.444 x cm^0.663, in m2.

    Valid population: Japanese, 6 years and older. Source: Fujimoto, Nippon Eiseigaku Zasshi
    1968;23:443. Raises InputError when an input is missing, of another kind or not above zero.
    """
    kg, cm = number(weight, KG, "weight"), number(height, CM, "height")
    return quantity(0.008883 * power(kg, 0.444) * power(cm, 0.663), M2)


def bsa_takahira(*, weight: Quantity, height: Quantity) -> Quantity:
    """Return the body surface by Takahira: 0.007241 x kg^0.425 x cm^0.725, in m2.

    Valid population: Japanese adults. Source: Takahira 1925, cited in Fujimoto 1968.
    Raises InputError when an input is missing, of another kind or not above zero.
    """
    kg, cm = number(weight, KG, "weight"), number(height, CM, "height")
    return quantity(0.007241 * power(kg, 0.425) * power(cm, 0.725), M2)


def bsa_schlich(*, weight: Quantity, height: Quantity, sex: Any) -> Quantity:
    """Return the body surface by Schlich, in m2.

    Men: 0.000579479 x kg^0.38 x cm^1.24; women: 0.000975482 x kg^0.46 x cm^1.08.
    Valid population: adults. Source: Schlich, Ernaehrungs Umschau 2010;57:178.
    Raises InputError when an input is missing, of another kind or not above zero.
    """
    kg, cm = number(weight, KG, "weight"), number(height, CM, "height")
    factor = by_sex(sex, {"male": 0.000579479, "female": 0.000975482})
    power_of_kg = by_sex(sex, {"male": 0.38, "female": 0.46})
    power_of_cm = by_sex(sex, {"male": 1.24, "female": 1.08})
    return quantity(factor * power(kg, power_of_kg) * power(cm, power_of_cm), M2)


def bsa_livingston_lee(*, weight: Quantity) -> Quantity:
    """Return the body surface by Livingston and Lee from weight alone, in m2.

    From 10 kg: 0.1173 x kg^0.6466; below: 0.1037 x kg^0.6724.
    Valid population: 51.3 to 248.6 kg in the obese group of the paper.
    Source: Livingston and Lee, Am J Physiol Endocrinol Metab 2001;281:E586.
    Raises InputError when the weight is missing, of another kind or not above zero.
    """
    kg = number(weight, KG, "weight")
    small = kg < _LIVINGSTON_SMALL_KG
    return quantity(choose(small, 0.1037 * power(kg, 0.6724), 0.1173 * power(kg, 0.6466)), M2)


def _inches_over_5_feet(height: Quantity) -> Any:
    return number(height, INCH, "height") - _INCHES_AT_5_FEET


def ideal_weight_devine(*, height: Quantity, sex: Any) -> Quantity:
    """Return the ideal weight by Devine: 50 (men) or 45.5 (women) + 2.3 x inches over 5 ft, in kg.

    Valid population: adults of at least 152.4 cm.
    Source: Devine, Drug Intell Clin Pharm 1974;8:650.
    Raises InputError when an input is missing, of another kind or not above zero.
    """
    start = by_sex(sex, {"male": 50.0, "female": 45.5})
    return quantity(start + 2.3 * _inches_over_5_feet(height), KG)


def ideal_weight_robinson(*, height: Quantity, sex: Any) -> Quantity:
    """Return the ideal weight by Robinson, in kg.

    Men: 52 + 1.9 x inches over 5 ft; women: 49 + 1.7 x inches over 5 ft.
    Valid population: adults of at least 152.4 cm. Source: Robinson, Am J Hosp Pharm 1983;40:1016.
    Raises InputError when an input is missing, of another kind or not above zero.
    """
    start = by_sex(sex, {"male": 52.0, "female": 49.0})
    each = by_sex(sex, {"male": 1.9, "female": 1.7})
    return quantity(start + each * _inches_over_5_feet(height), KG)


def ideal_weight_miller(*, height: Quantity, sex: Any) -> Quantity:
    """Return the ideal weight by Miller, in kg.

    Men: 56.2 + 1.41 x inches over 5 ft; women: 53.1 + 1.36 x inches over 5 ft.
    Valid population: adults of at least 152.4 cm. Source: Miller, Am J Hosp Pharm 1983;40:1622.
    Raises InputError when an input is missing, of another kind or not above zero.
    """
    start = by_sex(sex, {"male": 56.2, "female": 53.1})
    each = by_sex(sex, {"male": 1.41, "female": 1.36})
    return quantity(start + each * _inches_over_5_feet(height), KG)


def ideal_weight_hamwi(*, height: Quantity, sex: Any) -> Quantity:
    """Return the ideal weight by Hamwi (kilogram form), in kg.

    Men: 48 + 2.7 x inches over 5 ft; women: 45.5 + 2.2 x inches over 5 ft. The pound form
    differs by about 0.3 kg. Valid population: adults of at least 152.4 cm. Source: Hamwi 1964.
    Raises InputError when an input is missing, of another kind or not above zero.
    """
    start = by_sex(sex, {"male": 48.0, "female": 45.5})
    each = by_sex(sex, {"male": 2.7, "female": 2.2})
    return quantity(start + each * _inches_over_5_feet(height), KG)


def adjusted_weight(*, actual: Quantity, ideal: Quantity, fraction: float) -> Quantity:
    """Return the adjusted weight: ideal + fraction x (actual - ideal), in kg.

    Below the ideal weight it is more than the actual weight; a dose then uses the actual one.
    Valid population: adults above their ideal weight. Source: clinical convention, 0.4 usual.
    Raises InputError when an input is missing or of another kind, or the fraction is not one.
    """
    share = share_between_0_and_1(fraction, "fraction", "0.4")
    ideal_kg = number(ideal, KG, "ideal")
    return quantity(ideal_kg + share * (number(actual, KG, "actual") - ideal_kg), KG)


def lean_weight_janmahasatian(*, weight: Quantity, height: Quantity, sex: Any) -> Quantity:
    """Return the lean weight by Janmahasatian, in kg.

    Men: 9270 x kg / (6680 + 216 x BMI); women: 9270 x kg / (8780 + 244 x BMI).
    Valid population: adults of any body-mass index.
    Source: Janmahasatian, Clin Pharmacokinet 2005;44:1051.
    Raises InputError when an input is missing, of another kind or not above zero.
    """
    kg = number(weight, KG, "weight")
    index = bmi(weight=weight, height=height).magnitude
    start = by_sex(sex, {"male": 6680.0, "female": 8780.0})
    each = by_sex(sex, {"male": 216.0, "female": 244.0})
    return quantity(9270 * kg / (start + each * index), KG)


def lean_weight_james(*, weight: Quantity, height: Quantity, sex: Any) -> Quantity:
    """Return the lean body mass by James, in kg.

    Men: 1.1 x kg - 128 x (kg / cm)^2; women: 1.07 x kg - 148 x (kg / cm)^2. It falls again above a
    body-mass index of 42.97 (men) or 36.15 (women) and is wrong there.
    Valid population: adults who are not obese. Source: James 1976.
    Raises InputError when an input is missing, of another kind or not above zero.
    """
    kg, cm = number(weight, KG, "weight"), number(height, CM, "height")
    each = by_sex(sex, _JAMES_EACH_KG)
    return quantity(each * kg - by_sex(sex, _JAMES_SQUARED) * (kg / cm) * (kg / cm), KG)


def _james_falls(*, weight: Quantity, height: Quantity, sex: Any) -> Any:
    """Return whether a heavier body of this height would have less lean mass."""
    kg, cm = number(weight, KG, "weight"), number(height, CM, "height")
    turns = by_sex(sex, _JAMES_EACH_KG) * cm * cm / (2 * by_sex(sex, _JAMES_SQUARED))
    return above(kg / turns, 1)


def lean_weight_boer(*, weight: Quantity, height: Quantity, sex: Any) -> Quantity:
    """Return the lean body mass by Boer, in kg.

    Men: 0.407 x kg + 0.267 x cm - 19.2; women: 0.252 x kg + 0.473 x cm - 48.3.
    Valid population: adults. Source: Boer, Am J Physiol 1984;247:F632.
    Raises InputError when an input is missing, of another kind or not above zero.
    """
    kg, cm = number(weight, KG, "weight"), number(height, CM, "height")
    each_kg = by_sex(sex, {"male": 0.407, "female": 0.252})
    each_cm = by_sex(sex, {"male": 0.267, "female": 0.473})
    return quantity(each_kg * kg + each_cm * cm - by_sex(sex, {"male": 19.2, "female": 48.3}), KG)


def fat_free_mass_al_sallami(
    *, weight: Quantity, height: Quantity, sex: Any, age: Quantity
) -> Quantity:
    """Return the fat-free mass of the young by Al-Sallami, in kg.

    The lean weight by Janmahasatian x a share by age: men 0.88 + 0.12 / (1 + (age / 13.4)^-12.7),
    women 1.11 - 0.11 / (1 + (age / 7.1)^-1.1).
    Valid population: 3 to 29 years. Source: Al-Sallami, Clin Pharmacokinet 2015;54:1169.
    Raises InputError when an input is missing, of another kind or not above zero.
    """
    years = number(age, YEAR, "age")
    start = by_sex(sex, {"male": 0.88, "female": 1.11})
    more = by_sex(sex, {"male": 0.12, "female": -0.11})
    middle = by_sex(sex, {"male": 13.4, "female": 7.1})
    steep = by_sex(sex, {"male": -12.7, "female": -1.1})
    share = start + more / (1 + power(years / middle, steep))
    lean = lean_weight_janmahasatian(weight=weight, height=height, sex=sex)
    return quantity(share * lean.magnitude, KG)


def weight_of_bmi(*, bmi: Quantity, height: Quantity) -> Quantity:
    """Return the weight that has a body-mass index at a height: index x m^2, in kg.

    Valid population: any; its reading in children needs a chart. Source: Quetelet.
    Raises InputError when an input is missing, of another kind or not above zero.
    """
    return quantity(number(bmi, KG_PER_M2, "bmi") * number(height, METRE, "height") ** 2, KG)


def bmi(*, weight: Quantity, height: Quantity) -> Quantity:
    """Return the body-mass index: kg / m^2.

    Valid population: any; its reading in children needs a chart. Source: Quetelet.
    Raises InputError when an input is missing, of another kind or not above zero.
    """
    return quantity(number(weight, KG, "weight") / number(height, METRE, "height") ** 2, KG_PER_M2)


_SIZE = ("weight", "height")
_HEIGHT_SEX = ("height", "sex")

BSA: dict[str, Formula] = {
    formula.name: formula
    for formula in (
        Formula(
            name="mosteller",
            title="Mosteller",
            function=bsa_mosteller,
            inputs=_SIZE,
            source=Source(cite="Mosteller, N Engl J Med 1987;317:1098", confirmed=True),
            population="adults and children",
        ),
        Formula(
            name="du_bois",
            title="Du Bois",
            function=bsa_du_bois,
            inputs=_SIZE,
            source=Source(cite="Du Bois and Du Bois, Arch Intern Med 1916;17:863", confirmed=True),
            population="nine subjects; underestimates by up to 20 % in obesity",
        ),
        Formula(
            name="haycock",
            title="Haycock",
            function=bsa_haycock,
            inputs=_SIZE,
            source=Source(cite="Haycock, J Pediatr 1978;93:62", confirmed=True),
            population="premature infants to adults",
        ),
        Formula(
            name="gehan_george",
            title="Gehan and George",
            function=bsa_gehan_george,
            inputs=_SIZE,
            source=Source(
                cite="Gehan and George, Cancer Chemother Rep 1970;54:225", confirmed=True
            ),
            population="401 children and adults",
        ),
        Formula(
            name="boyd",
            title="Boyd",
            function=bsa_boyd,
            inputs=_SIZE,
            source=Source(
                cite="Boyd, The Growth of the Surface Area of the Human Body, 1935", confirmed=True
            ),
            population="infants to adults",
        ),
        Formula(
            name="fujimoto",
            title="Fujimoto",
            function=bsa_fujimoto,
            inputs=_SIZE,
            # The volume is printed as 5 in one place and as 23 in another.
            source=Source(cite="Fujimoto, Nippon Eiseigaku Zasshi 1968;23:443"),
            population="Japanese, 6 years and older",
            valid=(Range(field="age", unit=YEAR, low=6),),
        ),
        Formula(
            name="takahira",
            title="Takahira",
            function=bsa_takahira,
            inputs=_SIZE,
            source=Source(cite="Takahira 1925, cited in Fujimoto 1968", confirmed=True),
            population="Japanese adults",
            valid=(ADULT_AGE,),
        ),
        Formula(
            name="schlich",
            title="Schlich",
            function=bsa_schlich,
            inputs=(*_SIZE, "sex"),
            source=Source(cite="Schlich, Ernaehrungs Umschau 2010;57:178", confirmed=True),
            population="adults",
            valid=(ADULT_AGE,),
        ),
        Formula(
            name="livingston_lee",
            title="Livingston and Lee",
            function=bsa_livingston_lee,
            inputs=("weight",),
            source=Source(
                cite="Livingston and Lee, Am J Physiol Endocrinol Metab 2001;281:E586",
                confirmed=True,
            ),
            population="the obese",
            valid=(Range(field="weight", unit=KG, low=51.3, high=248.6),),
        ),
    )
}

IDEAL_WEIGHT: dict[str, Formula] = {
    formula.name: formula
    for formula in (
        Formula(
            name="devine",
            title="Devine",
            function=ideal_weight_devine,
            inputs=_HEIGHT_SEX,
            source=Source(cite="Devine, Drug Intell Clin Pharm 1974;8:650", confirmed=True),
            population="adults of 152.4 cm and taller",
            valid=(ADULT_AGE, _IDEAL_HEIGHT),
        ),
        Formula(
            name="robinson",
            title="Robinson",
            function=ideal_weight_robinson,
            inputs=_HEIGHT_SEX,
            source=Source(cite="Robinson, Am J Hosp Pharm 1983;40:1016", confirmed=True),
            population="adults of 152.4 cm and taller",
            valid=(ADULT_AGE, _IDEAL_HEIGHT),
        ),
        Formula(
            name="miller",
            title="Miller",
            function=ideal_weight_miller,
            inputs=_HEIGHT_SEX,
            source=Source(cite="Miller, Am J Hosp Pharm 1983;40:1622", confirmed=True),
            population="adults of 152.4 cm and taller",
            valid=(ADULT_AGE, _IDEAL_HEIGHT),
        ),
        Formula(
            name="hamwi",
            title="Hamwi",
            function=ideal_weight_hamwi,
            inputs=_HEIGHT_SEX,
            source=Source(cite="Hamwi 1964, kilogram form"),
            population="adults of 152.4 cm and taller",
            valid=(ADULT_AGE, _IDEAL_HEIGHT),
        ),
    )
}

ADJUSTED_WEIGHT = Formula(
    name="adjusted_weight",
    title="Adjusted weight",
    function=adjusted_weight,
    inputs=("actual", "ideal", "fraction"),
    source=PLAUSIBLE.adjusted_weight.source,
    population="adults above their ideal weight",
    valid=(ADULT_AGE, _IDEAL_HEIGHT),
)

LEAN_WEIGHT: dict[str, Formula] = {
    "janmahasatian": Formula(
        name="janmahasatian",
        title="Janmahasatian",
        function=lean_weight_janmahasatian,
        inputs=(*_SIZE, "sex"),
        source=Source(cite="Janmahasatian, Clin Pharmacokinet 2005;44:1051", confirmed=True),
        population="adults",
        valid=(ADULT_AGE,),
    ),
    "boer": Formula(
        name="boer",
        title="Boer",
        function=lean_weight_boer,
        inputs=(*_SIZE, "sex"),
        source=Source(cite="Boer, Am J Physiol 1984;247:F632"),
        population="adults",
        valid=(ADULT_AGE,),
    ),
    "james": Formula(
        name="james",
        title="James",
        function=lean_weight_james,
        inputs=(*_SIZE, "sex"),
        source=Source(cite="James 1976"),
        population="adults who are not obese",
        valid=(ADULT_AGE,),
        falls=_james_falls,
    ),
    "al_sallami": Formula(
        name="al_sallami",
        title="Al-Sallami",
        function=fat_free_mass_al_sallami,
        inputs=(*_SIZE, "sex", "age"),
        source=Source(cite="Al-Sallami, Clin Pharmacokinet 2015;54:1169", confirmed=True),
        population="people of 3 to 29 years",
        valid=(Range(field="age", unit=YEAR, low=3, high=29),),
    ),
}

BMI = Formula(
    name="bmi",
    title="Body-mass index",
    function=bmi,
    inputs=_SIZE,
    source=Source(cite="Quetelet", confirmed=True),
    population="adults",
)
