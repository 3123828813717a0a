"""A column is called as the contract calls it.

A name that differs by a letter or by its case is another column: what was to be excluded stays in the model's sight,
what was to be watched is not there.

Bad:

    train:
      run: python -m example.train
      predictor: example.predict:load
      features: {exclude: [housholds]}
    data:
      path: data/rows.csv
      target: label
      id: id
      contract:
        columns:
          households: {type: integer, min: 1}

Good:

    train:
      run: python -m example.train
      predictor: example.predict:load
      features: {exclude: [households]}
    data:
      path: data/rows.csv
      target: label
      id: id
      contract:
        columns:
          households: {type: integer, min: 1}

Fix: take the name that the contract has; or add the other column to the contract.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.spec.features import columns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS131"
NAME = "misspelt-column"
SEVERITY: Severity = "warning"


_LEAST = 4  # letters of a word in which one may have slipped


def check(spec: Spec) -> Iterator[Finding]:
    known = {*spec.data.contract.columns, *spec.data.derive}
    for place, name in columns(spec):
        if name in known:
            continue
        meant = next((each for each in known if _is_slip(name, each)), None)
        if meant is not None:
            yield Finding(place, f"the contract has no `{name}`", f"did you mean `{meant}`?")


def _is_slip(name: str, known: str) -> bool:
    one, other = _parts(name), _parts(known)
    if one == other or "".join(one) == "".join(other):
        return True
    differing = [pair for pair in zip(one, other, strict=False) if pair[0] != pair[1]]
    return len(one) == len(other) and len(differing) == 1 and _differ_by_one_letter(*differing[0])


def _parts(name: str) -> list[str]:
    return re.split(r"[\s_-]+", name.casefold())


def _differ_by_one_letter(one: str, other: str) -> bool:
    """Whether one letter was left out, added, exchanged, or two were swapped; digits are not letters."""
    if min(len(one), len(other)) < _LEAST or re.sub(r"\D", "", one) != re.sub(r"\D", "", other):
        return False
    shorter, longer = sorted((one, other), key=len)
    head = next((place for place, letter in enumerate(shorter) if letter != longer[place]), len(shorter))
    rest, more = shorter[head:], longer[head:]
    if len(rest) < len(more):
        return rest == more[1:] and more[1:] + more[:1] != "s"
    return rest[1:] == more[1:] or (rest[:2] == more[1::-1] and rest[2:] == more[2:])
