"""The commands `lint`, `explain` and `schema`."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import click

from mlops_spec import model_folder, words
from mlops_spec.cli.option import in_models
from mlops_spec.errors import Exit
from mlops_spec.lint import run
from mlops_spec.lint.report import FORMATS
from mlops_spec.repository.root import root_of
from mlops_spec.words.visible import visible_json


@click.command("lint")
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[FILE|FOLDER]...")
@click.option("--fix", "fixing", is_flag=True, help="Change what has one right answer, and nothing else.")
@click.option("--format", "style", type=click.Choice([*FORMATS, "auto"]), default="auto", show_default=True)
@click.option("--today", type=click.DateTime(["%Y-%m-%d"]), metavar="DAY", help="Judge dates as of this day.")
@click.option("--no-cache", is_flag=True, help="Look at every file, also at those that have not changed.")
@click.option("--baseline", type=click.Path(path_type=Path), metavar="FILE", help="Tell only what is not in this file.")
@click.option("--write-baseline", is_flag=True, help="Write today's findings into the --baseline.")
@click.option("--workflows", is_flag=True, help="The paths are workflows, or roots of repositories; no spec is read.")
@in_models
@click.option("-C", "--directory", type=click.Path(path_type=Path), default=Path(), help="The repository's root.")
def lint_command(  # noqa: PLR0913 - one argument for each option
    *,
    paths: tuple[Path, ...],
    fixing: bool,
    style: str,
    today: Any,
    no_cache: bool,
    baseline: Path | None,
    write_baseline: bool,
    workflows: bool,
    names: tuple[str, ...],
    directory: Path,
) -> int:
    """Say what is wrong with a spec, where, and what would be right.

    Without a path it reads model.yaml, the workflows that run our commands, and the repository around both: code, data,
    locks and settings; of a folder it reads every model.yaml so. A file that is named is looked at alone. Exits with 1
    when something was found, with 2 when that leaves no spec to work with. [tool.mlops-spec.lint] in pyproject.toml
    chooses what counts. At the root of a repository of many models it reads every model so, or those of --model, and
    the workflows once.

    \b
    Examples:
      mlops-spec lint --fix model.yaml
      mlops-spec lint --workflows .github/workflows/release.yml
      mlops-spec lint --baseline lint-baseline.json --write-baseline
    """
    if write_baseline and not baseline:
        raise click.UsageError("--write-baseline needs --baseline FILE: where to write it")
    given = [directory / path for path in paths]
    many = [] if given or workflows else _folders(directory, names)
    specs = [] if workflows else given or [folder / model_folder.SPEC for folder in many or [directory]]
    return run.lint(
        specs,
        workflows=given or [directory] if workflows or not given else (),
        style=style,
        day=today.date().isoformat() if today else "",
        fixing=fixing,
        cached=not no_cache,
        root=root_of(directory),
        around=many,
        known=directory / baseline if baseline else None,
        recording=write_baseline,
    )


def _folders(directory: Path, names: tuple[str, ...]) -> list[Path]:
    """The models below the root of a repository of many, submodules' too; none where one lies here."""
    if (directory / model_folder.SPEC).is_file() or not directory.is_dir():
        return []
    from mlops_spec.lint.folders import folders_below  # noqa: PLC0415 - it loads Git's calls: 10 ms

    return folders_below(directory, names)


_GUIDES = ("predict", "batch")


@click.command("explain")
@click.argument("code", required=False, metavar="[CODE|NAME|KEY|predict|batch]")
@click.option("--format", "style", type=click.Choice(["text", "json"]), default="text", show_default=True)
def explain_command(*, code: str | None, style: str) -> int:
    """Print a rule's page: what it stops, why, bad, good, and how to fix it. Without a code, list the rules.

    Of a key of the spec: what it means, its default, an example. `predict`: what a predictor is given and returns;
    `batch`: how deliveries are scored by night.

    \b
    Examples:
      mlops-spec explain MS203
      mlops-spec explain train.format
      mlops-spec explain predict
    """
    if code in _GUIDES:
        words.out(_read_packaged(f"{code}.md"), end="")
        return Exit.OK
    from mlops_spec.lint import key_page  # noqa: PLC0415 - the spec is loaded only for who asks

    if code and key_page.is_key(code):
        return _explain_key(code, style)
    explain = import_module("mlops_spec.lint.explain")  # the rules are loaded only for who asks

    pages = [explain.find(code)] if code else list(explain.PAGES)
    if style == "json":
        data = [explain.as_data(page) for page in pages]
        words.data(data[0] if code else data, indent=2)
    else:
        words.out(explain.explain(pages[0]) if code else explain.overview(), end="")
    return Exit.OK


def _explain_key(path: str, style: str) -> int:
    from mlops_spec.lint import key_page  # noqa: PLC0415

    keys = key_page.find(path)
    if style == "json":
        words.data([key_page.as_data(key) for key in keys], indent=2)
    else:
        words.out("\n".join(map(key_page.page, keys)), end="")
    return Exit.OK


def _read_packaged(name: str) -> str:
    return Path(__file__).parent.parent.joinpath(name).read_text(encoding="utf-8")


@click.command("schema")
def schema_command() -> int:
    """Print the spec's JSON Schema, for editors.

    \b
    Example:
      mlops-spec schema > model-spec.schema.json
    Then let the first line of model.yaml be:
      # yaml-language-server: $schema=model-spec.schema.json
    """
    words.out(visible_json(_read_packaged("schema.json")), end="")
    return Exit.OK
