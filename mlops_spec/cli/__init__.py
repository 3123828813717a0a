"""The command line: which command lives where; each is imported only when it is called."""

from __future__ import annotations

import io
from importlib import import_module

import click

from mlops_spec import __version__, words

# family → command → module of this package that defines it, as a click command of the same name
FAMILIES: dict[str, dict[str, str]] = {
    "author": {
        "new": "new",
        "adopt": "adopt",
        "import": "query",
        "lint": "lint",
        "explain": "lint",
        "schema": "lint",
        "lsp": "lsp",
        "plan": "plan",
        "render": "render",
        "upgrade": "upgrade",
    },
    "run": {
        "run": "run",
        "stage": "run",
        "gate": "run",
        "drill": "drill",
        "power": "power",
        "bundle": "run",
        "report": "report",
        "comment": "report",
        "verdict": "report",
        "trial": "trial",
    },
    "release": {
        "register": "release",
        "record": "record",
        "promote": "promote",
        "rollback": "rollback",
        "revoke": "revoke",
        "deploy": "deploy",
        "agent": "deploy",
        "score": "deploy",
        "status": "deploy",
        "serve": "serve",
    },
    "watch": {"monitor": "monitor"},
    "govern": {"audit": "audit", "card": "card", "sign": "sign", "verify": "sign", "doctor": "doctor"},
    "rehearse": {"rehearse": "rehearse"},
}
_MODULES = {command: module for family in FAMILIES.values() for command, module in family.items()}


class Program(click.Group):
    """Finds a command by its name and imports it then, so that linting never pays for training."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(_MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _MODULES:
            return None
        module = import_module(f"mlops_spec.cli.{_MODULES[cmd_name]}")
        command: click.Command = getattr(module, f"{cmd_name}_command")
        return command


@click.group(cls=Program, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, prog_name="mlops-spec")
@click.option("--debug", is_flag=True, help="Show the traceback of a bug.")
def _program(debug: bool) -> None:
    """One model.yaml: linted, rendered, proven, deployed and recorded. Start with `mlops-spec new`."""


def program() -> int:
    """Runs the command line and returns the exit code; wrong usage is 2, as click has it."""
    try:
        return int(_program.main(standalone_mode=False, prog_name="mlops-spec") or 0)
    except click.ClickException as error:
        told = io.StringIO()
        error.show(told)
        words.err(told.getvalue().rstrip())
        return error.exit_code
    except click.Abort:
        return 130
