"""What tells a protected attribute by itself is kept from the model as well.

A salutation or a first name says the sex, a date of birth the age, a surname or a language where somebody comes from.
An attribute that the model may not see helps nobody when it sees one of those. This goes by the columns' names.

Bad:

    data:
      path: data/rows.csv
      target: label
      id: id
      protected: [sex]
      contract: {columns: {salutation: {type: category}, income: {type: number}}}
    train:
      run: python -m example.train
      predictor: example.predict:load
      features: {exclude: [sex]}
    gates:
      - {metric: roc_auc, min: 0.75}
      - {fairness: equalized_odds_difference, by: sex, max: 0.1}
    governance: {risk: limited, intended_use: Ranks applications for a person who decides.}

Good:

    data:
      path: data/rows.csv
      target: label
      id: id
      protected: [sex]
      contract: {columns: {salutation: {type: category}, income: {type: number}}}
    train:
      run: python -m example.train
      predictor: example.predict:load
      features: {exclude: [sex, salutation]}
    gates:
      - {metric: roc_auc, min: 0.75}
      - {fairness: equalized_odds_difference, by: sex, max: 0.1}
    governance: {risk: limited, intended_use: Ranks applications for a person who decides.}

Fix: exclude the column. Where it is needed and lawful, ignore the rule on its line with the reason.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.features import exclusion, is_feature

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS170"
NAME = "telling-name"
SEVERITY: Severity = "warning"

_SEX = ("salutation", "first_name", "forename", "given_name", "maiden_name", "honorific", "pregnan", "maternity")
_ORIGIN = (
    "surname",
    "last_name",
    "family_name",
    "birthplace",
    "place_of_birth",
    "country_of_birth",
    "mother_tongue",
    "native_language",
    "first_language",
    "skin_colo",
)
_AGE = ("birth_date", "date_of_birth", "birthdate", "birth_year", "year_of_birth", "birthday")
_TOLD_BY = {
    "sex": _SEX,
    "gender": _SEX,
    "race": _ORIGIN,
    "ethnic": _ORIGIN,
    "nationality": _ORIGIN,
    "origin": _ORIGIN,
    "age": _AGE,
    "religion": ("church", "denomination", "worship"),
    "disabil": ("wheelchair", "impairment"),
}


def check(spec: Spec) -> Iterator[Finding]:
    hidden = [name for name in spec.data.protected if not is_feature(spec, name)]
    seen = [name for name in spec.data.contract.columns if is_feature(spec, name) and name not in spec.data.protected]
    for column in seen:
        attribute = next((name for name in hidden if _tells(column.lower(), name.lower())), None)
        if attribute is not None:
            message = f"`{column}` tells `{attribute}`, which is kept from the model"
            yield Finding(("data", "contract", "columns", column), message, exclusion(spec, column), at_key=True)


def _tells(column: str, attribute: str) -> bool:
    parts = set(attribute.split("_"))
    known = [words for name, words in _TOLD_BY.items() if name in parts or (len(name) > 3 and name in attribute)]
    return any(word in column for words in known for word in words)
