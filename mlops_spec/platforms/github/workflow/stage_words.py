"""Environments (production, staging or another) that the words of a workflow name."""

from __future__ import annotations

import re

from mlops_spec.regex import regex

_CLASSES = {
    "production": regex(r"(?<![a-z])(prod|production|prd|live)(?![a-z])"),
    "staging": regex(r"(?<![a-z])(staging|stage|stg|preprod|uat)(?![a-z])"),
    "development": regex(r"(?<![a-z])(dev|development|sandbox)(?![a-z])"),
}


def spoken_of(text: str) -> set[str]:
    """The kinds of environments that a text names.

    >>> spoken_of("https://staging.acme.example"), spoken_of("PROD_TOKEN"), spoken_of("product")
    ({'staging'}, {'production'}, set())
    """
    lowered = re.sub(r"[^a-z]+", "-", text.lower().replace("non-prod", "").replace("pre-prod", "preprod"))
    return {name for name, words in _CLASSES.items() if words.search(lowered)}
