"""Text that older YAML readers take for something else is quoted.

This linter reads YAML 1.2, where `NO` is text and `010` is ten. Readers of YAML 1.1, PyYAML among them, make `False`
and 8 of them, and 45045 of `12:30:45`: the training code that loads its parameters from this file may be one.

Bad:

    data:
      path: data/rows.csv
      target: label
      id: id
      contract:
        columns:
          country: {type: category, values: [NO, SE, DK]}

Good:

    data:
      path: data/rows.csv
      target: label
      id: id
      contract:
        columns:
          country: {type: category, values: ["NO", SE, DK]}

Fix: `mlops-spec lint --fix` quotes text; of a number with a leading zero, say which number is meant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Change, Finding
from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document import Document
    from mlops_spec.document.diagnostic import Severity

CODE = "MS009"
NAME = "ambiguous-scalar"
SEVERITY: Severity = "warning"


_STARTS = frozenset("yYnNoO0123456789+-")
_SWITCH = "|".join(each for word in ("yes", "no", "on", "off") for each in (word, word.capitalize(), word.upper()))
_BASE_60 = r"[-+]?[0-9]+(:[0-5]?[0-9])+(\.[0-9]*)?"
_OCTAL = r"[-+]?0[0-7_]+"
_OTHERWISE = regex(rf"(?P<text>{_SWITCH}|{_BASE_60})|{_OCTAL}")


def check(document: Document) -> Iterator[Finding]:
    for address, raw in document.plain_scalars():
        if raw[:1] not in _STARTS or not (read := _OTHERWISE.fullmatch(raw)):
            continue
        if read["text"]:
            fix = (Change(address, f'"{raw}"'),)
            yield Finding(address, f"YAML 1.1 does not read `{raw}` as text", f'write `"{raw}"`', fix=fix)
        else:
            yield Finding(address, f"YAML 1.1 reads `{raw}` as an octal number", f"write `{raw.lstrip('0') or '0'}`")
