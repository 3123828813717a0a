"""Lints files through the cache: known findings are read, the other files are linted and their findings kept."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from mlops_spec.document.diagnostic import Diagnostic, Edit, Kind, Span
from mlops_spec.lint import cache

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


_NOTHING: Mapping[str, bytes] = MappingProxyType({})


class Linted(NamedTuple):
    """What was found in each file that was looked at, and how many rules looked."""

    found: Mapping[str, Sequence[Diagnostic]]
    rules: int


def through_cache(
    contents: Mapping[str, bytes],
    day: str,
    lint: Callable[[Mapping[str, bytes]], Linted],
    *,
    beside: bytes = b"",
    around: Mapping[str, bytes] = _NOTHING,
) -> Linted:
    """Calls `lint` for the files that no entry is known for, when there are any, and so loads it only then.

    `beside` is what the findings of all files depend on besides themselves, `around` what those of each do.
    """
    keys = {
        name: cache.key(content, cache.state(day, beside + around.get(name, b""))) for name, content in contents.items()
    }
    known = {name: entry for name, key in keys.items() if (entry := cache.load(key))}
    found: dict[str, Sequence[Diagnostic]] = {name: _read(name, entry) for name, entry in known.items() if entry.rules}
    rules = max((entry.rules for entry in known.values()), default=0)
    if unknown := {name: content for name, content in contents.items() if name not in known}:
        fresh = lint(unknown)
        rules = fresh.rules
        for name in unknown:
            each = fresh.found.get(name, ())
            looked = rules if name in fresh.found else 0
            cache.store(keys[name], cache.Entry(looked, len(each), _written(name, each)))
        cache.prune()
        found |= fresh.found
    return Linted({name: found[name] for name in contents if name in found}, rules)


def _written(name: str, found: Sequence[Diagnostic]) -> str:
    """As JSON, each without the file's own name; the same content may lie under another one."""
    if not found:
        return "[]"
    import json  # noqa: PLC0415 - most files are clean, and need neither side of it

    return json.dumps([(None if each.file == name else each.file, *each[1:]) for each in found])


def _read(name: str, entry: cache.Entry) -> list[Diagnostic]:
    if not entry.count:
        return []
    import json  # noqa: PLC0415 - as above

    return [
        Diagnostic(file or name, Span(*span), Kind(*kind), message, hint, source, tuple(Edit(*edit) for edit in edits))
        for file, span, kind, message, hint, source, edits in json.loads(entry.found)
    ]
