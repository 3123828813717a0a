"""The differences from the version before, in Markdown for an approver: data, parameters, code."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from mlops_spec.errors import Failure
from mlops_spec.model_folder import SPEC
from mlops_spec.system.faults import unanswered
from mlops_spec.validate.at_commit import document_of
from mlops_spec.words.markdown import code

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mlops_spec.git import Git
    from mlops_spec.ledger.record import FromWhat

SECTIONS = ("data", "train")  # of the spec: what training reads
VALUES = 20  # how many changed values are listed
COMMITS = 20
LONGEST = 60  # characters of one value


def differences(git: Git, old: FromWhat, new: FromWhat) -> Iterator[str]:
    """One line to each part, those that stayed the same too; then the commits."""
    yield from _data(old, new)
    yield from _parameters(git, old, new)
    yield f"- code: {_changed_lines(git, old, new)}"
    yield f"- dependencies: {'unchanged' if old.env_lock == new.env_lock else '`uv.lock` changed'}"
    subjects = _log(git, old, new)
    if subjects:
        yield "- commits:"
        yield from (f"  - {code(subject)}" for subject in subjects[:COMMITS])
    if len(subjects) > COMMITS:
        yield "  - and older ones"


def _data(old: FromWhat, new: FromWhat) -> Iterator[str]:
    before = {each.name: each for each in old.data}
    for each in new.data:
        known = before.get(each.name)
        rows = "" if each.rows is None else f", {each.rows:,} rows"
        if known is None:
            yield f"- data {code(each.name)}: new{rows}"
        elif known.digest == each.digest:
            yield f"- data {code(each.name)}: unchanged{rows}"
        else:
            was = "" if known.rows is None else f", {known.rows:,} before"
            yield f"- data {code(each.name)}: changed{rows}{was} (`{_short(known.digest)}` → `{_short(each.digest)}`)"


def _parameters(git: Git, old: FromWhat, new: FromWhat) -> Iterator[str]:
    before, after = _training_sections(git, old.commit), _training_sections(git, new.commit)
    keys = [key for key in sorted(before.keys() | after.keys()) if before.get(key) != after.get(key)]
    if not keys:
        yield "- parameters: unchanged"
        return
    yield "- parameters:"
    yield from (f"  - {code(key)}: {_value(before, key)} → {_value(after, key)}" for key in keys[:VALUES])
    if len(keys) > VALUES:
        yield f"  - and {len(keys) - VALUES} more"


def _training_sections(git: Git, commit: str) -> dict[str, str]:
    try:
        data = document_of(git.here(commit).read(SPEC) or b"", SPEC).data
    except Failure as failure:
        if unanswered(failure):
            raise
        return {}
    return dict(_leaves({name: data.get(name) for name in SECTIONS})) if isinstance(data, dict) else {}


def _leaves(data: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    for name, value in data.items():
        if isinstance(value, dict):
            yield from _leaves(value, f"{above}{name}.")
        else:
            yield f"{above}{name}", json.dumps(value, ensure_ascii=False, default=str)


def _value(values: Mapping[str, str], key: str) -> str:
    text = values.get(key, "not set")
    return code(text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…")


def _changed_lines(git: Git, old: FromWhat, new: FromWhat) -> str:
    rows = [
        line.split("\t") for line in git.text("diff", "--numstat", old.commit, new.commit, "--", "src").splitlines()
    ]
    if not rows:
        return "unchanged"
    added, removed = (sum(int(row[side]) for row in rows if row[side].isdigit()) for side in (0, 1))
    return f"{len(rows)} file{'s' if len(rows) > 1 else ''} below `src/`, +{added} −{removed}"


def _log(git: Git, old: FromWhat, new: FromWhat) -> list[str]:
    span = f"{old.commit}..{new.commit}"
    return git.text("log", "--first-parent", f"--max-count={COMMITS + 1}", "--format=%h %s", span).splitlines()


def _short(digest: str) -> str:
    return digest.removeprefix("sha256:")[:12]
