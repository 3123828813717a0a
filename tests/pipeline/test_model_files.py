"""What training leaves: nothing that runs code when it is read gets through, and everything else does."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import pickle
import struct
import zipfile
from typing import TYPE_CHECKING, Any

import joblib
import numpy as np
import pytest
import skops.io
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression

from mlops_spec.errors import Exit, Failure
from mlops_spec.package import pickles
from mlops_spec.package.pickles import imports, is_pickle
from mlops_spec.pipeline.model_files import check_model, check_trusted, check_trusted_names

if TYPE_CHECKING:
    from pathlib import Path


class Payload:
    """Runs code when it is read; here it would leave a file."""

    def __init__(self, canary: Path) -> None:
        self.canary = canary

    def __reduce__(self) -> tuple[Any, ...]:
        return exec, (f"open({str(self.canary)!r}, 'w').close()",)


@pytest.fixture
def model_dir(tmp_path: Path) -> Path:
    (tmp_path / "model").mkdir()
    return tmp_path / "model"


def torch_like(payload: bytes) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("archive/data.pkl", payload)
    return archive.getvalue()


def object_array(payload: Any) -> bytes:
    file = io.BytesIO()
    np.save(file, np.array([payload], dtype=object), allow_pickle=True)
    return file.getvalue()


def compressed(payload: Any, method: str) -> bytes:
    file = io.BytesIO()
    joblib.dump(payload, file, compress=(method, 3))
    return file.getvalue()


def padded(pickled: bytes, times: int = 250_000) -> bytes:
    """The same behind texts that are taken and dropped, of more than a megabyte."""
    return b"S'a'\n0" * times + pickled


def payloads(canary: Path) -> dict[str, bytes]:
    """Files by the name they might have, some of them honest about what they are."""
    payload = Payload(canary)
    found = {f"model-{protocol}.dat": pickle.dumps(payload, protocol) for protocol in range(2, 6)}
    return found | {
        "model.pkl": pickle.dumps(payload),
        "model.PKL": pickle.dumps(payload),
        "model.joblib": compressed(payload, "zlib"),
        "model.pt": torch_like(pickle.dumps(payload)),
        "weights.zip": torch_like(pickle.dumps(payload)),
        "model.json": pickle.dumps(payload),
        "array.npy": object_array(payload),
        "old.dat": pickle.dumps(payload, 0),
        "old-and-long.dat": pickle.dumps((payload, "x" * 2**21), 0),
        "old-and-padded.txt": padded(pickle.dumps(payload, 0)),
        "old-long-and-gzipped.dat": gzip.compress(padded(pickle.dumps(payload, 0))),
        "zipped.dat": compressed(payload, "zlib"),
        "gzipped.dat": compressed(payload, "gzip"),
        "bzipped.dat": compressed(payload, "bz2"),
        "lzma.dat": compressed(payload, "xz"),
        "pytorch_model.bin": pickle.dumps(payload),
    }


@pytest.mark.parametrize("name", sorted(payloads(None)))  # type: ignore[arg-type]
def test_a_pickle_is_refused_whatever_it_is_called(model_dir: Path, tmp_path: Path, name: str) -> None:
    canary = tmp_path / "canary"
    (model_dir / name).write_bytes(payloads(canary)[name])

    with pytest.raises(Failure, match="is a pickle") as caught:
        check_model(model_dir, "custom")
    assert str(model_dir / name) in caught.value.message
    assert caught.value.exit_code == Exit.FINDINGS
    assert not canary.exists()


@pytest.mark.parametrize("method", [gzip, bz2, lzma])
@pytest.mark.parametrize("how", ["in two members", "before other bytes", "cut off"])
def test_a_compressed_old_pickle_is_told_as_whoever_reads_it_along_has_it(
    model_dir: Path, tmp_path: Path, method: Any, how: str
) -> None:
    pickled = padded(pickle.dumps(Payload(tmp_path), 0), 10_000)
    half = len(pickled) // 2
    content = {
        "in two members": method.compress(pickled[:half]) + method.compress(pickled[half:]),
        "before other bytes": method.compress(pickled) + b"and more",
        "cut off": method.compress(pickled + b"\x00" * 2**20)[:-8],
    }[how]
    (model_dir / "model.dat").write_bytes(content)

    with pytest.raises(Failure, match="is a pickle"):
        check_model(model_dir, "custom")


def test_a_compressed_file_that_unpacks_to_more_than_is_read_is_told_by_its_beginning(
    model_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pickles, "_MOST_UNPACKED", 2**16)
    long = {
        "old": padded(pickle.dumps(Payload(tmp_path), 0)),
        "table": b"age,sex\n" * 2**20,
        "json": b'{"a": ' + b"1" * 2**20,
    }
    told = {}
    for name, content in long.items():
        (model_dir / name).write_bytes(gzip.compress(content))
        told[name] = is_pickle(model_dir / name)

    assert told == {"old": True, "table": False, "json": False}


@pytest.mark.parametrize("times", [0, 250_000, 600_000])
def test_an_old_pickle_is_told_at_every_load_however_long_it_is(tmp_path: Path, times: int) -> None:
    (tmp_path / "model.dat").write_bytes(padded(pickle.dumps(Payload(tmp_path), 0), times))

    assert imports(tmp_path / "model.dat")


def safetensors(header: Any) -> bytes:
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + b"\0" * 8


HARMLESS: dict[str, bytes] = {
    "trees.json": b'{"trees": []}',
    "model.txt": b"tree\nversion=v4\n",
    "model.ubj": b"{L\x00\x00",
    "vocabulary.csv": b"a,b\n",
    "weights.npz": b"",
    "coefficients.npy": b"",
}


def test_plain_files_are_let_through(model_dir: Path) -> None:
    for name, content in HARMLESS.items():
        (model_dir / name).write_bytes(content)
    np.savez(model_dir / "weights.npz", w=np.ones(3))
    np.save(model_dir / "coefficients.npy", np.ones(3))

    check_model(model_dir, "custom")


def test_a_safetensors_file_is_let_through_and_another_is_not(model_dir: Path) -> None:
    header = {"w": {"dtype": "F64", "shape": [1], "data_offsets": [0, 8]}}
    (model_dir / "model.safetensors").write_bytes(safetensors(header))
    check_model(model_dir, "safetensors")

    for content in (b"", b"\xff" * 16, safetensors([]), struct.pack("<Q", 2**60)):
        (model_dir / "model.safetensors").write_bytes(content)
        with pytest.raises(Failure, match="is not a safetensors file"):
            check_model(model_dir, "safetensors")


def test_a_link_out_of_the_folder_is_refused(model_dir: Path) -> None:
    (model_dir / "model.json").symlink_to("/etc/passwd")

    with pytest.raises(Failure, match="is a link, a special file or hidden"):
        check_model(model_dir, "custom")


@pytest.mark.parametrize("missing", [True, False])
def test_nothing_is_no_model(model_dir: Path, *, missing: bool) -> None:
    if missing:
        model_dir.rmdir()

    with pytest.raises(Failure, match="is empty after training"):
        check_model(model_dir, "custom")


@pytest.mark.parametrize("form", ["skops", "onnx", "safetensors"])
def test_the_format_must_be_there(model_dir: Path, form: str) -> None:
    (model_dir / "notes.txt").touch()

    with pytest.raises(Failure, match=rf"has no \.{form} file \(train.format: {form}\): notes.txt"):
        check_model(model_dir, form)


def test_skops_types_must_be_named(model_dir: Path) -> None:
    skops.io.dump(LinearRegression().fit([[0], [1]], [0, 1]), model_dir / "plain.skops")
    check_trusted(model_dir, ())

    forest = RandomForestClassifier(2).fit([[0], [1]], [0, 1])
    skops.io.dump(forest, model_dir / "forest.skops")
    with pytest.raises(Failure, match=r"forest\.skops needs types .*: sklearn\.tree\._tree\.Tree"):
        check_trusted(model_dir, ())
    check_trusted(model_dir, ["sklearn.tree._tree.Tree"])


def test_a_type_that_runs_code_is_refused_before_training() -> None:
    with pytest.raises(Failure, match=r"`functools\.partial` can run code"):
        check_trusted_names(["sklearn.tree._tree.Tree", "functools.partial"])
