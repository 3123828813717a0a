"""Renders outputs with Jinja: the only module that knows it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import jinja2

from mlops_spec.errors import Failure
from mlops_spec.render.scalars import writer_for
from mlops_spec.render.structure import check_structure
from mlops_spec.render.template import TEMPLATE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from mlops_spec.render.output import Output

_STRUCTURED = {".yaml", ".yml", ".json"}


def render(found: Iterable[Output]) -> tuple[str, ...]:
    """Our text of each file, from nothing but the outputs."""
    return tuple(_render(output) for output in found)


def _render(output: Output) -> str:
    suffix = output.path.suffix
    template = _environment().get_template(f"managed/{output.template}")

    def draw(write: Callable[[object], str]) -> str:
        return template.render(output.values, write=write)

    try:
        text = draw(writer_for(output.path))
    except Failure as failure:
        raise Failure(f"{output.path}: {failure.message}", remedy=failure.remedy) from None
    if suffix in _STRUCTURED:
        check_structure(output.path, text, draw)
    return text


@cache
def _environment() -> jinja2.Environment:
    """Templates are YAML themselves: values stand in `<[ ]>`, statements in comments, `#%` or `<!--% %-->`."""
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATE),
        variable_start_string="<[",
        variable_end_string="]>",
        line_statement_prefix="#%",
        block_start_string="<!--%",
        block_end_string="%-->",
        comment_start_string="<##",
        comment_end_string="##>",
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        autoescape=False,  # noqa: S701 - `_finalize` writes every value, for the format of its file
        finalize=_finalize,
    )


@jinja2.pass_context
def _finalize(context: jinja2.runtime.Context, value: object) -> str:
    if isinstance(value, jinja2.Undefined):
        str(value)  # raises, and names it
    write: Callable[[object], str] = context["write"]
    return write(value)
