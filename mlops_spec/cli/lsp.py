"""The command `lsp`."""

from __future__ import annotations

from importlib import import_module

import click

from mlops_spec.errors import Exit


@click.command("lsp", hidden=True)
def lsp_command() -> int:
    """Answer an editor: diagnostics as you type, quick fixes, hover and completion for model.yaml.

    Speaks the Language Server Protocol on its standard input and output; editors start it.

    \b
    Example:
      mlops-spec lsp
    In Neovim:
      vim.lsp.start({name = "mlops-spec", cmd = {"mlops-spec", "lsp"}, root_dir = vim.fn.getcwd()})
    """
    import_module("mlops_spec.lint.lsp.server").server.start_io()
    return Exit.OK
