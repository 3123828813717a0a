"""The making of a plan from its parts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from mlops_spec import layout, model_folder
from mlops_spec.engines.files import PIPELINE
from mlops_spec.engines.planned import planned
from mlops_spec.git import Git
from mlops_spec.lint.load import load_spec
from mlops_spec.outputs.rendered import render_model
from mlops_spec.place import Place
from mlops_spec.plan import Base, Plan
from mlops_spec.plan.base import before
from mlops_spec.plan.causes import NOTHING_UPSTREAM
from mlops_spec.plan.duration import expected, past_runs
from mlops_spec.plan.files import changed_files
from mlops_spec.plan.guards import weakened
from mlops_spec.plan.pipeline import pipeline
from mlops_spec.plan.touched import touched_environments, touched_gates
from mlops_spec.plan.training import trains
from mlops_spec.platforms.github.outputs.owners import owners
from mlops_spec.release.tags import newest, releases
from mlops_spec.render.write import manifest
from mlops_spec.spec.measures import champions

if TYPE_CHECKING:
    from pathlib import Path, PurePosixPath

    from mlops_spec.engines.stage import Stage
    from mlops_spec.git import Tree
    from mlops_spec.plan.base import Before
    from mlops_spec.plan.causes import Upstream
    from mlops_spec.render.output import Rendered
    from mlops_spec.spec import Spec


def make_plan(root: Path, revision: str | None = None) -> Plan:
    """What the work tree at `root` would change against `revision` (default: where the branch left main).

    Raises:
        Failure: no repository or no such revision (exit 78), or the spec is invalid (exit 2).
    """
    git = Git.open(root)
    spec = load_spec(root / model_folder.SPEC)
    return plan_of(planned_model(git, spec), before(git, revision, spec.branch))


@dataclass(frozen=True)
class Planned:
    """A model as it would be: its spec in the work tree at `root`, and all that is rendered from it."""

    root: Path
    git: Git
    spec: Spec
    files: tuple[Rendered, ...]

    @cached_property
    def stages(self) -> tuple[Stage, ...]:
        """The stages that would run."""
        return planned(next(each for each in self.files if each.path == PIPELINE))


def planned_model(git: Git, spec: Spec) -> Planned:
    """The model whose folder the repository was opened in; raises Failure where an overlay no longer applies."""
    return Planned(git.directory, git, spec, render_model(Place.of(git, spec.model), spec))


def plan_of(model: Planned, base: Before, upstream: Upstream = NOTHING_UPSTREAM) -> Plan:
    """What a model would change against its base and its newest release; `upstream` names what other models make."""
    git, spec = model.git, model.spec
    known = releases(git, spec.model)
    release = newest(known)
    texts = {each.path: each.text for each in model.files}
    stages = pipeline(model.root, git, model.stages, release, upstream)
    past = past_runs(git, known)
    weaker = weakened(base.spec, spec) if base.spec else ()
    return Plan(
        model=spec.model,
        base=Base(base.tree.commit if base.tree else None, release.name if release else None, base.problem),
        files=changed_files(model.root, base.tree, texts, _rendered_at_base(base.tree) - texts.keys()),
        stages=stages,
        gates=touched_gates(base.spec, spec),
        gate_count=len(spec.gates),
        champions=champions(spec),
        environments=touched_environments(base.spec, spec),
        weakened=weaker,
        guardians=_spec_owners(base.spec or spec),
        seconds=expected((stage.name for stage in stages if stage.runs), past),
        past_runs=len(past),
        trains=trains(base.spec, spec, stages, weaker, released=bool(known)),
    )


def _rendered_at_base(base: Tree | None) -> set[PurePosixPath]:
    return set(manifest.load(base.read(layout.MANAGED))) if base else set()


def _spec_owners(spec: Spec) -> tuple[str, ...]:
    return next(each.owners for each in owners(spec) if each.pattern == f"/{model_folder.SPEC}")
