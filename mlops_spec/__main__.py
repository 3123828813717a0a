"""The program: runs a command and turns what stops it into a message and an exit code."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import NoReturn

from mlops_spec import words
from mlops_spec.errors import Exit, Failure
from mlops_spec.lint.cache.clean import clean, plain_files
from mlops_spec.system.extras import lacking
from mlops_spec.system.faults import beneath, circular, fault, no_text, starved
from mlops_spec.system.garbage import collect_seldom
from mlops_spec.system.regular import files_alone


def main() -> None:
    """Runs the command line; expected failures are a message, a bug is one line unless `--debug` asks for more."""
    debug = "--debug" in sys.argv[1:]
    collect_seldom()
    words.any_console()
    try:
        with files_alone():
            files = plain_files(sys.argv[1:])
            sys.exit(_lint(files) if files else _program())
    except Failure as failure:
        _stop(beneath(failure))
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        words.hang_up()
        sys.exit(Exit.OK)
    except (OSError, MemoryError) as error:
        if debug:
            words.err(_all_of(error))
        _stop(fault(error))
    except Exception as error:
        if known := lacking(error) or starved(error) or circular(error) or no_text(error, sys.argv):
            _stop(known)
        words.err(_all_of(error) if debug else _of_a_bug(error))
        sys.exit(Exit.BUG)


def _stop(failure: Failure) -> NoReturn:
    words.err(f"mlops-spec: {failure.message}")
    if failure.remedy:
        words.err(f"  {failure.remedy}")
    sys.exit(failure.exit_code)


def _of_a_bug(error: Exception) -> str:
    return (
        f"mlops-spec: a bug: {type(error).__name__}: {error}\n"
        "  please report it with the output of the same command with --debug"
    )


def _all_of(error: BaseException) -> str:
    return "".join(import_module("traceback").format_exception(error)).rstrip()  # a bug alone pays for it


def _program() -> int:
    from mlops_spec.cli import program  # noqa: PLC0415 - click takes 40 ms

    return program()


def _lint(files: list[str]) -> int:
    """`lint FILE...` without options, as hooks call it."""
    if (said := clean(files)) is not None:
        words.out(said, end="")
        return Exit.OK
    from mlops_spec.lint.run import lint  # noqa: PLC0415 - loaded when something has changed

    return lint(files)


if __name__ == "__main__":
    main()
