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
    changed = [
        *_rows("lock", [_locked(*each) for each in done.locked.items()]),
        *_rows("files", [_file(*each) for each in done.files.items()]),
    ]
    alone = done.finished.get("")
    if alone is not None:
        spec = _rows("spec", [_spec(alone["spec"])])
        rows = [*spec, *changed, *_proven(alone, done.runs_too), *_rows("! lint", list(done.errors))]
    else:
        rows = [*changed, *_models(done), *_rows("! lint", list(done.errors))]
    return "\n".join([f"mlops-spec {done.old} → {done.new}", "", *rows, "", _NEXT, ""])


def _proven(finished: Mapping[str, Any], runs_too: Mapping[str, str]) -> Iterator[str]:
    yield from _rows("stages", [*_compared(finished, "stages"), *_runs(runs_too)])
    yield from _rows("gates", [*_compared(finished, "gates")])
    yield from _rows("! weakened", [f"{each['where']} {each['what']}" for each in finished["weakened"]])
    yield from _rows("! not taken", list(finished["unknown"]))


def _models(done: Upgraded) -> Iterator[str]:
    """How many there are, and all of those that are not the same."""
    differing = {folder: each for folder, each in done.finished.items() if not each["same"]}
    same = "stages and gates of all are the same" if not differing else f"{len(differing)} of them not the same"
    migrated = [each["spec"] for each in done.finished.values() if each["spec"][0] != each["spec"][1]]
    yield from _rows("models", [f"{len(done.finished)}, {same}", *_runs(done.runs_too)])
    if migrated:
        yield from _rows("specs", [f"{len(migrated)} to version {migrated[0][1]}"])
    for folder, each in differing.items():
        yield from ("", folder, *_rows("spec", [_spec(each["spec"])]), *_proven(each, {}))


def as_data(done: Upgraded) -> dict[str, Any]:
    """For machines; of many models what was found of each stands under its folder."""
    alone = done.finished.get("")
    folders = {folder: {key: each[key] for key in each if key != "v"} for folder, each in done.finished.items()}
    own = alone if alone is not None else {"folders": folders}
    return {
        "v": 1,
        "old": done.old,
        "new": done.new,
        "same": done.same,
        "locked": {name: list(versions) for name, versions in done.locked.items()},
        "files": done.files,
        "runs_too": done.runs_too,
        "lint": list(done.errors),
        **{name: value for name, value in own.items() if name not in ("v", "same")},
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
