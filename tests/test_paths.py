"""No path of a valid spec leaves the repository or reaches what decides over it."""

from __future__ import annotations

import posixpath
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from mlops_spec.document.parse import parse
from mlops_spec.rules.shape import taken_path
from mlops_spec.spec import Spec
from mlops_spec.spec.base import DataAddress, ReadPath, RepoPath
from mlops_spec.spec.data import Data, Import
from mlops_spec.spec.paths import data_file
from mlops_spec.validate import validate

PATH, READ, ADDRESS = TypeAdapter(RepoPath), TypeAdapter(ReadPath), TypeAdapter(DataAddress)
STEPS = st.sampled_from(
    [
        *(
            "",
            ".",
            "..",
            "...",
            "....",
            ".git",
            ".GIT",
            ".git.",
            ".git ",
            ".gitx",
            "git",
            ".g",
            ".gi",
            ".git-",
            "..git",
        ),
        *(
            "a",
            "-a",
            " a",
            "a ",
            "~",
            "~a",
            "C:",
            "a\\b",
            "\0",
            "\n",
            "$",
            "${x}",
            "*",
            "?a",
            "#",
            "é",
            "a.b",
            ".dvc",
            " ",
        ),
    ]
)
TEXTS = st.one_of(
    st.lists(STEPS, max_size=6).map("/".join), st.text("./\\\\-~ agGiItT$\0", max_size=12), st.text(max_size=12)
)


def accepted(adapter: TypeAdapter[str], text: str) -> bool:
    try:
        adapter.validate_python(text)
    except ValidationError:
        return False
    return True


def stays(path: str) -> bool:
    """Whether a path is one inside the repository, the same on every file system, and not Git's own."""
    steps = path.split("/")
    return (
        path == posixpath.normpath(path)
        and not path.startswith(("/", "-", "~", "../"))
        and not any(step.rstrip(". ").casefold() == ".git" or step in {".", "..", ""} for step in steps)
        and path.isprintable()
        and not {"\\", "$", ":", "*"} & set(path)
    )


@given(TEXTS)
@example("a/..")
@example("a/.GiT/hooks")
@example(".git")
def test_a_path_stays_inside(text: str) -> None:
    if accepted(PATH, text):
        assert stays(text)


@given(TEXTS)
@example("../../shared/x")
@example("a/../b")
@example("../")
@example("../..")
@example("../.git/config")
def test_what_is_read_leads_upwards_at_its_beginning_alone(text: str) -> None:
    if accepted(READ, text):
        inside = text
        while inside.startswith("../"):
            inside = inside.removeprefix("../")
        assert accepted(PATH, inside)


@pytest.mark.parametrize("text", ["../../shared/features.yaml", "../churn/build/features", "build/features"])
def test_what_is_read_may_lie_in_another_folder(text: str) -> None:
    assert accepted(READ, text)


@given(TEXTS)
@example("rows/..")
@example("..")
@example("rows/.git")
@example("rows/")
def test_imported_data_lands_in_the_data_folder(text: str) -> None:
    address = f"s3://acme/{text}"
    if accepted(ADDRESS, address):
        path = data_file(Data(path=Import(**{"import": address}), target="y"))

        assert stays(path)
        assert accepted(PATH, path)
        assert posixpath.dirname(path) == "data"


@pytest.mark.parametrize(
    "text",
    [
        *("data/x.csv", ".cache/x", "a/.gitkeep", ".gitignore", ".github/x", "a/..b", ".g/x", ".gi", "a/-b", "a b/c d"),
        *("data/2024=01/x+y,z@1.csv", ".git-data/x", "x.git", "a/.gitx"),
    ],
)
def test_ordinary_paths_are_paths(text: str) -> None:
    assert accepted(PATH, text)


@pytest.mark.parametrize(
    "text",
    [
        *("s3://bucket/rows.csv", "https://example.org/a%20b/rows.csv", "gs://b/2024/rows.parquet", "hdfs://h:1/x.csv"),
        *("remote://store/rows.csv", "/mnt/rows.csv", "s3://b/.hidden/../rows.csv"),
    ],
)
def test_ordinary_addresses_are_addresses(text: str) -> None:
    assert accepted(ADDRESS, text)


SPEC = """\
spec: 1
model: m
task: regression
owners: ["@a"]
data: {path: "%s", target: y, id: id}
pipeline: {f: {run: python -m f, writes: ["%s"]}}
train: {run: python -m m, predictor: "m.p:load"}
gates: [{metric: r2, min: 0.5}]
"""
KEPT = [
    *(
        ".dvc",
        ".dvc/config",
        ".github/workflows/x.yml",
        ".GitHub/CODEOWNERS",
        ".mlops/managed.json",
        "deploy",
        "dvc.yaml",
    ),
    *(
        "deploy/production.yaml",
        "dvc.lock",
        "model.yaml",
        "MODEL_CARD.md",
        "model_card.md",
        "uv.lock",
        "pyproject.toml",
    ),
    *(".gitignore", ".gitmodules", "release/report.json"),
]


def taken(data: str, output: str) -> list[Any]:
    document = parse("model.yaml", SPEC % (data, output))
    spec = validate(document)  # type: ignore[arg-type]
    assert isinstance(spec, Spec), spec
    return [finding.address for finding in taken_path.check(spec)]


@pytest.mark.parametrize("path", KEPT)
def test_neither_data_nor_results_lie_where_the_delivery_keeps_its_own(path: str) -> None:
    assert taken(path, path) == [("data", "path"), ("pipeline", "f", "writes", 0)]


@pytest.mark.parametrize("path", ["data/x.csv", "deployed/x", "release.csv", "build/f", ".dvc2", "srcs/x"])
def test_elsewhere_they_may_lie(path: str) -> None:
    assert taken(path, path) == []
