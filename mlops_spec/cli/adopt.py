"""The command `adopt`."""

from __future__ import annotations

from pathlib import Path

import click

from mlops_spec import adopt, words


@click.command("adopt")
@click.option("--from", "source", metavar="FILE", default="", help="A dvc.yaml, or a recipe.yaml of MLflow Recipes.")
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("-C", "--directory", type=click.Path(path_type=Path), default=Path(), help="The repository's root.")
def adopt_command(*, source: str, style: str, directory: Path) -> int:
    """Write a first model.yaml for a repository from its dvc.yaml or its recipe.yaml.

    What these files don't say is a value marked TODO, which `lint` points at. Never writes over a spec.

    \b
    Example:
      mlops-spec adopt --directory ../churn
    """
    adopted = adopt.adopt(directory, source)
    if style == "json":
        asked = [{"line": line, "text": text} for line, text in adopted.questions.items()]
        words.data({"spec": str(adopted.spec), "source": str(adopted.source), "questions": asked}, indent=2)
        return 0
    words.out(f"{adopted.spec} drawn from {adopted.source}")
    for line, text in adopted.questions.items():
        words.out(f"  {line:3}  {text}")
    words.err(f"answer what is marked, then: mlops-spec lint {adopted.spec}")
    return 0
