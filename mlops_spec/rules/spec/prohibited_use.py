"""A use is not one that the law forbids.

Article 5 of the EU AI Act forbids some uses whatever is done about their risk: to infer the emotions of people at work
or at school, to rate people by their social behaviour, to foretell crimes by who somebody is, to tell race, belief or
sexual orientation from faces, to collect faces from the net. `risk: high` makes none of them lawful.

Bad:

    owners: ["@acme/team", "@bob"]
    monitor: {}
    governance:
      risk: high
      intended_use: Infer the emotions of our employees during calls.

Good:

    owners: ["@acme/team", "@bob"]
    monitor: {}
    governance:
      risk: high
      intended_use: Plan how many employees a shift needs.

Fix: ask a lawyer before anything else is built. Where an exception of the article holds, ignore the rule and say which.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.spec import Spec

CODE = "MS718"
NAME = "prohibited-use"
SEVERITY: Severity = "error"

_PEOPLE = (
    r"(employees?|staff|workers?|agents?|colleagues?|students?|pupils?|drivers?|teachers?|candidates?|applicants?)"
)
_TRAITS = r"(race|ethnicity|religion|beliefs?|political opinions?|sexual orientation|trade union)"
_BODY = r"(faces?|facial|biometric\w*|photos?|voices?)"
_CRIMES = r"(commit\w* (a |an )?(crimes?|offen[cs]es?)|criminality|criminal behaviou?r|future (crimes?|offen[cs]es?))"
_FORBIDDEN = {
    rf"\b(emotion\w*|moods?)\b.{{0,60}}\b{_PEOPLE}\b|\b{_PEOPLE}\b.{{0,60}}\b(emotion\w*|moods?)\b": "emotions at work",
    r"\bsocial scor\w+|\b(trustworthiness|social behaviou?r) of (people|persons|citizens|residents)": "social scoring",
    rf"\b(predict|foretell|rank|score)\w*\b.{{0,60}}\b{_CRIMES}": "foretelling crimes",
    rf"\b{_TRAITS}\b.{{0,60}}\b{_BODY}\b|\b{_BODY}\b.{{0,60}}\b{_TRAITS}\b": "sorting people by their bodies",
    r"\b(scrap|collect|crawl)\w*\b.{0,40}\b(faces?|facial images?)\b.{0,60}\b(web|net|cctv)\b": "collecting faces",
    r"\breal[- ]time\b.{0,40}\b(biometric|facial) (identification|recognition)\b.{0,60}\bpublic": "watching people",
}


def check(spec: Spec) -> Iterator[Finding]:
    for place, said in (
        (("governance", "intended_use"), spec.governance.intended_use),
        (("description",), spec.description),
    ):
        for pattern, what in _FORBIDDEN.items():
            if said and re.search(pattern, said, re.IGNORECASE):
                yield Finding(place, f"this is {what}, which article 5 of the EU AI Act forbids", "ask a lawyer first")
                return
