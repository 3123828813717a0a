"""The command `drill`: attacks every gate, to prove that it can fail."""

from __future__ import annotations

from pathlib import Path

import click

from mlops_spec import words
from mlops_spec.cli.run import DIRECTORY, FORMAT, spec_of
from mlops_spec.errors import Exit
from mlops_spec.model_folder import DRILL


@click.command("drill")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help=f"Where to write it [default: {DRILL}].")
@DIRECTORY
@FORMAT
def drill_command(out: Path | None, directory: Path, form: str) -> int:
    """Attacks every gate over what the last run evaluated; exit 1 when a gate lets an attack pass.

    Labels are shuffled, scores inverted, slices damaged, rows leaked, promises broken: each gate is put to what it
    claims to stop. Nothing of the run is changed.

    \b
    Example:
      mlops-spec drill --out build/drill.json
    """
    from mlops_spec.gates.drill.drill import drill  # noqa: PLC0415
    from mlops_spec.gates.drill.table import show  # noqa: PLC0415

    root = directory.resolve()
    drilled = drill(root, spec_of(root), out or root / DRILL)
    words.data(drilled.record()) if form == "json" else show(drilled)
    return Exit.FINDINGS if drilled.survivors else Exit.OK
