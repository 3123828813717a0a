"""Rows that name files: what is refused, what the split and the model get of them, and in how much memory."""

from __future__ import annotations

import json
import os
import struct
import subprocess
import sys
import zlib
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
import yaml
from sklearn.datasets import load_digits

from mlops_spec import model_folder
from mlops_spec.errors import Exit, Failure
from mlops_spec.package.file_kinds import problem
from mlops_spec.package.predictor.frame import model_frame
from mlops_spec.pipeline.file_column import reading_files
from mlops_spec.pipeline.file_folder import data_sha256
from mlops_spec.pipeline.signature import signature_of
from mlops_spec.pipeline.split import split
from mlops_spec.spec import Spec

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

DIGITS = load_digits()
COUNT = 200


def png(points: np.ndarray) -> bytes:
    """Grey points (h, w) of 0 to 255 as a PNG file."""
    height, width = points.shape
    raw = b"".join(b"\0" + row.astype(np.uint8).tobytes() for row in points)
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(raw)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*part) for part in parts)


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


IMAGES = [png(image * 15) for image in DIGITS.images[:COUNT]]


def spec(split: dict[str, Any] | None = None, **files: Any) -> Spec:
    return Spec.model_validate(
        {
            "spec": 1,
            "model": "digits",
            "task": "multiclass-classification",
            "owners": ["@a"],
            "data": {
                "path": "data/labels.csv",
                "target": "label",
                "id": "id",
                "split": split or {},
                "files": {"root": "data/images", "column": "file", "kinds": ["png"], **files},
            },
            "train": {"run": "x", "predictor": "digits.predict:load"},
            "gates": [{"metric": "accuracy", "min": 0.5}],
        }
    )


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Digits as files, and their labels."""
    folder = tmp_path / "data/images"
    (folder / "more").mkdir(parents=True)
    names = [f"{'more/' * (number % 2)}{number:03d}.png" for number in range(COUNT)]
    for name, image in zip(names, IMAGES, strict=True):
        (folder / name).write_bytes(image)
    write(tmp_path, pd.DataFrame({"id": range(COUNT), "file": names, "label": DIGITS.target[:COUNT]}))
    return tmp_path


def write(root: Path, rows: pd.DataFrame) -> None:
    rows.to_csv(root / "data/labels.csv", index=False)


def rows_of(root: Path) -> pd.DataFrame:
    return pd.read_csv(root / "data/labels.csv")


def done(root: Path, wanted: Spec | None = None) -> pd.DataFrame:
    """The rows of both sides, in the order of their names."""
    split(root, wanted or spec(), root / "data/labels.csv")
    sides = [pd.read_parquet(root / path) for path in (model_folder.TRAIN_ROWS, model_folder.TEST_ROWS)]
    return pd.concat(sides).sort_values("id", key=lambda names: names.astype(int), ignore_index=True)


def refused(root: Path, wanted: Spec | None = None) -> str:
    with pytest.raises(Failure) as failure:
        done(root, wanted)
    assert failure.value.exit_code in (Exit.FINDINGS, Exit.CONFIG)
    assert not (root / model_folder.SPLIT_REPORT).exists()
    return failure.value.message


def test_the_split_tells_of_each_file_its_digest_its_size_and_its_brightness(root: Path) -> None:
    found = done(root)

    assert found["file.bytes"].tolist() == [len(image) for image in IMAGES]
    assert found["file.sha256"].nunique() == len(set(IMAGES))
    expected = [(image * 15).mean() / 255 for image in DIGITS.images[:COUNT]]
    assert np.allclose(found["file.brightness"], expected, atol=0.001)


def test_the_model_sees_the_file_alone(root: Path) -> None:
    done(root)

    inputs = signature_of(spec(), root / model_folder.TRAIN_ROWS, 10).inputs

    assert [(tensor.name, tensor.datatype, tensor.file) for tensor in inputs] == [("file", "BYTES", True)]


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (lambda file: file.unlink(), "data/images/002.png is not there in 1 row: 3"),
        (lambda file: file.write_bytes(b""), "data/images/002.png is empty in 1 row: 3"),
        (lambda file: file.write_bytes(IMAGES[2][:-20]), "data/images/002.png is truncated in 1 row: 3"),
        (lambda file: file.write_bytes(IMAGES[2].replace(b"IDAT", b"IDAT\1")), "002.png is damaged: a check sum"),
        (lambda file: file.write_bytes(b"\xff\xd8\xff\xe0 jpeg \xff\xd9"), "002.png is jpeg, not png in 1 row: 3"),
        (lambda file: file.write_bytes(b"<html>not found</html>"), "002.png is a page of HTML, not png"),
        (lambda file: file.write_text("a text"), "002.png is of no known kind, not png"),
        (lambda file: os.truncate(file, 2**30), "002.png has 1,073,741,824 bytes, at most 5,000,000 may be"),
        (lambda file: (file.unlink(), file.mkdir()), "data/images/002.png is not there"),
        (lambda file: (file.unlink(), os.mkfifo(file)), "data/images/002.png is no file"),
        (lambda file: (file.unlink(), file.symlink_to("/etc/hostname")), "002.png is a link that leaves the folder"),
        (lambda file: (file.unlink(), file.symlink_to(file.name)), "002.png is a link that leaves the folder"),
        (lambda file: (file.unlink(), file.symlink_to("nowhere")), "002.png can't be read: No such file"),
        (lambda file: file.with_name("idle.png").write_bytes(IMAGES[0]), "1 of its files are named by no row: `idle"),
        (lambda file: file.with_name("more2").symlink_to("/etc"), "named by no row: `more2`"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_file_that_is_none_is_refused_with_its_row(root: Path, harm: Callable[[Path], object], said: str) -> None:
    harm(root / "data/images/002.png")

    assert said in refused(root)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("../labels.csv", "'../labels.csv' leaves data/images"),
        ("more/../002.png", "leaves data/images"),
        ("/etc/passwd", "'/etc/passwd' leaves data/images"),
        ("more\\002.png", "leaves data/images"),
        (None, "file: missing in 1 row: 3"),
        ("data/images/002.png", "paths are below data/images, without its name"),
        ("002.PNG", "did you mean `002.png`?"),
    ],
)
def test_a_name_of_no_file_in_the_folder_is_refused_with_its_row(root: Path, name: str | None, said: str) -> None:
    rows = rows_of(root)
    rows.loc[2, "file"] = name
    write(root, rows)

    message = refused(root)

    assert said in message
    assert "1 row: 3" in message


def test_a_link_within_the_folder_or_into_the_cache_is_a_file(root: Path) -> None:
    cached = root / ".dvc/cache/files/md5/aa/bb"
    cached.parent.mkdir(parents=True)
    (root / "data/images/002.png").rename(cached)
    (root / "data/images/002.png").symlink_to(cached)

    assert len(done(root)) == COUNT


def test_without_the_folder_it_says_what_brings_it(root: Path) -> None:
    (root / "data/images").rename(root / "elsewhere")

    assert "data/images: there is no such folder (data.files.root)" in refused(root)


def test_files_of_the_same_bytes_never_lie_on_both_sides(root: Path) -> None:
    rows = rows_of(root)
    for number in range(0, COUNT, 2):
        (root / f"data/images/copy{number}.png").write_bytes(IMAGES[number])
    copies = rows.iloc[::2].assign(id=lambda old: old["id"] + 1000, file=[f"copy{n}.png" for n in range(0, COUNT, 2)])
    write(root, pd.concat([rows, copies.assign(label=9 - copies["label"])]))

    done(root)
    train, test = (
        set(pd.read_parquet(root / path)["file.sha256"]) for path in (model_folder.TRAIN_ROWS, model_folder.TEST_ROWS)
    )

    assert train
    assert test
    assert not train & test


def test_a_split_that_parts_them_is_refused(root: Path) -> None:
    rows = rows_of(root).assign(side=["test" if number % 4 == 0 else "train" for number in range(COUNT)])
    (root / "data/images/001copy.png").write_bytes(IMAGES[0])
    copy = rows.iloc[[0]].assign(id=1000, file="001copy.png", side="train", label=5)
    write(root, pd.concat([rows, copy]))

    assert "lets 1 test rows appear in train as well" in refused(root, spec({"by": "column", "column": "side"}))


def test_the_digest_of_the_data_covers_names_and_contents(root: Path) -> None:
    before = data_sha256(root, spec().data)
    file = root / "data/images/002.png"

    file.write_bytes(IMAGES[3])
    changed = data_sha256(root, spec().data)
    file.write_bytes(IMAGES[2])
    file.rename(file.with_name("other.png"))

    assert len({before, changed, data_sha256(root, spec().data)}) == 3
    file.with_name("other.png").rename(file)
    done(root)
    assert json.loads((root / model_folder.SPLIT_REPORT).read_bytes())["data"]["sha256"] == before


def test_the_predictor_gets_bytes_some_at_a_time(root: Path) -> None:
    rows, asked = done(root), list[list[bytes]]()

    def predict(frame: pd.DataFrame) -> np.ndarray:
        asked.append(
            model_frame(frame, signature_of(spec(), root / model_folder.TRAIN_ROWS, 10).inputs)["file"].tolist()
        )
        return np.full((len(frame), 10), 0.1)

    answered = reading_files(root, spec(), predict)(pd.concat([rows] * 2, ignore_index=True))

    assert answered.shape == (2 * COUNT, 10)
    assert [len(part) for part in asked] == [256, 144]
    assert [image for part in asked for image in part] == IMAGES * 2


def test_a_file_that_changed_since_the_split_is_not_evaluated(root: Path) -> None:
    rows = done(root)
    (root / "data/images/002.png").write_bytes(IMAGES[3])

    with pytest.raises(Failure, match=r"002\.png changed since the rows were split") as failure:
        reading_files(root, spec(), lambda frame: np.zeros(len(frame)))(rows)
    assert failure.value.exit_code == Exit.STALE


def test_a_text_is_never_opened_as_a_path(root: Path) -> None:
    done(root)
    inputs = signature_of(spec(), root / model_folder.TRAIN_ROWS, 10).inputs

    with pytest.raises(Failure, match="a str, where a file's bytes belong"):
        model_frame(pd.DataFrame({"file": ["/etc/passwd"]}), inputs)


WHOLE = {
    "png": IMAGES[0],
    "jpeg": b"\xff\xd8\xff\xe0rest\xff\xd9",
    "gif": b"GIF89a rest;",
    "webp": b"RIFF" + struct.pack("<I", 12) + b"WEBPVP8 rest",
    "wav": b"RIFF" + struct.pack("<I", 12) + b"WAVEfmt rest",
    "bmp": b"BM" + struct.pack("<I", 24) + bytes(18),
    "pdf": b"%PDF-1.7 rest %%EOF\n",
    "text": "Füße".encode(),
}


@pytest.mark.parametrize("kind", WHOLE)
def test_a_kind_is_told_by_its_bytes_and_half_a_file_is_none(kind: str) -> None:
    others = [other for other in WHOLE if other != kind]

    assert problem(WHOLE[kind], [kind]) == ""
    assert problem(WHOLE[kind][:-2], [kind])
    assert problem(WHOLE[kind], others)
    assert problem(b"", ["any"]) == "is empty"
    assert problem(b"anything", ["any"]) == ""


def test_an_array_is_whole_and_holds_no_pickle(tmp_path: Path) -> None:
    np.save(tmp_path / "numbers.npy", np.arange(3))
    np.save(tmp_path / "objects.npy", np.array([{}], dtype=object), allow_pickle=True)
    numbers, objects = ((tmp_path / f"{name}.npy").read_bytes() for name in ("numbers", "objects"))

    assert problem(numbers, ["npy"]) == ""
    assert problem(numbers[:100], ["npy"]) == "is truncated"
    assert problem(objects, ["npy"]) == "holds a pickle"


MEASURED = """
import sys
from pathlib import Path
import numpy as np, pandas as pd
from mlops_spec.lint.load import load_spec
from mlops_spec.pipeline.file_column import reading_files
from mlops_spec.pipeline.split import split
def peak(root):
    spec = load_spec(root / "model.yaml")
    split(root, spec, root / "data/labels.csv")
    predict = reading_files(root, spec, lambda frame: np.array([len(each) for each in frame["file"]], dtype=float))
    for side in ("train", "test"):
        rows = pd.read_parquet(root / f"build/data/{side}.parquet")
        assert (predict(rows) == rows["file.bytes"]).all()
    return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) * 1024
few, many = map(peak, map(Path, sys.argv[1:]))
print(many - few)
"""


def repository(root: Path, count: int) -> int:
    """One with so many images of 40 kB; returns their bytes."""
    (root / "data/images").mkdir(parents=True)
    draw, size = np.random.default_rng(0), 0
    for number in range(count):
        size += (root / f"data/images/{number}.png").write_bytes(png(draw.integers(0, 256, (200, 200))))
    rows = pd.DataFrame({"id": range(count), "label": draw.integers(0, 10, count)})
    write(root, rows.assign(file=[f"{number}.png" for number in rows["id"]]))
    (root / "model.yaml").write_text(yaml.safe_dump(spec().model_dump(mode="json", exclude_unset=True)))
    return size


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="it reads /proc")
def test_ten_thousand_images_in_bounded_memory(tmp_path: Path) -> None:
    """400 MB of them: what is held is one batch, and a digest for each."""
    repository(tmp_path / "few", 100)
    total = repository(tmp_path / "many", 10_000)

    done = subprocess.run(
        [sys.executable, "-c", MEASURED, tmp_path / "few", tmp_path / "many"],
        check=False,
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )

    assert done.returncode == 0, done.stderr[-2000:]
    assert total > 400e6
    assert int(done.stdout) < 100e6, f"{int(done.stdout):,} bytes"
