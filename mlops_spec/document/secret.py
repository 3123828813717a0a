"""What looks like a secret, and text without it: a report must not spread what a file should not hold."""

from __future__ import annotations

import re

# Texts of which one must be there, which is quick to look for, and the pattern of the whole.
_KINDS = {
    "a password in an address": (("://",), r"://[^/\s:@]*:(?!\$|\{\{)[^/\s@]+@"),
    "a key of AWS": (("AKIA",), r"\bAKIA[0-9A-Z]{16}\b"),
    "a temporary key of AWS": (("ASIA",), r"\bASIA[0-9A-Z]{16}\b"),
    "a key of a remote": (
        ("secret_access_key", "account_key", "sas_token", "gdrive_client_secret"),
        r"\b(?:secret_access_key|account_key|sas_token|gdrive_client_secret) *= *(?=\S*\d)[\w+/=&%?:-]{16,}(?!\S)",
    ),
    "a token of GitHub": (("ghp_", "gho_", "ghu_", "ghs_", "ghr_"), r"\bgh[pousr]_[A-Za-z0-9]{36,}"),
    "a personal token of GitHub": (("github_pat_",), r"\bgithub_pat_[A-Za-z0-9_]{50,}"),
    "a token of GitLab": (("glpat-",), r"\bglpat-[A-Za-z0-9_-]{20,}"),
    "a token of Hugging Face": (("hf_",), r"\bhf_[A-Za-z0-9]{30,}"),
    "a token of Slack": (("xox",), r"\bxox[abprs]-[A-Za-z0-9-]{10,}"),
    "a key of Google": (("AIza",), r"\bAIza[0-9A-Za-z_-]{35}"),
    "a JSON Web Token": (("eyJ",), r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]*"),
    "a key or a password, by what it is called": (
        ("key", "KEY", "Key", "oken", "OKEN", "ecret", "ECRET", "assw", "ASSW"),
        (
            r"(?i)(?:api_?key|access_?key|secret(?:_?key)?|token|passw(?:or)?d)[\"']?[ \t]{0,9}[:=][ \t]{0,9}[\"']?"
            r"(?=(?:[a-z_+=-]{0,80}[0-9]){5})[\w+=-]{20,200}(?![\w$(.{/:-])"
        ),
    ),
    "a private key": (("PRIVATE KEY",), r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*"),
}


def secret_in(text: str) -> str:
    """What sort of secret a text seems to hold; empty when none."""
    for what, (signs, pattern) in _KINDS.items():
        if any(sign in text for sign in signs) and re.search(pattern, text):
            return what
    return ""


def masked(text: str) -> str:
    """The text with stars for the characters of a secret, so that every place stays where it is.

    >>> masked("https://bob:hunter2@example.org")
    'https://***:*******@example.org'
    """
    for signs, pattern in _KINDS.values():
        if any(sign in text for sign in signs):
            text = re.sub(pattern, lambda found: re.sub("[^:/@]", "*", found[0]), text)
    return text
