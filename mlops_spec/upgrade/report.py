"""The report of an upgrade: what changed, what is the same, what is not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mlops_spec.upgrade.run import Upgraded

_SIGNS = {"added": "+", "changed": "~", "removed": "-"}
_NEXT = """\
Nothing is committed. `git diff` shows all of it, `uv run mlops-spec run` and `gate` play it,
`git stash --include-untracked` takes it back."""


def as_text(done: Upgraded) -> str:
    """For people."""
    rows = [
        *_rows("spec", [_spec(done.finished["spec"])]),
        *_rows("lock", [_locked(*each) for each in done.locked.items()]),
        *_rows("files", [_file(*each) for each in done.files.items()]),
        *_rows("stages", [*_compared(done.finished, "stages"), *_runs(done.runs_too)]),
        *_rows("gates", [*_compared(done.finished, "gates")]),
        *_rows("! weakened", [f"{each['where']} {each['what']}" for each in done.finished["weakened"]]),
        *_rows("! not taken", list(done.finished["unknown"])),
        *_rows("! lint", list(done.errors)),
    ]
    return "\n".join([f"mlops-spec {done.old} → {done.new}", "", *rows, "", _NEXT, ""])


def as_data(done: Upgraded) -> dict[str, Any]:
    """For machines."""
    return {
        "v": 1,
        "old": done.old,
        "new": done.new,
        "same": done.same,
        "locked": {name: list(versions) for name, versions in done.locked.items()},
        "files": done.files,
        "runs_too": done.runs_too,
        "lint": list(done.errors),
        **{name: value for name, value in done.finished.items() if name not in ("v", "same")},
    }


def _rows(name: str, texts: Sequence[str]) -> Iterator[str]:
    for place, text in enumerate(texts):
        yield f"{name if place == 0 else '':14}  {text}"


def _spec(versions: Sequence[int]) -> str:
    old, new = versions
    return f"version {new}, as it was" if old == new else f"version {old} → {new}"


def _locked(name: str, versions: tuple[str | None, str | None]) -> str:
    old, new = versions
    return f"{name} {old or '(none)'} → {new or '(none)'}"


def _file(path: str, lines: tuple[int, int] | None) -> str:
    return path if lines is None else f"{path} (+{lines[0]} −{lines[1]})"


def _compared(finished: Mapping[str, Any], what: str) -> Iterator[str]:
    differing = finished[f"differing_{what}"]
    yield f"{len(finished[what])}, {'the same' if not differing else f'{len(differing)} of them not the same'}"
    for each in differing:
        yield f"{_SIGNS[each['change']]} {each['name']}{': ' if each['keys'] else ''}{', '.join(each['keys'])}"


def _runs(runs_too: Mapping[str, str]) -> Iterator[str]:
    for name, why in runs_too.items():
        yield f"{name} would run now, and would not have: {why}"
