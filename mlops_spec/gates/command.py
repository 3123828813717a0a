"""The command `gate`: all gates of a spec over what the last run measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec.gates.judging import judged_of
from mlops_spec.package.manifest import canonical
from mlops_spec.system.files import make_folder, write_atomic

if TYPE_CHECKING:
    from pathlib import Path

    from mlops_spec.gates.judgement import Judged
    from mlops_spec.gates.started import Started
    from mlops_spec.git import Git
    from mlops_spec.spec import Spec


def judge(git: Git, spec: Spec, candidate: Started, out: Path, *, today: str | None = None) -> Judged:
    """Judges the candidate and writes `gate.json` to `out`; `today` (`YYYY-MM-DD`, else the clock's) is for waivers."""
    judged = judged_of(git, spec, candidate.manifest, candidate.process, today)
    make_folder(out.parent)
    write_atomic(out, canonical(judged.record()))
    return judged
