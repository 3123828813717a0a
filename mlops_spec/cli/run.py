"""The commands `run`, `gate` and `bundle`, from pipeline to release bundle, and `stage`, which is for DVC."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from mlops_spec import words
from mlops_spec.cli.here import this_run
from mlops_spec.cli.models import below, each_model, is_one, one_model, refuse_one_file
from mlops_spec.cli.option import in_models
from mlops_spec.errors import Exit, Failure
from mlops_spec.git import Git
from mlops_spec.lint.models import models_in
from mlops_spec.model_folder import GATE, SPEC
from mlops_spec.platforms.github.step import set_output

if TYPE_CHECKING:
    from mlops_spec.lint.models import Model
    from mlops_spec.spec import Spec

DIRECTORY = click.option(
    "--directory",
    "-C",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    help="Root of the model's repository.",
)
FORMAT = click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True, help="How to print."
)


@click.command("run")
@click.argument("only", metavar="[STAGE]", required=False)
@click.option("--sample", is_flag=True, help="Run on the spec's sample in place of the data, as a pull request may.")
@click.option("--push", is_flag=True, help="Store data and results in the DVC remote afterwards.")
@click.option(
    "--wait", type=click.FloatRange(min=0), default=60.0, show_default=True, help="Seconds to wait for a lock."
)
@click.option("--all", "which", flag_value="all", help="All models of the repository, which is what its root means.")
@click.option("--affected", "which", flag_value="affected", help="Those that train for what this branch changes.")
@click.option(
    "--parallel",
    type=click.IntRange(1),
    metavar="N",
    help="Models side by side.  [default: what cores and memory allow]",
)
@in_models
@DIRECTORY
@FORMAT
def run_command(
    *, directory: Path, form: str, which: str | None, parallel: int | None, names: tuple[str, ...], **asked: Any
) -> int:
    """Run what changed of the pipeline, or one STAGE and what it needs.

    Starts from the newest release's results where the checkout has none. Files that change during the run spoil it
    (exit 75). At the root of a repository of many models all of them run, side by side; one that fails stops no other,
    and the exit code is 1.

    \b
    Example:
      mlops-spec run
      mlops-spec run train
      mlops-spec run --affected --parallel 4
    """
    from mlops_spec.engines.current import refuse_stale  # noqa: PLC0415
    from mlops_spec.pipeline.progress import watching  # noqa: PLC0415
    from mlops_spec.pipeline.run import Asked, run  # noqa: PLC0415

    if asked["sample"] and asked["push"]:
        raise click.UsageError("--sample makes nothing that could be pushed")
    root = directory.resolve()
    if not is_one(root) or which:
        from mlops_spec.cli.runs import run_models  # noqa: PLC0415

        return run_models(root, names, Asked(**asked), form, affected=which == "affected", parallel=parallel)
    spec = one_model(root, names).spec
    refuse_stale(root, spec)
    with watching() as watch:
        done = run(root, spec, watch, Asked(**asked))
    if form == "json":
        words.data(asdict(done))
        return Exit.OK
    words.out(done.told(spec.model))
    return Exit.OK


@click.command("stage", hidden=True)
@click.argument("name")
@DIRECTORY
def stage_command(name: str, directory: Path) -> int:
    """Run one stage by itself; dvc.yaml calls this, people call `run`.

    \b
    Example:
      mlops-spec stage split
    """
    from mlops_spec.pipeline.stage import run_stage  # noqa: PLC0415

    root = directory.resolve()
    run_stage(root, spec_of(root), name)
    return Exit.OK


@click.command("gate")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help=f"Where to write it [default: {GATE}].")
@click.option(
    "--failed",
    type=click.Path(file_okay=False, path_type=Path),
    help="A new or empty folder for what a judgement rests on that stops the release; `record` takes it.",
)
@click.option(
    "--exit-zero", is_flag=True, help="With --failed: leave it to `register`, which puts it on record, to fail."
)
@in_models
@DIRECTORY
@FORMAT
def gate_command(  # noqa: PLR0913 - one per option
    *, out: Path | None, failed: Path | None, exit_zero: bool, names: tuple[str, ...], directory: Path, form: str
) -> int:
    """Judge what the pipeline measured by the spec's gates; exit 1 unless every gate passes, is waived, or waits for an
    approver's word, which `register` asks for. Of several models, --failed gets a folder for each.

    \b
    Example:
      mlops-spec gate --out build/gate.json
    """
    root, shown = directory.resolve(), _Shown(form, exit_zero)
    if exit_zero and failed is None:
        raise click.UsageError("--exit-zero goes with --failed alone")
    if not is_one(root):
        refuse_one_file(out, "--out")
        models = models_in(root, names)
        return each_model(models, lambda model: _gate(model.place.path, model.spec, None, below(failed, model), shown))
    return _gate(root, one_model(root, names).spec, out, failed, shown)


class _Shown(NamedTuple):
    """How a judgement is told: in which form, and whether what stops is left to `register`."""

    form: str
    exit_zero: bool


def _gate(root: Path, spec: Spec, out: Path | None, failed: Path | None, shown: _Shown) -> int:
    from mlops_spec.gates.started import started  # noqa: PLC0415
    from mlops_spec.gates.table import show  # noqa: PLC0415
    from mlops_spec.pipeline.last_run import beside_simple  # noqa: PLC0415

    if failed is not None and (out or root / GATE).resolve() != root / GATE:
        raise click.UsageError(f"--failed keeps {GATE}: leave --out away")
    with started(root, spec) as candidate:
        # the package loads in its process while this one imports as much: what reads rows and judges them
        from mlops_spec.gates.command import judge  # noqa: PLC0415

        judged = judge(Git.open(root, this_run().access), spec, candidate, out or root / GATE)
    if failed is not None and judged.stops:
        from mlops_spec.pipeline.bundle import write_judged  # noqa: PLC0415

        set_output(this_run(), "digest", write_judged(root, spec, failed))
    words.data(judged.record()) if shown.form == "json" else show(judged, beside_simple(root))
    return Exit.FINDINGS if judged.stops and not shown.exit_zero else Exit.OK


@click.command("bundle", hidden=True)
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="A new or empty folder.")
@click.option("--drilled", is_flag=True, help="Only what the drill of this commit found no fault with.")
@click.option(
    "--judged", type=click.Path(path_type=Path), help="Of several models: leave out those with a folder here."
)
@in_models
@DIRECTORY
def bundle_command(out: Path, drilled: bool, judged: Path | None, names: tuple[str, ...], directory: Path) -> int:
    """Write what a release is made of, once the gates passed, and print the digest of all of it.

    Of several models, each gets a folder of its name; those that their gates stop get none.

    \b
    Example:
      mlops-spec bundle --out dist
    """
    root = directory.resolve()
    if not is_one(root):

        def bundled(model: Model) -> int:
            if judged and (judged / model.name).is_dir():
                words.out("its gates stop it: left out")
                return Exit.OK
            return _bundle(model.place.path, model.spec, out / model.name, drilled=drilled)

        return each_model(models_in(root, names), bundled)
    return _bundle(root, one_model(root, names).spec, out, drilled=drilled)


def _bundle(root: Path, spec: Spec, out: Path, *, drilled: bool) -> int:
    from mlops_spec.pipeline.bundle import refuse_undrilled, write_bundle  # noqa: PLC0415

    if drilled:
        refuse_undrilled(root)
    digest = write_bundle(root, spec, out)
    set_output(this_run(), "digest", digest)
    words.out(digest)
    return Exit.OK


def spec_of(root: Path) -> Spec:
    """The spec of a model's repository; raises Failure (2) when there is none, or it is invalid."""
    from mlops_spec.lint.load import load_spec  # noqa: PLC0415

    path = root / SPEC
    if not path.is_file():
        raise Failure(
            f"{path}: no such file",
            exit_code=Exit.USAGE,
            remedy="Run it in a model's repository, or name one with -C; `mlops-spec new` makes one.",
        )
    return load_spec(path)
