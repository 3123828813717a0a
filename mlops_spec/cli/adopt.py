"""The command `adopt`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mlops_spec import words
from mlops_spec.engines.files import PIPELINE
from mlops_spec.start import adopt

if TYPE_CHECKING:
    from mlops_spec.start.adopt.adopted import Adopted


@click.command("adopt")
@click.option(
    "--from",
    "sources",
    metavar="FILE",
    multiple=True,
    help=f"A {PIPELINE}, or a recipe.yaml of MLflow Recipes; may be given again.  [default: all that train]",
)
@click.option("--stage", metavar="NAME", default="", help="The stage that trains, where several might.")
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("-C", "--directory", type=click.Path(path_type=Path), default=Path(), help="The repository's root.")
def adopt_command(*, sources: tuple[str, ...], stage: str, style: str, directory: Path) -> int:
    """Write a first model.yaml for each model that a repository's pipelines train, or its recipe.yaml.

    The spec of an only model lies at the root; of several, each has a folder, and what they share goes into
    [tool.mlops-spec] of pyproject.toml.
    What these files don't say is a value marked TODO, which `lint` points at; what is left to do is listed in order.
    Never writes over a file.

    \b
    Examples:
      mlops-spec adopt --directory ../churn
      mlops-spec adopt --from services/churn/dvc.yaml --from services/fraud/dvc.yaml
      mlops-spec adopt --stage train@emea
    """
    adopted = adopt.adopt(directory, sources, stage)
    if style == "json":
        words.data(_data(adopted), indent=2)
        return 0
    for model in adopted.models:
        path = directory / model.path
        words.out(f"{path} drawn from {directory / model.source}")
        for line, text in model.questions.items():
            words.out(f"  {path}:{line}: {text}")
    if len(adopted.models) > 1:
        words.out(f"{len(adopted.models)} models")
    words.out("\nleft to do, in this order:")
    for number, step in enumerate(adopted.steps, start=1):
        words.out(f"  {number:2}  {step.what}" + (f"\n        {step.command}" if step.command else ""))
    return 0


def _data(adopted: Adopted) -> dict[str, Any]:
    """Of an only model the keys stand at the top."""
    models = [
        {
            "model": each.model,
            "spec": str(adopted.root / each.path),
            "source": str(adopted.root / each.source),
            "questions": [{"line": line, "text": text} for line, text in each.questions.items()],
        }
        for each in adopted.models
    ]
    alone = models[0] if len(models) == 1 else {}
    return {**alone, "models": models, "steps": [step._asdict() for step in adopted.steps]}
