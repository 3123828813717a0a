"""The command `adopt`."""

from __future__ import annotations

from pathlib import Path

import click

from mlops_spec import words
from mlops_spec.engines.files import PIPELINE
from mlops_spec.start import adopt


@click.command("adopt")
@click.option("--from", "source", metavar="FILE", default="", help=f"A {PIPELINE}, or a recipe.yaml of MLflow Recipes.")
@click.option("--stage", metavar="NAME", default="", help="The stage that trains, where several might.")
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("-C", "--directory", type=click.Path(path_type=Path), default=Path(), help="The repository's root.")
def adopt_command(*, source: str, stage: str, style: str, directory: Path) -> int:
    """Write a first model.yaml for a repository from its dvc.yaml or its recipe.yaml.

    What these files don't say is a value marked TODO, which `lint` points at; what is left to do is listed in order.
    Never writes over a file.

    \b
    Examples:
      mlops-spec adopt --directory ../churn
      mlops-spec adopt --stage train@emea
    """
    adopted = adopt.adopt(directory, source, stage)
    if style == "json":
        asked = [{"line": line, "text": text} for line, text in adopted.questions.items()]
        steps = [step._asdict() for step in adopted.steps]
        spec, drawn_from = str(adopted.spec), str(adopted.source)
        words.data({"spec": spec, "source": drawn_from, "questions": asked, "steps": steps}, indent=2)
        return 0
    words.out(f"{adopted.spec} drawn from {adopted.source}")
    for line, text in adopted.questions.items():
        words.out(f"  {line:3}  {text}")
    words.out("\nleft to do, in this order:")
    for number, step in enumerate(adopted.steps, start=1):
        words.out(f"  {number:2}  {step.what}" + (f"\n        {step.command}" if step.command else ""))
    return 0
