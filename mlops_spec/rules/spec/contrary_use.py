"""What is intended is not out of scope.

A use that is both intended and out of scope tells whoever reads the card nothing, and an auditor that nobody read it.
It is the same use in other words, too: to refuse automatically, and rejecting without a person.

Bad:

    governance:
      intended_use: Rank requests for a person who decides.
      out_of_scope: [Rank requests for a person who decides]

Good:

    governance:
      intended_use: Rank requests for a person who decides.
      out_of_scope: [Decide about requests without a person]

Fix: say in `out_of_scope` what the model must not be used for.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS713"
NAME = "contrary-use"
SEVERITY: Severity = "warning"


_SAME, _ENOUGH = 0.7, 3
_LITTLE = frozenset(
    "a an the of to for in on at by is are be been it its all any each from with as or and than".split()
)
_ALIKE = (
    (r"refus\w*|declin\w*|den(y|ies|ied|ying)|turn(s|ed|ing)? down", "reject"),
    (r"automat\w*|unattended|(without|no) (a |any )?(person|human|people|review)( review| decid\w+)?", "automatic"),
    (r"recruit\w*|hir(e|es|ed|ing)", "hire"),
    (r"fir(e|es|ed|ing)|dismiss\w*|terminat\w*", "dismiss"),
    (r"pric(e|es|ed|ing)", "price"),
    (r"approv\w*|grant\w*|accept\w*", "approve"),
    (r"decid\w*|decision\w*", "decide"),
    (r"applica\w*|applicants?|candidates?", "apply"),
)
_ENDINGS = regex(r"(ations?|ings?|ers?|ors?|ed|es|s|e|ly)$")


def check(spec: Spec) -> Iterator[Finding]:
    intended = _stems(spec.governance.intended_use or "")
    for index, other in enumerate(spec.governance.out_of_scope):
        words = _stems(other)
        both = len(words & intended)
        if words and (both >= _SAME * len(words | intended) or (words <= intended and len(words) >= _ENOUGH)):
            place = ("governance", "out_of_scope", index)
            yield Finding(place, "this is the intended use", "say what the model must not be used for")


def _stems(text: str) -> set[str]:
    """What a text says, word by word: without endings and little words, and one word for those that mean the same."""
    text = text.lower()
    for pattern, word in _ALIKE:
        text = re.sub(rf"\b({pattern})\b", word, text)
    return {_ENDINGS.sub("", word) for word in re.findall(r"[a-z0-9]+", text) if word not in _LITTLE}
