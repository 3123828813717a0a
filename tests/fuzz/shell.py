"""The rendered `run:` blocks, executed by bash with texts in every variable that they could read."""

from __future__ import annotations

import subprocess
from functools import cache
from typing import TYPE_CHECKING

import yaml
from tainted import BENIGN, put, spec

from mlops_spec.outputs import outputs
from mlops_spec.render.jinja import render

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_PROVIDED = ("GITHUB_REPOSITORY", "GITHUB_SHA", "GITHUB_STEP_SUMMARY")  # by GitHub, for every step
_PROGRAMS = ("uv", "gh", "sha256sum")
_CALL, _TEXT = "\1call", "\1text"  # what ends the record of each; no text holds it
# Each program writes down its name, its arguments, and what it is given to read.
_STAND_IN = f"""\
%s() {{
  local given
  IFS= read -r -d '' given || [ $? -eq 1 ]  # 1 is the end of what there is
  printf '%%s\\0' "${{FUNCNAME[0]}}" "$@" "$given" '{_CALL}' >> "$CALLS"
}}
"""
# As GitHub starts a block, `bash -eo pipefail FILE`; all blocks run in a process of its own for each text.
_DRIVER = f"""
while IFS= read -r -d '' TEXT; do
  (
    set -eo pipefail
    for name in $NAMES; do export "$name=$TEXT"; done
    for block in "$BLOCKS"/*; do . "$block" < /dev/null; done
  )
  printf '%s\\0' "$?" '{_TEXT}' >> "$CALLS"
done
"""


@cache
def blocks() -> dict[str, dict[str, str]]:
    """Each different `run:` block of the workflows, with the variables that it is given."""
    found: dict[str, dict[str, str]] = {}
    for output, text in zip(drawn := outputs(spec("one target"), frozenset()), render(drawn), strict=True):
        if output.path.suffix == ".yml" and "workflows" in output.path.parts:
            for job in yaml.load(text, Loader=_LOADER)["jobs"].values():
                for step in job.get("steps", []):
                    if "run" in step:
                        found.setdefault(step["run"], {}).update(step.get("env", {}))
    return found


def run(texts: Sequence[str], folder: Path) -> str:
    """What is wrong with that which the blocks do with texts, which hold no NUL; empty when nothing is."""
    benign, *found = _calls([BENIGN, *texts], folder)
    assert benign[-1] == "0" and BENIGN in benign, f"the blocks end so with what is harmless: {benign[-20:]}"
    for text, calls in zip(texts, found, strict=True):
        if calls != put(benign, text):
            return f"{text!r} changes what is called"
    left = {path.name for path in folder.iterdir()} - {"calls", "blocks"}
    return f"there is {', '.join(sorted(left))}" if left else ""


def _calls(texts: Sequence[str], folder: Path) -> list[list[str]]:
    """For each text what was called and read, and how the blocks ended."""
    calls, place = folder / "calls", folder / "blocks"
    calls.write_bytes(b"")
    place.mkdir(exist_ok=True)
    names = {*_PROVIDED}
    for number, (block, given) in enumerate(blocks().items()):
        (place / f"{number:02}").write_text(block, encoding="utf-8")
        names |= {*given}
    subprocess.run(
        ["bash", "--noprofile", "--norc", "-c", "".join(_STAND_IN % name for name in _PROGRAMS) + _DRIVER],
        input="".join(f"{text}\0" for text in texts).encode(),
        env={"CALLS": str(calls), "BLOCKS": str(place), "NAMES": " ".join(names), "PATH": "/usr/bin:/bin"},
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=True,
    )
    written = calls.read_bytes().decode().split(f"{_TEXT}\0")
    return [each.removesuffix("\0").split("\0") for each in written[:-1]]
