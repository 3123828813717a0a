"""A package is verified whole: any change to it is refused, and the file named."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import pickle
import re
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from mlops_spec.errors import Exit, Failure
from mlops_spec.package.manifest import Data, Manifest, PackagedFile, Signature, Tensor, manifest_bytes, parse
from mlops_spec.package.on_disk import digest, file_sha256, read_manifest, verify

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FILES = {"model/model.skops": b"a model", "code/churn/predict.py": b"def load(): ...\n", "code/churn/__init__.py": b""}
MANIFEST = Manifest(
    v=1,
    model="churn",
    task="binary-classification",
    format="skops",
    predictor="churn.predict:load",
    trusted_types=("sklearn.x.Y",),
    positive=True,
    classes=(False, True),
    threshold=0.5,
    features=("age", "größe"),
    signature=Signature(
        inputs=(Tensor(name="age", datatype="INT64", shape=(-1,)), Tensor(name="größe", datatype="FP64", shape=(-1,))),
        outputs=(Tensor(name="probability", datatype="FP64", shape=(-1,)),),
    ),
    files=(),
    spec_sha256="0" * 64,
    data=Data(sha256="1" * 64, rows=1000),
    versions={"python": "3.11.7"},
)


@pytest.fixture
def package(tmp_path: Path) -> Path:
    root = tmp_path / "package"
    for name, content in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    listed = tuple(
        PackagedFile(path=name, sha256=file_sha256(root / name), bytes=len(content))
        for name, content in sorted(FILES.items())
    )
    (root / "manifest.json").write_bytes(manifest_bytes(replace(MANIFEST, files=listed)))
    return root


def test_a_whole_package_verifies_and_gives_its_manifest(package: Path) -> None:
    manifest = verify(package, digest(package))

    assert manifest == read_manifest(package)
    assert manifest.features == ("age", "größe")


def test_the_digest_is_the_sha256_of_the_manifest(package: Path) -> None:
    assert digest(package) == "sha256:" + file_sha256(package / "manifest.json")


def test_the_manifest_survives_a_round_trip() -> None:
    content = manifest_bytes(MANIFEST)

    assert parse(content) == MANIFEST
    assert content.endswith(b"}\n")
    assert b'"classes":[false,true]' in content


def test_the_mark_of_a_time_stands_only_where_there_is_one() -> None:
    """The bytes of packages that were built before there was the mark, and so their digests, stay what they are."""
    at = Tensor(name="at", datatype="BYTES", shape=(-1,), timestamp=True)
    marked = replace(MANIFEST, signature=Signature(inputs=(at,), outputs=MANIFEST.signature.outputs))

    assert b"timestamp" not in manifest_bytes(MANIFEST)
    assert manifest_bytes(marked).count(b'"timestamp":true') == 1
    assert parse(manifest_bytes(marked)) == marked


def test_another_digest_is_refused(package: Path) -> None:
    with pytest.raises(Failure, match="sha256:ff"):
        verify(package, "sha256:" + "f" * 64)


def append(path: str) -> Callable[[Path], None]:
    def act(root: Path) -> None:
        with (root / path).open("ab") as stream:
            stream.write(b"!")

    return act


def flip(root: Path) -> None:
    (root / "model/model.skops").write_bytes(b"a mode1")


def swap(root: Path) -> None:
    (root / "code/churn/__init__.py").write_bytes(FILES["model/model.skops"])
    (root / "model/model.skops").write_bytes(b"")


def link_inside(root: Path) -> None:
    (root / "model/model.skops").rename(root / "model.skops")
    (root / "model/model.skops").symlink_to("../model.skops")


def link_outside(root: Path) -> None:
    (root.parent / "elsewhere").write_bytes(FILES["model/model.skops"])
    (root / "model/model.skops").unlink()
    (root / "model/model.skops").symlink_to(root.parent / "elsewhere")


def link_folder(root: Path) -> None:
    (root / "model").rename(root.parent / "model")
    (root / "model").symlink_to(root.parent / "model")


def extra(path: str) -> Callable[[Path], None]:
    def act(root: Path) -> None:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(b"")

    return act


TAMPERINGS: dict[str, tuple[Callable[[Path], object], str]] = {
    "flip": (flip, "model.skops"),
    "truncate": (lambda root: (root / "model/model.skops").write_bytes(b""), "model.skops"),
    "append": (append("model/model.skops"), "model.skops"),
    "swap": (swap, "churn/__init__.py"),
    "remove": (lambda root: (root / "code/churn/__init__.py").unlink(), "__init__.py"),
    "rename": (lambda root: (root / "model/model.skops").rename(root / "model/m.skops"), "m.skops"),
    "add": (extra("model/other.skops"), "other.skops"),
    "add bytecode": (extra("code/churn/__pycache__/predict.cpython-311.pyc"), "__pycache__"),
    "add hidden": (extra("model/.hidden"), ".hidden"),
    "add dot-git": (extra(".git/config"), ".git"),
    "add empty folder": (lambda root: (root / "model/empty").mkdir(), "empty"),
    "link inside": (link_inside, "model.skops"),
    "link outside": (link_outside, "model.skops"),
    "link folder": (link_folder, "model"),
    "pipe": (lambda root: os.mkfifo(root / "model/pipe"), "pipe"),
    "writable by others": (lambda root: (root / "model/model.skops").chmod(0o666), "model.skops"),
    "set-user-id": (lambda root: (root / "model/model.skops").chmod(0o4755), "model.skops"),
    "manifest spaced": (append("manifest.json"), "manifest.json"),
    "manifest gone": (lambda root: (root / "manifest.json").unlink(), "manifest.json"),
}


@pytest.mark.parametrize("name", TAMPERINGS)
def test_each_tampering_is_refused_and_its_file_named(package: Path, name: str) -> None:
    tamper, named = TAMPERINGS[name]
    tamper(package)

    with pytest.raises(Failure) as caught:
        verify(package)
    assert named in caught.value.message
    assert caught.value.exit_code == Exit.CONFIG


CHANGES: dict[str, Callable[[dict[str, object]], object]] = {
    "another version": lambda record: record.update(v=2),
    "a version that is true": lambda record: record.update(v=True),
    "a missing field": lambda record: record.pop("model"),
    "a surplus field": lambda record: record.update(extra=1),
    "a number for text": lambda record: record.update(model=1),
    "a list as positive": lambda record: record.update(positive=[1]),
    "files that are no list": lambda record: record.update(files=7),
    "versions that are no mapping": lambda record: record.update(versions=[1]),
    "a shape of texts": lambda record: record.update(signature={"inputs": [TEXT_SHAPE], "outputs": []}),
    "a path upwards": lambda record: record.update(files=[{"path": "model/../../x", "sha256": "", "bytes": 0}]),
    "an absolute path": lambda record: record.update(files=[{"path": "/etc/passwd", "sha256": "", "bytes": 0}]),
    "a backslash": lambda record: record.update(files=[{"path": "a\\b", "sha256": "", "bytes": 0}]),
    "a decomposed name": lambda record: record.update(files=[{"path": "u\u0308", "sha256": "", "bytes": 0}]),
    "a file twice": lambda record: record.update(files=[{"path": "a", "sha256": "", "bytes": 0}] * 2),
}
TEXT_SHAPE = {"name": "x", "datatype": "FP64", "shape": ["-1"]}


@pytest.mark.parametrize("name", CHANGES)
def test_a_manifest_of_another_form_is_refused(name: str) -> None:
    record = json.loads(manifest_bytes(MANIFEST))
    CHANGES[name](record)
    content = json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"

    with pytest.raises(ValueError):
        parse(content)


@pytest.mark.parametrize(
    "content", [b"", b"null", b"[]", b"{", b"\xff", b"[" * 100_000, b'{"v":1,"v":1}', manifest_bytes(MANIFEST)[:-1]]
)
def test_damaged_manifests_are_refused(content: bytes) -> None:
    with pytest.raises(ValueError):
        parse(content)


@pytest.mark.parametrize("name", ["pickle", "joblib", "cloudpickle", "torch", ""])
def test_a_package_that_calls_itself_something_that_runs_code_is_refused(package: Path, name: str) -> None:
    """By its format, before anything of it is read; so by server, agent and gate, which all verify."""
    content = (package / "manifest.json").read_bytes()
    (package / "manifest.json").write_bytes(re.sub(rb'"format":"[a-z]+"', b'"format":"%s"' % name.encode(), content))
    with pytest.raises(Failure, match="never a pickle"):
        verify(package)


def _in_a_zip_in_a_zip(content: bytes) -> bytes:
    for name in ("inner", "outer"):
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as file:
            file.writestr(name, content)
        content = archive.getvalue()
    return content


@pytest.mark.parametrize("packed", [bytes, gzip.compress, _in_a_zip_in_a_zip])
def test_a_pickle_in_a_package_is_refused_whatever_its_format(package: Path, packed: Callable[[bytes], bytes]) -> None:
    name = "model/weights.txt"
    content = packed(pickle.dumps({"a": 1}))
    (package / "model").mkdir(exist_ok=True)
    (package / name).write_bytes(content)
    manifest = read_manifest(package)
    file = PackagedFile(path=name, sha256=hashlib.sha256(content).hexdigest(), bytes=len(content))
    files = tuple(sorted((*manifest.files, file), key=lambda one: one.path))
    (package / "manifest.json").write_bytes(manifest_bytes(replace(manifest, format="custom", files=files)))
    with pytest.raises(Failure, match=r"weights\.txt .*is a pickle"):
        verify(package)
