"""The command `gate`: all gates of a spec over what the last run measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec import model_folder
from mlops_spec.gates.scoring import scorer
from mlops_spec.git import Git
from mlops_spec.package.manifest import canonical
from mlops_spec.pipeline.last_run import check_last_run
from mlops_spec.system.files import make_folder, write_atomic

if TYPE_CHECKING:
    from pathlib import Path

    from mlops_spec.gates.judgement import Judged
    from mlops_spec.git import Access
    from mlops_spec.spec import Spec


def judge(root: Path, spec: Spec, out: Path, access: Access, *, today: str | None = None) -> Judged:
    """Judges the candidate and writes `gate.json` to `out`; `today` (`YYYY-MM-DD`, else the clock's) is for waivers."""
    manifest = check_last_run(root, spec)
    with scorer(root / model_folder.PACKAGE) as process:
        # The package loads in its process while this one imports as much: what reads rows and judges them.
        from mlops_spec.gates.judging import judged_of  # noqa: PLC0415

        judged = judged_of(Git.open(root, access), spec, manifest, process, today)
    make_folder(out.parent)
    write_atomic(out, canonical(judged.record()))
    return judged
