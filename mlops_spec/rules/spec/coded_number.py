"""A code is no amount.

A postal code, a branch of trade or a diagnosis that is written in digits has no order: a model cuts between 49999 and
50000 as if there were less of something, noise and drift are measured in it, and a leading zero is lost.

Bad:

    data:
      path: data/rows.csv
      target: label
      id: id
      contract:
        columns:
          postcode: {type: integer, min: 1000, max: 99999}

Good:

    data:
      path: data/rows.csv
      target: label
      id: id
      contract:
        columns:
          postcode: {type: category}

Fix: give it the type `category`, and the model what it stands for, such as the region.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.regex import regex
from mlops_spec.spec.features import is_feature

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS140"
NAME = "coded-number"
SEVERITY: Severity = "warning"

_CODE = regex(
    r"(.*_)?(zip|zip_?codes?|post_?codes?|postal_?codes?|plz|area_?code|dialling_code|country_code|region_code|(icd|sic|naics|nace"
    r"|mcc|cpt|atc|hs)(_?\d*)?(_?code)?|(product|item|store|shop|branch|department|diagnosis|industry|occupation|job)_(code|number|nr|no))"
)


def check(spec: Spec) -> Iterator[Finding]:
    for name, column in spec.data.contract.columns.items():
        if column.type in ("integer", "number") and is_feature(spec, name) and _CODE.fullmatch(name.lower()):
            place = ("data", "contract", "columns", name)
            message = f"`{name}` names something, and the model is given it as an amount"
            yield Finding(place, message, "write `type: category`", at_key=True)
