"""The risk is what the use says.

The EU AI Act names uses of high risk in its annex III: who is hired, who gets credit, insurance, a place to study,
help or asylum, whom the police suspects; and what is a medical device is of high risk by article 6. A spec that
describes such a use and calls its risk lower is asked for less than the law asks.

Bad:

    governance:
      risk: limited
      intended_use: Rank job applicants for a first interview.

Good:

    owners: ["@acme/team", "@bob"]
    monitor: {}
    governance:
      risk: high
      intended_use: Rank job applicants for a first interview.

Fix: write `risk: high`. Where the act makes an exception, ignore the rule on its line and say which.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.regex import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Address, Severity
    from mlops_spec.spec import Spec

CODE = "MS712"
NAME = "understated-risk"
SEVERITY: Severity = "warning"


_WORK = r"hiring|hires?|recruit\w*|job applica\w+|applicants?|candidates?|employees?|dismiss\w*|layoffs?|workers?"
_CREDIT = (
    r"defaults? on|defaulted|borrowers?|credit (risk|limits?|lines?)"
    r"|credit ?worth\w*|credit scor\w+|(consumer |grant |approve |refuse )(credit|loans?)"
    r"|(loan|credit|mortgage) (applica|approv|decision|grant)\w*"
    r"|(life|health) insurance|insurance (pric|premium|eligib)\w*"
)
_STUDY = r"students?|pupils?|admissions?|exams?|grading"
_STATE = (
    r"asylum|visas?|migra(nts?|tion)|refugees?|border control|police|policing|crimin\w+|offenders?|recidiv\w+|parole"
    r"|bail|welfare|social benefits?|benefit claims?|critical infrastructure|biometric\w*|face recognition|emotions?"
)
_HEALTH = (
    r"patients?|diagnos\w+|clinical|medical|triage"
    r"|disease|cancer|tumou?rs?|sepsis|emergency calls?"
)
_HIGH = regex(rf"\b({_WORK}|{_CREDIT}|{_STUDY}|{_STATE}|{_HEALTH})\b", re.IGNORECASE)


#: Words of people's lives that are those of machines too, and what else then stands in the spec.
_OF_MACHINES = regex(
    r"triage|diagnos\w+|candidates?|admissions?|emotions?|bail|workers?|grading|police|policing", re.IGNORECASE
)
_MACHINES = regex(
    r"\b(machines?|devices?|engines?|turbines?|pumps?|vehicles?|logs?|tickets?|bugs?|software|servers?|networks?|sensors?"
    r"|firmware|issues?|alerts?|incidents?|defects?|kubernetes|clusters?|threads?)\b",
    re.IGNORECASE,
)
_PEOPLE = regex(
    r"\b(patients?|persons?|people|applicants?|employees?|students?|hospitals?|clinic\w*|jobs?|emergency|nurses?|doctors?|symptoms?)\b",
    re.IGNORECASE,
)

_BY_NAME = regex(
    r"(^|-)(credit|loan|lending|hiring|recruiting|applicants?|candidates?|readmission|diagnosis|triage|admissions?)(-|$)"
)


def check(spec: Spec) -> Iterator[Finding]:
    governance = spec.governance
    stated = "risk" in governance.model_fields_set
    if governance.risk == "high" or (spec.data.protected and not stated):  # MS709 asks for it to be stated
        return
    for place, text in (
        (("governance", "intended_use"), governance.intended_use),
        (("description",), spec.description),
    ):
        match = _HIGH.search(text or "")
        if match and not _is_about_machines(spec, match[0]):
            where: Address = ("governance", "risk") if stated else place
            message = f"the use speaks of `{match[0]}`, which the EU AI Act counts as high risk"
            yield Finding(where, message, "write `risk: high`")
            return
    named = _BY_NAME.search(spec.model)
    if named and stated and not _is_about_machines(spec, named[2]):
        message = f"the model is about `{named[2]}`, which the EU AI Act counts as high risk"
        yield Finding(("governance", "risk"), message, "write `risk: high`")


def _is_about_machines(spec: Spec, word: str) -> bool:
    said = f"{spec.description} {spec.governance.intended_use}"
    if word.lower() == "triage" and not _PEOPLE.search(said):
        return True  # claims, mails and leads are triaged too
    return bool(_OF_MACHINES.fullmatch(word) and _MACHINES.search(said) and not _PEOPLE.search(said))
