"""The doctor's report in text and JSON, and the calls to apply as JSON."""

from __future__ import annotations

import json
from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from mlops_spec.platforms.github.doctor.control import Call, Result, Verdict

_SIGNS: dict[Verdict, str] = {"met": "ok", "missing": "MISSING", "unenforceable": "not offered", "unknown": "unknown"}
_BY_HAND = (
    "not visible to the forge: whom your cloud trusts, and what they may do there. `mlops-spec doctor --cloud FOLDER`\n"
    "writes what it must be told, and how to see what is set."
)


def as_text(results: Sequence[Result]) -> str:
    lines = [line for remedy, group in groupby(results, _remedy) for line in _grouped_lines(group, remedy)]
    counts = Counter(result.verdict for result in results)
    summary = ", ".join(f"{counts[verdict]} {sign}" for verdict, sign in _SIGNS.items() if counts[verdict])
    return "\n".join([*lines, "", f"{len(results)} settings: {summary}", _BY_HAND]) + "\n"


def _remedy(result: Result) -> str:
    return result.remedy


def _grouped_lines(group: Iterable[Result], remedy: str) -> Iterator[str]:
    for result in group:
        yield f"{_SIGNS[result.verdict]:<12}{result.control.id}: {result.control.must}"
        if result.why:
            yield f"{'':<12}  {result.why}"
    if remedy:
        yield f"{'':<12}→ {remedy}"


def as_json(results: Sequence[Result]) -> list[dict[str, str]]:
    """Each setting: id, what must hold, verdict, why and remedy."""
    return [
        {
            "id": result.control.id,
            "must": result.control.must,
            "verdict": result.verdict,
            "why": result.why,
            "remedy": result.remedy,
        }
        for result in results
    ]


def as_calls(repository: str, found: Sequence[Call]) -> str:
    """A JSON list of calls with method, path and body, in the order to make them."""
    listed: list[dict[str, Any]] = [
        {"method": call.method, "path": f"/repos/{repository}/{call.path}".rstrip("/"), "body": call.body}
        for call in found
    ]
    return json.dumps(listed, indent=2) + "\n"
