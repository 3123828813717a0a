"""From outputs to the text of each file; knows Jinja, and nothing else does."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import jinja2

from mlops_spec.actions import TEMPLATE
from mlops_spec.errors import Exit, Failure
from mlops_spec.outputs import Kind, Output, outputs
from mlops_spec.overlay import apply, overlays, patch_of, read_text
from mlops_spec.render.scalars import writer_for
from mlops_spec.render.shared import share
from mlops_spec.render.structure import check_structure
from mlops_spec.repository.code import Folder, code_of
from mlops_spec.spec.stages import SURROUNDINGS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path, PurePosixPath

    from mlops_spec.spec import Spec

_STRUCTURED = {".yaml", ".yml", ".json"}


@dataclass(frozen=True)
class Rendered:
    """A file as it is to be: `base` is ours alone, `text` has the overlay, or what the user has in the same file."""

    path: PurePosixPath
    kind: Kind
    base: str
    text: str


def rendered(root: Path, spec: Spec) -> dict[PurePosixPath, str]:
    """The text of every file that `mlops-spec render` would leave behind in the repository at `root`."""
    return {each.path: each.text for each in render_all(root, spec)}


def render_all(root: Path, spec: Spec) -> tuple[Rendered, ...]:
    """Every file, ordered by path; raises Failure where an overlay no longer applies or a value can't be written."""
    present = frozenset(name for name in SURROUNDINGS if (root / name).exists())
    code = {name: each.paths for name, each in code_of(spec, Folder(root)).items()}
    found = outputs(spec, present, code)
    patches = overlays(root)
    _refuse_strays(patches, found)
    return tuple(_with_theirs(root, output, base, patches) for output, base in zip(found, render(found), strict=True))


def render(found: Iterable[Output]) -> tuple[str, ...]:
    """Our text of each file, from nothing but the outputs."""
    return tuple(_render(output) for output in found)


def _with_theirs(root: Path, output: Output, base: str, patches: Mapping[PurePosixPath, str]) -> Rendered:
    text = base
    if output.path in patches:
        text = apply(output.path, base, patches[output.path])
    elif output.kind is not Kind.MANAGED and (root / output.path).is_file():
        theirs = read_text(root, output.path)
        text = theirs if output.kind is Kind.ONCE else share(output.path, base, theirs)
    return Rendered(output.path, output.kind, base, text)


def _refuse_strays(patches: Iterable[PurePosixPath], found: Iterable[Output]) -> None:
    managed = {output.path for output in found if output.kind is Kind.MANAGED}
    for path in patches:
        if path not in managed:
            raise Failure(
                f"{patch_of(path)}: no managed file {path} is rendered from this spec",
                exit_code=Exit.CONFIG,
                remedy="remove the overlay",
            )


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
    """The one way by which a value enters a file."""
    if isinstance(value, jinja2.Undefined):
        str(value)  # raises, and names it
    write: Callable[[object], str] = context["write"]
    return write(value)
