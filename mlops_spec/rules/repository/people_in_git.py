"""Rows in Git are of nobody who lives.

A sample lies in Git so that all may try the model who may not see the data. What Git has held once, everybody has who
has cloned it, and no deletion reaches that: addresses and account numbers in it are given away for good.

Bad:

    storage: {url: "s3://models/lapse", pull_requests: sample, sample: data/sample.csv}
    # data/sample.csv
    id,email,age,label
    1,aoife.berg@mailbox.org,41,0
    2,d.lind71@posteo.de,29,1

Good:

    storage: {url: "s3://models/lapse", pull_requests: sample, sample: data/sample.csv}
    # data/sample.csv
    id,email,age,label
    1,p1@example.com,41,0
    2,p2@example.com,29,1

Fix: leave the columns out, or invent the people; then take the file out of the history, and tell whom it concerns.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.document.finding import Finding
from mlops_spec.regex import regex
from mlops_spec.spec.paths import data_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Address, Severity
    from mlops_spec.repository.view import Repository
    from mlops_spec.spec import Spec

CODE = "MS852"
NAME = "people-in-git"
SEVERITY: Severity = "warning"

_MAIL = regex(r"(?<![\w.+-])([A-Za-z0-9][\w.+-]*)@((?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,})(?![\w-])")
_IBAN = regex(r"(?<![A-Z0-9])[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]){11,30}(?![A-Z0-9])")
#: Names that nobody has, or that stand for anybody: https://www.rfc-editor.org/rfc/rfc2606
_NOBODYS = regex(
    r"(.*\.)?(example|test|invalid|localhost|local)(\.\w+)*|(.*\.)?(acme|foo|bar|domain|fake|dummy|sample|email|company"
    r"|anonym\w*)\.\w+"
)
_ANYBODY = regex(
    r"(info|support|contact|sales|office|no-?reply|do-?not-?reply|admin|hello|service|team|help|(test|user|person|name|foo"
    r"|client|customer|p|u|x|a|b|c)[._-]?\d*)",
)
_FEWEST = 2
_TABLES = (".csv", ".tsv", ".jsonl", ".ndjson")
_MOST_FILES = 20


def check(spec: Spec, repository: Repository) -> Iterator[Finding]:
    for place, path in _tables(spec, repository):
        people = sorted(_people(repository.text(path) or ""))
        if len(people) >= _FEWEST:
            shown = f"{people[0][:2]}…"
            message = f"`{path}` is in Git, with the addresses or accounts of {len(people)} people, such as `{shown}`"
            yield Finding(place, message, "leave them out, or invent the people")


def _tables(spec: Spec, repository: Repository) -> Iterator[tuple[Address, str]]:
    sample = spec.storage.sample if spec.storage else None
    if sample is not None:
        yield ("storage", "sample"), sample
    path = data_file(spec.data)
    beside = [each for each in sorted(repository.sizes) if each.startswith(("data/", "sample"))]
    for each in (*([path] if path else ()), *beside[:_MOST_FILES]):
        if each.lower().endswith(_TABLES) and each != sample and (each == path or each not in (path, sample)):
            yield ("data", "path"), each


def _people(text: str) -> Iterator[str]:
    """Addresses and accounts of people, each once."""
    mails = (
        found[0].lower()
        for found in _MAIL.finditer(text)
        if not _NOBODYS.fullmatch(found[2].lower()) and not _ANYBODY.fullmatch(found[1].lower())
    )
    accounts = (written for found in _IBAN.finditer(text) if _is_iban(written := found[0].replace(" ", "")))
    yield from {*mails, *accounts}


def _is_iban(written: str) -> bool:
    """Whether its check digits are right, by ISO 13616: the number modulo 97 is 1."""
    moved = written[4:] + written[:4]
    return int("".join(str(int(each, 36)) for each in moved)) % 97 == 1
