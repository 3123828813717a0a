"""The command `power`: what the rows can show."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from mlops_spec import model_folder, words
from mlops_spec.cli.models import each_model, is_one, one_model
from mlops_spec.cli.option import in_models
from mlops_spec.cli.run import DIRECTORY, FORMAT, spec_of
from mlops_spec.document.parse import parse
from mlops_spec.errors import Exit, Failure
from mlops_spec.gates.power.chance import powers
from mlops_spec.gates.power.suggest import rewritten, suggestions
from mlops_spec.gates.power.table import lines
from mlops_spec.integrity.shapes import GateFile, read
from mlops_spec.lint.models import models_in
from mlops_spec.repository.root import is_repository, root_of
from mlops_spec.system.files import write_atomic

if TYPE_CHECKING:
    from pathlib import Path

    from mlops_spec.gates.power.suggest import Suggestion
    from mlops_spec.spec import Spec


@click.command("power")
@click.option("--suggest", is_flag=True, help=f"Write bounds and margins that the rows bear into {model_folder.SPEC}.")
@in_models
@DIRECTORY
@FORMAT
def power_command(suggest: bool, names: tuple[str, ...], directory: Path, form: str) -> int:
    """Say how likely a model as good as the last one passes each gate, and which bounds its rows bear.

    Reads what `mlops-spec gate` wrote. A bound that the rows bear is passed by an equal model in 99 %. With --suggest
    the bounds of measures become those, gates without a margin get one as wide as their interval is to one side, and a
    margin to the champion grows to what the rows can tell; bounds of fairness and robustness stay, whatever the rows
    bear. `plan` shows each bound that got weaker. At the root of a repository of many models it does so for each, or
    for those of --model.

    \b
    Example:
      mlops-spec power
      mlops-spec power --suggest
    """
    root = directory.resolve()
    if is_one(root) or not is_repository(root_of(root)):
        return _power(root, one_model(root, names).spec if names else spec_of(root), suggest, form)
    return each_model(models_in(root, names), lambda model: _power(model.place.path, model.spec, suggest, form))


def _power(root: Path, spec: Spec, suggest: bool, form: str) -> int:
    judged = _judged(root, spec)
    found = powers(spec, judged.gates)
    wanted = list(suggestions(spec, found)) if suggest else []
    if form == "json":
        data = [asdict(each) for each in found]
        words.data({"v": 1, "rows": judged.rows, "gates": data, "suggested": [each._asdict() for each in wanted]})
    else:
        words.out("\n".join(lines(found, judged.rows)))
    if suggest:
        _write(root / model_folder.SPEC, wanted, quiet=form == "json")
    return Exit.OK


def _judged(root: Path, spec: Spec) -> GateFile:
    path = root / model_folder.GATE
    try:
        judged = read(GateFile, path.read_bytes(), path)
    except FileNotFoundError as error:
        raise Failure(
            f"{model_folder.GATE} is missing", exit_code=Exit.CONFIG, remedy="`mlops-spec run`, then `mlops-spec gate`."
        ) from error
    if judged.model != spec.model:
        raise Failure(f"{model_folder.GATE} is of {judged.model}, not of {spec.model}", exit_code=Exit.STALE)
    return judged


def _write(path: Path, wanted: list[Suggestion], *, quiet: bool) -> None:
    document = parse(str(path), path.read_text(encoding="utf-8"))
    assert not isinstance(document, list)  # the spec was read from it
    text, left = rewritten(document, wanted)
    if text != document.text:
        write_atomic(path, text)
    if quiet:
        return
    words.out("")
    for each in wanted:
        was = "none" if each.old is None else f"{each.old:g}"
        unwritten = "  to be written by hand" if each in left else ""
        words.out(f"{each.gate} {each.key}: {was} → {each.new:g}{unwritten}")
    words.out(
        f"{len(wanted) - len(left)} numbers written into {model_folder.SPEC}; "
        "`mlops-spec lint` and `plan` look at them."
    )
