"""The command `rehearse`: a model's life on this machine, without an account."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mlops_spec import words
from mlops_spec.errors import Exit, Failure
from mlops_spec.rehearse.titles import HERE, SCENARIOS

if TYPE_CHECKING:
    from mlops_spec.rehearse.scenario import Scenario


class _Listing(click.Command):
    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's
        """Writes them where click would write an epilog."""
        with formatter.section("Scenarios"):
            formatter.write_dl([(name, re.split("[:,]", title)[0]) for name, title in SCENARIOS.items()])


@click.command("rehearse", cls=_Listing)
@click.argument("scenario", type=click.Choice(list(SCENARIOS)), metavar="[SCENARIO]", required=False)
@click.option("--here", is_flag=True, help="Play the repository that you are in.")
@click.option("--committed", is_flag=True, help="With --here: leave out what no commit has.")
@click.option("--into", type=click.Path(path_type=Path), help="Folder to play in and to keep.  [default: temporary]")
@click.option("--keep-running", is_flag=True, help="Leave agents and servers running at the end.")
@click.option("--stop", is_flag=True, help="Stop what a rehearsal in --into left running.")
@click.option("--open", "show_report", is_flag=True, help="Open the report of the rehearsal in --into.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def rehearse_command(  # noqa: PLR0913 - one per option
    *,
    scenario: str | None,
    here: bool,
    committed: bool,
    into: Path | None,
    keep_running: bool,
    stop: bool,
    show_report: bool,
    form: str,
) -> int:
    """Play a scenario here by the very workflows that GitHub would run; without one, list them.

    No account is needed: a server on loopback stands in for GitHub, and act runs the jobs.

    With --here it is your repository: your branch, and what is not committed, as a pull request, its merge, its
    promotions, under your rules. Your checkout is only read.

    \b
    Example:
      mlops-spec rehearse life --into rehearsal
      mlops-spec rehearse --here
    """
    if stop or show_report:
        if into is None:
            raise click.UsageError(f"{'--stop' if stop else '--open'} needs --into, the folder of the rehearsal")
        return _stop(into) if stop else _open(into)
    if here == (scenario is not None) or committed > here:
        if here or committed or into is not None or keep_running:
            raise click.UsageError(f"name a scenario: {', '.join(SCENARIOS)}; or your own repository: --here")
        _list(form)
        return Exit.OK
    what = _here(committed) if scenario is None else _named(scenario)
    return _play(scenario or HERE, what, into, form, kept=keep_running)


def _play(name: str, what: Scenario[Any], into: Path | None, form: str, *, kept: bool) -> int:
    from mlops_spec.rehearse import report, show  # noqa: PLC0415
    from mlops_spec.rehearse.rehearsal import rehearse  # noqa: PLC0415
    from mlops_spec.words.terminal import terminal  # noqa: PLC0415 - rich takes 40 ms

    played = rehearse(name, what, into, show.Progress(len(what.scenes)), keep_running=kept)
    if played.folder is not None:
        report.write_page(played, played.folder, kept=kept)
    if form == "json":
        words.data(played.as_data(), indent=2)
    else:
        report.write(played, terminal(), kept=kept)
    return played.exit_code


def _named(scenario: str) -> Scenario[Any]:
    from mlops_spec.rehearse.rehearsal import scenario_of  # noqa: PLC0415

    return scenario_of(scenario)


def _here(committed: bool) -> Scenario[Any]:
    from mlops_spec.rehearse.here import needs, scenes  # noqa: PLC0415
    from mlops_spec.rehearse.here.checkout import Checkout  # noqa: PLC0415

    checkout = Checkout.of(Path(), committed=committed)
    needs.refuse(checkout)
    return scenes.scenario(checkout)


def _list(form: str) -> None:
    width = max(map(len, SCENARIOS))
    lines = [f"{name:<{width}}  {line}" for name, line in SCENARIOS.items()]
    words.data(SCENARIOS, indent=2) if form == "json" else words.out("\n".join(lines))


def _stop(folder: Path) -> int:
    from mlops_spec.rehearse.hosts import stop_all  # noqa: PLC0415
    from mlops_spec.rehearse.place import refuse_foreign  # noqa: PLC0415

    refuse_foreign(folder)
    stop_all(folder)
    return Exit.OK


def _open(folder: Path) -> int:
    from mlops_spec.rehearse.report import PAGE  # noqa: PLC0415

    page = folder.absolute() / PAGE
    if not page.is_file():
        raise Failure(
            f"{page}: no such file", remedy="a rehearsal writes it when it has ended; name its folder by --into"
        )
    words.out(str(page))
    click.launch(page.as_uri())
    return Exit.OK
