"""The examples of `docs/frameworks.md`, taken by a reader: each trains, packages, gates, drills and serves."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from mlops_spec.lint.load import load_spec
from tests.torch.fits import why_not

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PAGE = Path(__file__).parents[2] / "docs" / "frameworks.md"
PYTHON = Path(sys.executable).parent
TORCH = Path(sys.prefix) / "torch/bin"
TEMPLATE = Path(__file__).parents[2] / "template/starter"
ASKED = {
    "inputs": [
        {"name": "temperature", "datatype": "FP64", "shape": [2], "data": [21.5, 4.0]},
        {"name": "humidity", "datatype": "INT64", "shape": [2], "data": [40, 90]},
        {"name": "day", "datatype": "BYTES", "shape": [2], "data": ["weekend", "weekday"]},
        {"name": "text", "datatype": "BYTES", "shape": [2], "data": ["a great picture", "it broke, and is useless"]},
    ]
}


class Example(NamedTuple):
    """A section of the page: the repository that it starts from, the spec's section `train`, and the files of `src`."""

    framework: str
    model: str
    starter: str
    train: str
    code: tuple[str, ...]

    @property
    def python(self) -> Path:
        """Where the programs are that it runs by."""
        return TORCH if any("import torch" in text for text in self.code) else PYTHON

    def spec(self, starter: str) -> str:
        return re.sub(r"^train:\n(?:[ #].*\n)+", self.train, starter, flags=re.MULTILINE)


def examples() -> list[Example]:
    found = []
    for section in PAGE.read_text(encoding="utf-8").split("\n## ")[1:]:
        blocks = re.findall(r"```(\w+)\n(.*?)```", section, re.DOTALL)
        train = next(text for language, text in blocks if language == "yaml")
        code = tuple(text for language, text in blocks if language == "python")
        started = re.search(r"`mlops-spec new (\w+) --starter (\w+)`", section)
        model, starter = started.groups() if started else ("visits", "blank")
        found.append(Example(section.split("\n", 1)[0], model, starter, train, code))
    return found


def command(root: Path, *words: str, python: Path = PYTHON) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PATH": f"{python}{os.pathsep}{os.environ['PATH']}"}
    return subprocess.run(words, cwd=root, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Example], Path]:
    folder = tmp_path_factory.mktemp("frameworks")

    def make(example: Example) -> Path:
        if not (folder / example.model).exists():
            done = command(folder, "mlops-spec", "new", example.model, "--starter", example.starter, "--defaults")
            assert done.returncode == 0, done.stderr
        return folder / example.model

    return make


def put(example: Example, repository: Path, root: Path) -> None:
    shutil.copytree(repository, root, symlinks=True)
    spec = (root / "model.yaml").read_text(encoding="utf-8")
    (root / "model.yaml").write_text(example.spec(spec))
    for name, text in zip(("train.py", "predict.py"), example.code, strict=False):
        (root / "src" / example.model / name).write_text(text)
    shutil.rmtree(root / "tests")


def test_the_page_has_an_example_of_each_row_of_its_table() -> None:
    rows = re.findall(r"^\| (\S+).*`(skops|custom|onnx|safetensors)`", PAGE.read_text(encoding="utf-8"), re.MULTILINE)

    assert len(rows) == len(examples()) == 9
    assert {form for _, form in rows} == {"skops", "custom", "onnx", "safetensors"}


@pytest.mark.parametrize("example", examples(), ids=lambda each: each.framework)
def test_its_spec_is_valid(example: Example, tmp_path: Path) -> None:
    spec = (TEMPLATE / example.starter / "model.yaml").read_text(encoding="utf-8")
    (tmp_path / "model.yaml").write_text(example.spec(spec))

    assert load_spec(tmp_path / "model.yaml").train.format in example.train


@pytest.fixture
def served(
    request: pytest.FixtureRequest, made: Callable[[Example], Path], tmp_path: Path
) -> Iterator[tuple[Example, str]]:
    example: Example = request.param
    if example.python == TORCH and (reason := why_not()):
        pytest.skip(reason)
    assert (example.python / "mlops-spec").is_file(), "`make .venv/torch/.installed` installs it"
    root = tmp_path / example.model
    put(example, made(example), root)
    for words in (["render"], ["lint"], ["run"], ["gate"], ["drill"]):
        done = command(root, "mlops-spec", *words, python=example.python)
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    server = subprocess.Popen(
        [example.python / "mlops-spec", "serve", root / "build/package", "--listen", "127.0.0.1:0"],
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert server.stderr is not None
        address = next(found[0] for line in server.stderr if (found := re.search(r"http://[\d.]+:\d+", line)))
        yield example, address
    finally:
        server.terminate()
        server.communicate(timeout=120)


@pytest.mark.slow
@pytest.mark.parametrize("served", examples(), ids=lambda each: each.framework, indirect=True)
def test_it_trains_is_judged_and_answers_as_it_was_judged(served: tuple[Example, str]) -> None:
    example, address = served
    until = time.monotonic() + 60
    while not _is_ready(address) and time.monotonic() < until:
        time.sleep(0.2)
    metadata = _asked(f"{address}/v2/models/{example.model}")
    inputs = {each["name"] for each in metadata["inputs"]}
    body = {"inputs": [each for each in ASKED["inputs"] if each["name"] in inputs]}

    answer = _asked(f"{address}/v2/models/{example.model}/infer", body)

    probabilities = next(each["data"] for each in answer["outputs"] if each["name"] == "probability")
    assert len(probabilities) == 2
    assert all(0 < each < 1 for each in probabilities)


def _is_ready(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/v2/health/ready", timeout=30):
            return True
    except OSError:
        return False


def _asked(url: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(url, data), timeout=30) as answer:
        found: dict[str, Any] = json.load(answer)
    return found
