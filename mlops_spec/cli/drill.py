"""The command `drill`: attacks every gate, to prove that it can fail."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mlops_spec import words
from mlops_spec.cli.models import each_model, is_one, one_model, refuse_one_file
from mlops_spec.cli.option import in_models
from mlops_spec.cli.run import DIRECTORY, FORMAT
from mlops_spec.errors import Exit
from mlops_spec.lint.models import models_in
from mlops_spec.model_folder import DRILL

if TYPE_CHECKING:
    from mlops_spec.spec import Spec


@click.command("drill")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help=f"Where to write it [default: {DRILL}].")
@in_models
@DIRECTORY
@FORMAT
def drill_command(out: Path | None, names: tuple[str, ...], directory: Path, form: str) -> int:
    """Attacks every gate over what the last run evaluated; exit 1 when a gate lets an attack pass.

    Labels are shuffled, scores inverted, slices damaged, rows leaked, promises broken: each gate is put to what it
    claims to stop. Nothing of the run is changed.

    \b
    Example:
      mlops-spec drill --out build/drill.json
    """
    root = directory.resolve()
    if not is_one(root):
        refuse_one_file(out, "--out")
        models = models_in(root, names)
        return each_model(models, lambda model: _drill(model.place.path, model.spec, model.place.path / DRILL, form))
    return _drill(root, one_model(root, names).spec, out or root / DRILL, form)


def _drill(root: Path, spec: Spec, out: Path, form: str) -> int:
    from mlops_spec.gates.drill.drill import drill  # noqa: PLC0415
    from mlops_spec.gates.drill.table import show  # noqa: PLC0415

    drilled = drill(root, spec, out)
    words.data(drilled.record()) if form == "json" else show(drilled)
    return Exit.FINDINGS if drilled.survivors else Exit.OK
