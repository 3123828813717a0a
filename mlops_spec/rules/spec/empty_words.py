"""What is written for people tells them something.

The description, the use and the reasons stand in the model card, and an auditor asks by them. `tbd`, `n/a`, the name of
the model or the same sentence twice fill the field and say nothing; `@your-org` answers for no model.

Bad:

    description: tbd

Good:

    description: Probability that a subscriber leaves in the next quarter.

Fix: write what a newcomer has to know, or leave an optional key out.
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

CODE = "MS714"
NAME = "empty-words"
SEVERITY: Severity = "warning"


_NOTHING = regex(
    r"[\W_]*(tbd|tba|todo|fix ?me|n/?a|none|nothing|null|unknown|test|testing|foo|bar|baz|xxx+|asdf\w*|abc|placeholder"
    r"|description|intended use|change ?me|fill (me )?in|to be (done|defined|decided|filled|written|added)( later)?"
    r"|lorem ipsum.*|see (above|below|docs?|wiki|readme)|(a |the )?(ml )?model|my model|example|<.*>|\.+|-+|\?+)[\W_]*",
    re.IGNORECASE,
)
_NOBODY = regex(
    r"@(your-?(org|name|team|company|user)\w*|my-?org|username|user|someone|nobody|octocat|example(-org)?|change-?me"
    r"|placeholder|xxx+|org|organi[sz]ation|owner|team)(/.*)?|@[^/]+/(your-?team|change-?me|placeholder|xxx+)",
    re.IGNORECASE,
)


def check(spec: Spec) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    for place, text in _texts(spec):
        bare = re.sub(r"[\W_]+", " ", text).strip().casefold()
        if _NOTHING.fullmatch(text) or not bare or bare == spec.model.replace("-", " "):
            yield Finding(place, f"`{text}` tells nobody anything", "write what a newcomer has to know")
        elif bare in seen and place[0] != "governance":
            continue
        elif place[:2] == ("governance", "intended_use") and bare in seen:
            yield Finding(place, f"this is the {seen[bare]} once more", "say who uses the answers, and what for")
        seen.setdefault(bare, str(place[0]))
    for place, owner in _owners(spec):
        if _NOBODY.fullmatch(owner):
            yield Finding(place, f"`{owner}` is nobody", "name who answers for it")


def _texts(spec: Spec) -> Iterator[tuple[Address, str]]:
    governance = spec.governance
    if spec.description is not None:
        yield ("description",), spec.description
    if governance.intended_use is not None:
        yield ("governance", "intended_use"), governance.intended_use
    for index, text in enumerate(governance.out_of_scope):
        yield ("governance", "out_of_scope", index), text
    for index, waiver in enumerate(governance.waivers):
        yield ("governance", "waivers", index, "reason"), waiver.reason


def _owners(spec: Spec) -> Iterator[tuple[Address, str]]:
    yield from ((("owners", index), owner) for index, owner in enumerate(spec.owners))
    for name, environment in spec.environments.items():
        for index, owner in enumerate(environment.promote.approvers):
            yield ("environments", name, "promote", "approvers", index), owner
    for index, waiver in enumerate(spec.governance.waivers):
        yield ("governance", "waivers", index, "owner"), waiver.owner
