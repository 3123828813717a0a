"""The user's own predictor: `package.module:load`, imported from one folder of code and from nowhere else."""

from __future__ import annotations

import sys
import traceback
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlops_spec.errors import Exit, Failure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def load_entry_point(name: str, model_dir: Path, code_dir: Path) -> Callable[[Any], object]:
    """`load(model_dir)` of an entry point; its errors, and those of the function that it gives, are Failures."""
    what = f"predictor `{name}`"
    answer = import_function(name, code_dir, what)(model_dir)
    if not callable(answer):
        raise Failure(
            f"{what} gives a {type(answer).__name__}, not a function",
            exit_code=Exit.FINDINGS,
            remedy="`load(model_dir)` must return `predict`, which takes a frame and gives an array.",
        )
    return _guarded(answer, what, str(code_dir.resolve()))


def import_function(name: str, code_dir: Path, what: str) -> Callable[..., Any]:
    """The function `package.module:function` of a folder; `what` it is for stands in each Failure."""
    module_name, _, function_name = name.partition(":")
    code = str(code_dir.resolve())
    # A package is verified file by file: importing from it must not leave bytecode in it.
    sys.dont_write_bytecode = True
    if code not in sys.path:
        sys.path.insert(0, code)
    with _user_code(what, code):
        module = import_module(module_name)
    if not Path(str(module.__file__)).resolve().is_relative_to(code):
        raise Failure(
            f"{what} is imported from {module.__file__}, not from {code_dir}",
            exit_code=Exit.CONFIG,
            remedy="A package carries the Python files of `src`: the function must be in one of those.",
        )
    function = getattr(module, function_name, None)
    if not callable(function):
        raise Failure(f"{what}: {module.__file__} has no function `{function_name}`", exit_code=Exit.CONFIG)
    return _guarded(function, what, code)


def _guarded(function: Callable[..., Any], what: str, code: str) -> Callable[..., Any]:
    def call(*arguments: Any) -> Any:
        with _user_code(what, code):
            return function(*arguments)

    return call


@contextmanager
def _user_code(what: str, code: str) -> Iterator[None]:
    try:
        yield
    except Failure:
        raise
    except (Exception, SystemExit) as error:
        frames = traceback.extract_tb(error.__traceback__)
        place = next((frame for frame in reversed(frames) if frame.filename.startswith(code)), None)
        where = f" ({place.filename}:{place.lineno})" if place else ""
        raise Failure(f"{what} raised {type(error).__name__}: {error}{where}", exit_code=Exit.FINDINGS) from error
