"""The command `card`."""

from __future__ import annotations

from pathlib import Path

import click

from mlops_spec import model_folder, words
from mlops_spec.cli.here import repository
from mlops_spec.cli.models import each_model, is_one, one_model
from mlops_spec.cli.option import in_models
from mlops_spec.errors import Exit
from mlops_spec.lint.models import models_in
from mlops_spec.release.bundle import read_bundle
from mlops_spec.release.card.evidence import evidence_of
from mlops_spec.release.card.released import Released, released
from mlops_spec.release.card.said import FORMATS, said
from mlops_spec.repository.root import is_repository, root_of
from mlops_spec.validate.at_commit import spec_at


@click.command("card")
@click.option("--version", help="A registered version, such as v1.4.0.  [default: the newest]")
@click.option("--bundle", type=click.Path(path_type=Path), help="A release bundle instead, before it is registered.")
@click.option("--check", is_flag=True, help="Compare what the release carries with its evidence; exit 1 if it differs.")
@in_models
@click.option("--directory", "-C", type=click.Path(path_type=Path), default=".", help="The repository.  [default: .]")
@click.option("--format", "form", type=click.Choice(FORMATS), default="markdown", show_default=True)
def card_command(  # noqa: PLR0913 - one per option
    *, version: str | None, bundle: Path | None, check: bool, names: tuple[str, ...], directory: Path, form: str
) -> int:
    """Print a version's model card, or its CycloneDX bill of materials or in-toto statements, from its evidence.

    With --check nothing is printed but what disagrees: card, bill and statements of the release are compared with
    what its evaluation and gates say. Use the mlops-spec that the release locks. At the root of a repository of many
    models it does so for the newest version of each, or of those of --model; a --version is of one.

    \b
    Example:
      mlops-spec card --version v1.4.0 --format cyclonedx
      mlops-spec card --check
    """
    if bundle is not None and (check or version):
        raise click.UsageError("--bundle is of no version yet: leave out --version and --check")
    if not is_one(directory) and is_repository(root_of(directory)):
        if bundle is None and version is None:
            return each_model(models_in(directory, names), lambda model: _card(model.place.path, None, check, form))
        directory = one_model(directory, names).place.path
    elif names:
        one_model(directory, names)
    if bundle is None:
        return _card(directory, version, check, form)
    git, found = repository(directory), read_bundle(bundle)
    declared = found.files[model_folder.CARD.name].decode(errors="replace")
    words.out(said(evidence_of(found, spec_at(git.here(found.commit))), declared, form), end="")
    return Exit.OK


def _card(directory: Path, version: str | None, check: bool, form: str) -> int:
    release = released(repository(directory), version)
    if check:
        return _check(release, form)
    words.out(said(release.evidence, release.declared_card, form), end="")
    return Exit.OK


def _check(release: Released, form: str) -> int:
    differences = release.differences()
    if form == "json":
        answer = {"version": release.evidence.version, "agrees": not differences, "differences": differences}
        words.data(answer, indent=2)
    else:
        words.out("".join(differences.values()), end="")
        what = f"{len(differences)} documents disagree" if differences else "card, bill and statements agree"
        words.err(f"{release.evidence.version}: {what} with the evidence")
    return Exit.FINDINGS if differences else Exit.OK
