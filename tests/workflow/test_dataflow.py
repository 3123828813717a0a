"""Which files a job's commands read and write, in the order in which they run."""

from __future__ import annotations

import pytest

from mlops_spec.document.parse import parse
from mlops_spec.platforms.github.workflow.containers import contained
from mlops_spec.platforms.github.workflow.dataflow import uses
from mlops_spec.platforms.github.workflow.read import read


def flow(script: str) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    lines = "".join(f"          {line}\n" for line in script.splitlines())
    text = f"on: push\nenv: {{OUT: build}}\njobs:\n  a:\n    steps:\n      - run: |\n{lines}"
    document = parse(".github/workflows/a.yml", text)
    delivery = read({".github/workflows/a.yml": document}, None, every=True, sources={})  # type: ignore[dict-item]
    (workflow,) = delivery.workflows.values()
    return [(each.reads, each.writes) for each in uses(workflow, workflow.jobs["a"])]


@pytest.mark.parametrize(
    ("script", "reads", "writes"),
    [
        ("python a.py --data in.csv --out $OUT/model.onnx", ("in.csv",), ("build/model.onnx",)),
        ("python a.py ./in.csv > out.json", ("in.csv",), ("out.json",)),
        ("python train.py --data in.csv --model build/model.pkl", ("in.csv",), ("build/model.pkl",)),
        ("onnxsim build/a.onnx build/b.onnx", ("build/a.onnx",), ("build/b.onnx",)),
        ("cp build/a.onnx dist/", ("build/a.onnx",), ("dist/a.onnx",)),
        ("aws s3 cp build/a.onnx s3://acme/live/a.onnx", ("build/a.onnx",), ("s3://acme/live/a.onnx",)),
        ("dvc pull data/test.csv.dvc", (), ("data/test.csv",)),
        ("tar czf out.tgz build/model", ("build/model",), ("out.tgz",)),
        ("tar xzf out.tgz build/model", ("out.tgz",), ("build/model",)),
        ("curl -fsSL -o data/a.csv https://acme.com/a.csv", ("https://acme.com/a.csv",), ("data/a.csv",)),
        ("sort < in.csv | tee out.csv", ("in.csv",), ()),
        ("python a.py --model build/a.pt --in-place", ("build/a.pt",), ("build/a.pt",)),
        ("papermill model.path=build/a.pt", ("build/a.pt",), ()),
        ("pip install -r requirements.txt --quiet", ("requirements.txt",), ()),
    ],
)
def test_a_command_reads_and_writes_files(script: str, reads: tuple[str, ...], writes: tuple[str, ...]) -> None:
    assert flow(script)[0] == (reads, writes)


def test_a_file_that_was_read_before_is_no_output() -> None:
    assert flow("python look.py build/b.onnx\npython compare.py build/a.onnx build/b.onnx")[1] == (
        ("build/a.onnx", "build/b.onnx"),
        (),
    )


@pytest.mark.parametrize(
    ("words", "image", "run"),
    [
        ("docker run --rm -v a:b -e X=1 acme/a:1 python x.py", "acme/a:1", "python x.py"),
        ("docker run -it --gpus all --network=host acme/a python -m x", "acme/a", "python -m x"),
        ("podman run --entrypoint pytest acme/a@sha256:0a tests", "acme/a@sha256:0a", "pytest tests"),
        ("docker container run -d -p 80:80 acme/a", "acme/a", ""),
    ],
)
def test_what_a_container_runs(words: str, image: str, run: str) -> None:
    assert contained(words.split()) == (image, tuple(run.split()))


def test_what_starts_no_container() -> None:
    assert contained(["docker", "build", "."]) is None
