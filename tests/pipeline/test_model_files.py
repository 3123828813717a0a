"""What training leaves: nothing that runs code when it is read gets through, and everything else does."""

from __future__ import annotations

import bz2
import gzip
import importlib.util
import io
import json
import lzma
import pickle
import struct
import tarfile
import zipfile
import zlib
from typing import TYPE_CHECKING, Any

import joblib
import numpy as np
import pytest
import skops.io
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression

from mlops_spec.errors import Exit, Failure
from mlops_spec.package import runs_code, unpacked
from mlops_spec.package.runs_code import why_refused
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
    monkeypatch.setattr(unpacked, "MOST", 2**16)
    long = {
        "old": padded(pickle.dumps(Payload(tmp_path), 0)),
        "table": b"age,sex\n" * 2**20,
        "json": b'{"a": ' + b"1" * 2**20,
    }
    told = {}
    for name, content in long.items():
        (model_dir / name).write_bytes(gzip.compress(content))
        told[name] = "is a pickle" in why_refused(model_dir / name)

    assert told == {"old": True, "table": False, "json": False}


@pytest.mark.quick("0", "250000")
@pytest.mark.parametrize("times", [0, 250_000, 600_000])
def test_an_old_pickle_is_told_at_every_load_however_long_it_is(tmp_path: Path, times: int) -> None:
    (tmp_path / "model.dat").write_bytes(padded(pickle.dumps(Payload(tmp_path), 0), times))

    assert "is a pickle" in why_refused(tmp_path / "model.dat", importing=True)


def zipped(*members: tuple[str, bytes]) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members:
            file.writestr(name, content)
    return archive.getvalue()


def tarred(name: str, content: bytes, mode: str = "w") -> bytes:
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode=mode) as file:  # type: ignore[call-overload]
        member = tarfile.TarInfo(name)
        member.size = len(content)
        file.addfile(member, io.BytesIO(content))
    return archive.getvalue()


def object_header(descr: str, padding: int = 0) -> bytes:
    """An array whose header spells its type as NumPy reads it, and does not write it."""
    header = f"{{{' ' * padding}'descr': {descr}, 'fortran_order': False, 'shape': (1,), }}\n".encode()
    return b"\x93NUMPY\x02\x00" + struct.pack("<I", len(header)) + header


def locked(content: bytes) -> bytes:
    """An archive whose member says that it is encrypted."""
    made = bytearray(zipped(("a", content)))
    for place in (6, made.index(b"PK\x01\x02") + 8):
        made[place] |= 1
    return bytes(made)


def wrapped() -> dict[str, tuple[bytes, str]]:
    """Code in other clothes, and what is said of it."""
    pickled = pickle.dumps(Payload(None))  # type: ignore[arg-type]
    inner, rds = zipped(("a", pickled)), b"X\n\0\0\0\3\0\4\3\1\0\3\5\0" + b"\0" * 40
    layers = b'{"config": {"layers": [{"class_name": "Lambda"}]}}'
    hdf5 = b"\x89HDF\r\n\x1a\n" + b"\0" * 88 + layers
    windows = b"MZ" + b"\0" * 58 + struct.pack("<I", 64) + b"PE\0\0"
    window = zlib.compressobj(6, zlib.DEFLATED, 9)
    return {
        "a zip in a zip": (zipped(("b.zip", inner)), "holds 'b.zip', which holds 'a', which is a pickle"),
        "a zip in gzip": (gzip.compress(inner), "is a pickle"),
        "gzip in gzip": (gzip.compress(gzip.compress(pickled)), "is a pickle"),
        "a zip in three": (zipped(("d", zipped(("c", zipped(("b", inner)))))), "packed more than three times"),
        "a zip behind a script": (b"#!/bin/sh\n" + inner, "is a pickle"),
        "a zip before other bytes": (inner + b"more", "is a pickle"),
        "a zip that is cut": (inner[:-30], "is an archive that is damaged"),
        "a zip that is encrypted": (locked(pickled), "is an archive that is damaged, encrypted"),
        "an encrypted zip behind a script": (b"#!/bin/sh\n" + locked(pickled), "damaged, encrypted"),
        "a zip with Python": (zipped(("__main__.py", b"1")), "is code, which belongs into `src`"),
        "a tar": (tarred("a", pickled), "is a tar archive"),
        "a tar in gzip": (tarred("a", pickled, "w:gz"), "is a tar archive"),
        "a tar in xz": (tarred("a", pickled, "w:xz"), "is a tar archive"),
        "a tar in a zip": (zipped(("a.tar", tarred("a", pickled))), "is a tar archive"),
        "Keras": (zipped(("metadata.json", b"{}"), ("config.json", layers)), "has a Lambda layer"),
        "Keras' weights": (zipped(("model.weights.h5", b"")), "is HDF5 or Keras"),
        "HDF5": (hdf5, "is HDF5 or Keras"),
        "HDF5 behind a block of one's own": (b"mine" * 512 + hdf5, "is HDF5 or Keras"),
        "an old torch.save": (pickle.dumps(0x1950A86A20F9469CFC6C, 2) + pickled, "is a pickle"),
        "RDS": (rds, "is a file of R's"),
        "RDS in gzip": (gzip.compress(rds), "is a file of R's"),
        "RDS in bzip2": (bz2.compress(rds), "is a file of R's"),
        "RDS as text": (b"A\n3\n262913\n", "is a file of R's"),
        "RData": (gzip.compress(b"RDX3\n" + rds), "is a file of R's"),
        "joblib with lz4": (b"\x04\x22\x4d\x18" + pickled, "in a way that nobody here unpacks"),
        "Zstandard": (b"\x28\xb5\x2f\xfd" + bytes(9), "in a way that nobody here unpacks"),
        "joblib of old": (b"ZF0x10" + zlib.compress(pickled), "is a pickle"),
        "zlib of a small window": (window.compress(pickled) + window.flush(), "is a pickle"),
        "a pickle without its opening": (pickled[2:], "is a pickle"),
        "objects as `O`": (object_header("'O'") + pickled, "is a pickle"),
        "objects in fields": (object_header("[('a', '<f8'), ('b', [('c', '|O')])]") + pickled, "is a pickle"),
        "objects behind spaces": (object_header("'|O'", 2**17) + pickled, "is a pickle"),
        "compiled Python": (importlib.util.MAGIC_NUMBER + bytes(12), "is compiled Python"),
        "machine code": (b"\x7fELF" + bytes(60), "is machine code"),
        "Windows' machine code": (windows, "is machine code"),
        "a Java object": (b"\xac\xed\x00\x05", "is Java's"),
    }


@pytest.mark.parametrize("kind", wrapped())
@pytest.mark.parametrize("importing", [False, True])
def test_code_in_other_clothes_is_refused_at_training_and_at_every_load(
    model_dir: Path, kind: str, *, importing: bool
) -> None:
    content, said = wrapped()[kind]
    (model_dir / "model.dat").write_bytes(content)

    assert said in why_refused(model_dir / "model.dat", importing=importing)


@pytest.mark.parametrize("name", ["layers.keras", "weights.H5", "model.rds", "modeling.py", "trees.so", "app.jar"])
def test_some_names_are_enough(model_dir: Path, name: str) -> None:
    (model_dir / name).touch()

    with pytest.raises(Failure, match=name):
        check_model(model_dir, "custom")


def test_an_archive_of_more_files_than_are_looked_at_is_refused(
    model_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs_code, "_MOST_FILES", 2)
    (model_dir / "a.dat").write_bytes(zipped(*((str(number), b"") for number in range(3))))

    assert "more than 2 files" in why_refused(model_dir / "a.dat")


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
    "words.txt.gz": gzip.compress(b"red\nblue\n"),
    "ends-as-a-zip.bin.txt": bytes(600) + b"PK\x05\x06" + bytes(30),
    "like-zlib.dat": b"\x18\x19" + bytes(range(256)) * 3,
    "tells-of-a-length.dat": b"\x96" + struct.pack("<Q", 2**62) + bytes(99),
    "config.json": b'{"hidden_size": 8}',
    "shop.csv": b"MZ,a\n1,2\n",
}


def test_plain_files_are_let_through(model_dir: Path) -> None:
    for name, content in HARMLESS.items():
        (model_dir / name).write_bytes(content)
    np.savez_compressed(model_dir / "weights.npz", w=np.ones(3), names=np.array(["a", "b"]), day=np.zeros(1, "M8[ns]"))
    np.save(model_dir / "coefficients.npy", np.zeros(2, dtype=[("a", "f4"), ("b", "i8", (2,)), ("c", "?")]))

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
