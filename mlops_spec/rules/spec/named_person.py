"""A model knows nobody by name.

A name, an address or an account number is learned by heart: it is of one person, tells nothing of the next one, and
whoever has the model's file may read it there. What may not be kept about people then lies in every version.

Bad:

    data:
      path: data/rows.csv
      target: label
      id: id
      contract:
        columns:
          email: {type: string}

Good:

    train:
      run: python -m example.train
      predictor: example.predict:load
      features: {exclude: [email]}
    data:
      path: data/rows.csv
      target: label
      id: id
      contract:
        columns:
          email: {type: string}

Fix: exclude the column, and give the model what it tells, such as the kind of the mail's provider.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.regex import regex
from mlops_spec.spec.features import exclusion, is_feature

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS141"
NAME = "named-person"
SEVERITY: Severity = "warning"

_OF_A_PERSON = regex(
    r"(.*_)?(e_?mail(_address)?|phone(_(no|nr|number))?|mobile(_number)?|iban|ssn|social_security(_number)?|tax_id|passport(_no|_number)?"
    r"|(first|last|full|sur|family|given|middle|maiden|customer|client|patient|user|applicant|holder|employee)_?name|surname|street(_address)?"
    r"|home_address|ip_address|device_fingerprint|licen[cs]e_plate|account_number|card_number|date_of_birth)"
)
_NAMES = ("string", "category", "integer", "timestamp")


def check(spec: Spec) -> Iterator[Finding]:
    for name, column in spec.data.contract.columns.items():
        named = column.type in _NAMES and column.values is None and _OF_A_PERSON.fullmatch(name.lower())
        if named and is_feature(spec, name):
            place = ("data", "contract", "columns", name)
            yield Finding(place, f"the model sees `{name}`, which is of one person", exclusion(spec, name), at_key=True)
