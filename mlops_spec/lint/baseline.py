"""The baseline: findings that a repository already had when it began to lint are accepted, new ones are not.

A finding is known again by its file, its code, the keys that lead to it and the text of its line, so that lines above
it may come and go. What leaves no spec to work with (errors of MS0) is never let pass.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from mlops_spec.document.diagnostic import Diagnostic, is_whole
from mlops_spec.document.parse import parse
from mlops_spec.document.source import decode
from mlops_spec.errors import Exit, Failure
from mlops_spec.system.files import write_atomic

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_AGAIN = "`mlops-spec lint --baseline FILE --write-baseline` writes one"


class Mark(NamedTuple):
    """What a finding is known by; the file is relative to the baseline's folder."""

    file: str
    code: str
    at: str  # keys joined by dots, `[]` for any item of a list
    source: str


class Compared(NamedTuple):
    """The findings that the baseline does not have, and how many of its own are gone."""

    new: list[Diagnostic]
    gone: int


def compare(baseline: Path, found: Iterable[Diagnostic]) -> Compared:
    """Takes from the findings those that the baseline has, each as often as it has it.

    Raises:
        Failure: there is no baseline in the file, or none that can be read.
    """
    left = _read(baseline)
    marks = _Marks(baseline.parent)
    new = []
    for each in found:
        mark = None if is_whole(each.kind) else marks.of(each)
        if mark and left[mark] > 0:
            left[mark] -= 1
        else:
            new.append(each)
    return Compared(new, left.total())


def record(baseline: Path, found: Iterable[Diagnostic]) -> int:
    """Writes the findings as the baseline, and says how many they are.

    Raises:
        Failure: the file can't be written; it is then as it was.
    """
    marks = _Marks(baseline.parent)
    counts = Counter(marks.of(each) for each in found if not is_whole(each.kind))
    entries = [{**mark._asdict(), "count": count} for mark, count in sorted(counts.items())]
    text = json.dumps({"v": 1, "findings": entries}, indent=1, ensure_ascii=False) + "\n"
    try:
        write_atomic(baseline.absolute(), text)
    except OSError as error:
        raise Failure(f"{baseline}: can't be written: {error.strerror}", exit_code=Exit.CONFIG) from error
    return counts.total()


class _Marks:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.places: dict[str, Mapping[tuple[int, int], str]] = {}

    def of(self, found: Diagnostic) -> Mark:
        if found.file not in self.places:
            self.places[found.file] = _positions(found.file)
        at = self.places[found.file].get((found.span.line, found.span.column), "")
        return Mark(os.path.relpath(found.file, self.folder), found.kind.code, at, found.source.strip())


def _positions(file: str) -> dict[tuple[int, int], str]:
    try:
        text = decode(Path(file).read_bytes(), file)
    except OSError:
        return {}
    document = [] if isinstance(text, Diagnostic) or not file.endswith((".yaml", ".yml")) else parse(file, text)
    if isinstance(document, list):
        return {}
    places = {}
    for address in document.nodes:
        keys = "".join("[]" if isinstance(step, int) else f".{step}" for step in address).removeprefix(".")
        for span in filter(None, (document.value(address), document.key(address))):
            places[span.line, span.column] = keys
    return places


def _read(baseline: Path) -> Counter[Mark]:
    try:
        data: Any = json.loads(baseline.read_bytes())
    except FileNotFoundError as error:
        raise Failure(f"{baseline}: no such file", remedy=_AGAIN) from error
    except OSError as error:
        raise Failure(f"{baseline}: can't be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise Failure(f"{baseline}: not JSON: {error}", remedy=_AGAIN) from error
    try:
        if data["v"] != 1:
            raise Failure(f"{baseline}: `v` is {data['v']!r}, not 1", remedy=_AGAIN)
        counts: Counter[Mark] = Counter()
        for entry in data["findings"]:
            counts[Mark(*[str(entry[name]) for name in Mark._fields])] += int(entry["count"])
    except (KeyError, TypeError, ValueError) as error:
        raise Failure(f"{baseline}: not a baseline: {type(error).__name__}: {error}", remedy=_AGAIN) from error
    return counts
