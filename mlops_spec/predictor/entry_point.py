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
    module_name, _, function_name = name.partition(":")
    code = str(code_dir.resolve())
    # A package is verified file by file: importing from it must not leave bytecode in it.
    sys.dont_write_bytecode = True
    if code not in sys.path:
        sys.path.insert(0, code)
    with _user_code(name, code):
        module = import_module(module_name)
    if not Path(str(module.__file__)).resolve().is_relative_to(code):
        raise Failure(
            f"predictor `{name}` is imported from {module.__file__}, not from {code_dir}",
            exit_code=Exit.CONFIG,
            remedy="A package carries the Python files of `src`: the predictor must be one of those.",
        )
    function = getattr(module, function_name, None)
    if not callable(function):
        raise Failure(f"predictor `{name}`: {module.__file__} has no function `{function_name}`", exit_code=Exit.CONFIG)
    with _user_code(name, code):
        answer = function(model_dir)
    if not callable(answer):
        raise Failure(
            f"predictor `{name}` gives a {type(answer).__name__}, not a function",
            exit_code=Exit.FINDINGS,
            remedy="`load(model_dir)` must return `predict`, which takes a frame and gives an array.",
        )

    def predict(frame: Any) -> object:
        with _user_code(name, code):
            return answer(frame)

    return predict


@contextmanager
def _user_code(name: str, code: str) -> Iterator[None]:
    """Turns an exception of the user's code into a Failure that names its place in that code."""
    try:
        yield
    except Failure:
        raise
    except (Exception, SystemExit) as error:
        frames = traceback.extract_tb(error.__traceback__)
        place = next((frame for frame in reversed(frames) if frame.filename.startswith(code)), None)
        where = f" ({place.filename}:{place.lineno})" if place else ""
        raise Failure(
            f"predictor `{name}` raised {type(error).__name__}: {error}{where}", exit_code=Exit.FINDINGS
        ) from error
