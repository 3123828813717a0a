"""What a plain `pip install mlops-spec` can do: lint, plan and render. What it can't do says what to install."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from importlib.metadata import requires
from importlib.resources import files
from pathlib import Path

import pytest

from mlops_spec.__main__ import _OF_RUN

SPEC = Path(__file__).parent / "specs" / "ok" / "minimal.yaml"
WITHOUT = """
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in LACKING:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

LACKING = set(sys.argv.pop(1).split())
sys.meta_path.insert(0, Absent())
from mlops_spec.__main__ import main
main()
"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    shutil.copy(SPEC, tmp_path / "model.yaml")
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    return tmp_path


def on_light_core(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The program where nothing of the extra `run` can be imported."""
    given = [sys.executable, "-c", WITHOUT, " ".join(_OF_RUN), *arguments]
    return subprocess.run(given, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "arguments", [("lint", "model.yaml"), ("plan",), ("render",), ("explain", "MS203")], ids=" ".join
)
def test_authors_need_no_more(repository: Path, arguments: tuple[str, ...]) -> None:
    done = on_light_core(repository, *arguments)

    assert done.returncode in {0, 1}
    assert done.stderr == ""


@pytest.mark.parametrize("command", ["run", "gate", "drill"])
def test_who_judges_is_told_what_to_install(repository: Path, command: str) -> None:
    done = on_light_core(repository, command)

    assert done.returncode == 78
    assert re.fullmatch(r"mlops-spec: \w+ is not installed\n  pip install 'mlops-spec\[run\]'\n", done.stderr)


def test_the_package_asks_for_no_more() -> None:
    """What pip reads: five packages, and those of the extra `run` only where it is asked for."""
    asked = [re.match(r"[\w-]+", line)[0] for line in requires("mlops-spec") or () if "extra ==" not in line]  # type: ignore[index]
    of_run = [re.match(r"[\w-]+", line)[0] for line in requires("mlops-spec") or () if "extra == 'run'" in line]  # type: ignore[index]

    assert asked == ["click", "jinja2", "pydantic", "pyyaml", "rich"]
    assert {name.replace("scikit-learn", "sklearn") for name in of_run} | {"psutil"} == _OF_RUN  # psutil is DVC's


def test_the_library_is_in_the_package() -> None:
    assert files("mlops_validators").joinpath("py.typed").is_file()
