"""Whether a failure ends a script: what we say of it, held against what bash does with it."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from mlops_spec.workflow.command import commands
from mlops_spec.workflow.shell import simple_commands

if TYPE_CHECKING:
    from pathlib import Path

GATE = "mlops-spec gate --out build/gate.json"

# Each runs `GATE` once, which fails.
SCRIPTS = (
    GATE,
    f"{GATE}\necho done",
    f"{GATE} || true",
    f"{GATE} || :",
    f"{GATE} || echo failed",
    f"{GATE} || exit 1",
    f"{GATE} || exit 0",
    f"{GATE} || {{ echo failed; exit 1; }}",
    f"{GATE} || {{ echo failed; }}",
    f"{GATE} || false",
    f"{GATE} && echo passed",
    f"{GATE} && echo passed\necho done",
    f"echo first && {GATE}\necho done",
    f"{GATE} | tee log",
    f"{GATE} | tee log\necho done",
    f"set +o pipefail\n{GATE} | tee log",
    f"set +e\n{GATE}\necho done",
    f"set +e\necho first\nset -e\n{GATE}\necho done",
    f"set +o errexit\n{GATE}\necho done",
    f"set -euo pipefail\n{GATE} | tee log\necho done",
    f"set +eu\n{GATE}\necho done",
    f"if {GATE}; then echo passed; fi",
    f"if ! {GATE}; then echo failed; fi",
    f"! {GATE}",
    f"while {GATE}; do echo again; done",
    f"{GATE} &\nwait",
    f"echo first; {GATE}; echo done",
    f"# a comment || true\n{GATE}  # || true",
    f"echo '|| true'; {GATE}",
    f"cat <<EOF > text\n{GATE} || true\nEOF\n{GATE}\necho done",
    "mlops-spec \\\n  gate \\\n  --out build/gate.json \\\n  || true",
    "mlops-spec \\\n  gate \\\n  --out build/gate.json\necho done",
    f"{GATE} --note 'one\ntwo' || true",
    f"NAME=value {GATE}\necho done",
    f"time {GATE}\necho done",
)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A folder with a program that always fails under our name."""
    folder = tmp_path_factory.mktemp("bin")
    (folder / "mlops-spec").write_text("#!/bin/sh\nexit 3\n")
    (folder / "mlops-spec").chmod(0o755)
    return f"{folder}{os.pathsep}{os.environ['PATH']}"


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize("options", ["-eo", "-e"])
def test_a_failure_is_lost_exactly_where_bash_loses_it(script: str, options: str, path: str, tmp_path: Path) -> None:
    file = tmp_path / "script.sh"
    file.write_text(script)
    pipefail = ["pipefail"] if options == "-eo" else []
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", options, *pipefail, str(file)],
        env={"PATH": path},
        cwd=tmp_path,
        capture_output=True,
        timeout=20,
        check=False,
    )

    (gate,) = [command for command in commands(script, pipefail=bool(pipefail)) if command.verb == "gate"]

    assert bool(gate.lost) == (done.returncode == 0), gate.lost


@pytest.mark.parametrize(
    ("script", "verb", "rest"),
    [
        ("mlops-spec lint", "lint", ()),
        ("uv run --no-sync mlops-spec promote ask production --wait 5m", "promote ask", ("production", "--wait", "5m")),
        ("uvx mlops-spec@0.1.0 render --check", "render", ("--check",)),
        ("uvx --from mlops-spec==0.1.0 mlops-spec gate", "gate", ()),
        ("python -m mlops_spec audit verify", "audit verify", ()),
        (".venv/bin/mlops-spec run --push", "run", ("--push",)),
        ("A=b mlops-spec monitor", "monitor", ()),
        ("(cd models/a && mlops-spec gate)", "gate", ()),
    ],
)
def test_our_commands_are_known_however_they_are_started(script: str, verb: str, rest: tuple[str, ...]) -> None:
    (found,) = [command for command in commands(script, pipefail=True) if command.verb]

    assert (found.verb, found.words) == (verb, rest)


@pytest.mark.parametrize(
    "script",
    ["echo mlops-spec gate", "uv pip install mlops-spec", "# mlops-spec gate", "pip install mlops-spec", "git log", ""],
)
def test_what_only_names_us_is_no_command_of_ours(script: str) -> None:
    assert [command for command in commands(script, pipefail=True) if command.verb] == []


def test_options_have_their_values() -> None:
    (command,) = commands("mlops-spec register --bundle dist --digest=sha256:0 --dry-run", pipefail=True)

    assert command.option("--bundle") == "dist"
    assert command.option("--digest") == "sha256:0"
    assert command.option("--dry-run") == ""
    assert command.option("--wait") is None


@pytest.mark.parametrize("script", ["'", "cat <<EOF", "a | | b", "((", "${", "\\", "if", ";;", "&&", "|| true", "\0"])
def test_half_a_script_is_no_trouble(script: str) -> None:
    list(simple_commands(script, pipefail=True))
