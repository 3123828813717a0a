"""The command `monitor`."""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mlops_spec import words
from mlops_spec.cli.here import repository, this_run
from mlops_spec.cli.models import is_one, one_model
from mlops_spec.cli.option import in_models
from mlops_spec.errors import Exit
from mlops_spec.model_folder import SPEC
from mlops_spec.monitor.alert import body
from mlops_spec.monitor.check import as_json, as_text
from mlops_spec.monitor.on_rows import OnRows
from mlops_spec.monitor.once import Where, monitor
from mlops_spec.monitor.several import as_json_of_all, monitor_all
from mlops_spec.platforms.github.connect import connect, forge_of
from mlops_spec.platforms.github.step import add_summary
from mlops_spec.spec.base import seconds

if TYPE_CHECKING:
    from mlops_spec.git import Git
    from mlops_spec.monitor.several import SeenAll
    from mlops_spec.platforms.github.api import GitHub
    from mlops_spec.platforms.github.run import Run

_FOLDER = click.Path(path_type=Path)


@click.command("monitor")
@click.option("--log", type=_FOLDER, envvar="MLOPS_PREDICTION_LOG", help="Folder of a prediction log.")
@click.option("--state", type=_FOLDER, help="On the host: the agent's folder, with log, packages and clone.")
@click.option("--environment", "-e", help="Whose log it is.  [default: the last one with a live version]")
@click.option("--window", default="7d", show_default=True, help="How far back the log counts.")
@in_models
@click.option("--directory", "-C", type=_FOLDER, default=".", help="The repository.  [default: .]")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def monitor_command(*, form: str, window: str, names: tuple[str, ...], **given: Path | None) -> int:
    """Check ledger, tags, intents, what is live against what is declared, and the data's contract.

    With a prediction log also what the live model is asked: its contract, drift from the training rows, and what it
    reached where labels have come in. The log lies where the model runs, and a runner of GitHub's never sees it unless
    somebody ships it there: so run this on the host, with --state (template/host has a timer), or on a runner with
    --log or MLOPS_PREDICTION_LOG after a step that fetched it. What was not checked is said, never passed over.

    At the root of a repository of many models it looks at all of them, or at those of --model; the log of each lies in
    a folder of its name below --log. One that is not valid is a finding, and the others go on.

    In GitHub Actions, and on a host with a token, findings are kept in one issue, each run leaves a heartbeat in the
    ledger, and where Git still declares what was rolled back a pull request sets it back.

    \b
    Example:
      mlops-spec monitor
      mlops-spec monitor --state /var/lib/mlops-spec/production
    """
    if not re.fullmatch(r"[1-9][0-9]{0,6}(s|m|h|d)", window):
        raise click.BadParameter(f"{window!r} is no time: write 24h or 7d", param_hint="--window")
    run = this_run()
    where = Where(**given, window=seconds(window), on_rows=_on_rows)  # type: ignore[arg-type]
    git = repository(where.clone)
    if _of_several(git, where):
        return _tell_of_all(monitor_all(git, _forge_to_tell(git, where, run), where, run, names), run, form)
    if names:
        one_model(where.directory, names)
    checks = monitor(git, _forge_to_tell(git, where, run), where, run)
    add_summary(run, body(checks))
    words.data(as_json(checks), indent=2) if form == "json" else words.out(as_text(checks).rstrip("\n"))
    return Exit.FINDINGS if any(check.findings for check in checks) else Exit.OK


def _on_rows() -> OnRows | None:
    if find_spec("pandas") is None:
        return None
    from mlops_spec.monitor.asked import check_asked  # noqa: PLC0415 - they load pandas
    from mlops_spec.monitor.data import check_data  # noqa: PLC0415

    return OnRows(check_data, check_asked)


def _of_several(git: Git, where: Where) -> bool:
    """Whether a look is at several models: by the checkout, or, on a host, by main as the agent fetched it."""
    if where.state is None:
        return not is_one(where.directory)
    return git.fetch_main().root.read(SPEC) is None


def _tell_of_all(seen: SeenAll, run: Run, form: str) -> int:
    wrong = [each for each in seen.models if each.exit_code]
    count = f"{len(seen.models)} model{'' if len(seen.models) == 1 else 's'}"
    told = f"{count}, {len(wrong)} with findings" if wrong else count
    pages = [body((seen.whole,)), *(f"**{each.model}**: {body(each.all)}" for each in wrong), f"{told}\n"]
    add_summary(run, "\n".join(pages))
    if form == "json":
        words.data(as_json_of_all(seen), indent=2)
        return seen.exit_code
    words.out(as_text((seen.whole,)).rstrip("\n"))
    for each in seen.models:
        words.out(f"{each.model} ({each.folder})\n{as_text(each.all)}".rstrip("\n"))
    words.err(told)
    return seen.exit_code


def _forge_to_tell(git: Git, where: Where, run: Run) -> GitHub | None:
    if run.in_actions:
        return connect(run)
    return forge_of(git.remote_url(), run) if where.state is not None else None
