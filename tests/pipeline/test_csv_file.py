"""CSV as people have it: read as pandas reads it where that is right, and refused or read better where it is not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from mlops_spec.errors import Exit, Failure
from mlops_spec.pipeline.rows import known_columns, read_rows, read_texts
from mlops_spec.spec.data import Data

if TYPE_CHECKING:
    from pathlib import Path


def data(**given: Any) -> Data:
    return Data.model_validate({"path": "d.csv", "target": "y", **given})


def read(tmp_path: Path, content: str | bytes, suffix: str = ".csv", **given: Any) -> pd.DataFrame:
    path = tmp_path / f"d{suffix}"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_rows(path, known_columns(data(**given)))


def as_before(tmp_path: Path) -> pd.DataFrame:
    """How pandas reads the same file."""
    missing = ["", "NA", "NaN", "nan"]
    return pd.read_csv(tmp_path / "d.csv", na_values=missing, keep_default_na=False, low_memory=False)


@pytest.mark.parametrize(
    "content",
    [
        "a,y\n1,0\n2,1\n",
        "a,y\r\n1,0\r\n2,1\r\n",
        "a,y\r1,0\r2,1\r",
        "a,y\n1,0\n2,1",
        "\ufeffa,y\n1,0\n",
        "a,y\n\n1,0\n\n2,1\n\n",
        "a,y\n1.5,0\n,1\n",
        "a,y\n1,0\n,1\n",
        "a,y\nNA,0\nnan,1\n",
        "a,y\nNone,0\nNULL,1\n",
        "a,y\n?,0\n1,1\n",
        "a,y\ntrue,0\nFalse,1\n",
        "a,y\ntrue,0\n,1\n",
        "a,y\n1,0\ntrue,1\n",
        "a,y\n2024-01-01,0\n2024-02-01,1\n",
        "a,y\n2024-01-01T10:00:00+02:00,0\n2024-01-01T10:00:00+01:00,1\n",
        "a,y\n31/12/2024,0\n01/01/2024,1\n",
        "a,y\n12:30,0\n12:30:59,1\n",
        'a,y\n"x, y",0\n"a ""b""",1\n',
        'a,y\n"two\nlines",0\nz,1\n',
        'a,y\n5" pipe,0\nz,1\n',
        "a,y\n0x1F,0\n0x2,1\n",
        "a,y\n1_000,0\n2,1\n",
        '"a","y"\n"1","0"\n',
        "a,y\n007,0\n8,1\n",
        "a,y\n1e5,0\n2,1\n",
        "a,y\n-0.0,0\ninf,1\n",
        "a,y\n9223372036854775807,0\n1,1\n",
        "a,y\n 1,0\n 2,1\n",
        "a,y\n x,0\nx ,1\n",
        "größe,y\nKöln,0\nNürnberg,1\n",
        "a,y\n,0\n,1\n",
        "a b, c,y\n1,2,0\n",
    ],
)
def test_what_pandas_reads_right_is_read_the_same(tmp_path: Path, content: str) -> None:
    found = read(tmp_path, content)

    pd.testing.assert_frame_equal(*(each.astype(object).fillna("-") for each in (found, as_before(tmp_path))))
    kinds = {"f": "number", "i": "number", "b": "truth"}
    assert [kinds.get(kind.kind, "text") for kind in found.dtypes] == [
        kinds.get(kind.kind, "text") for kind in as_before(tmp_path).dtypes
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("a,y\n1,0,\n2,1,\n", r"2 rows have another number .* names 2: line 2, 3 has 3"),
        ("a,y\n1,0\n2\n", r"a row has another number of fields .*: line 3 has 1"),
        ("a,y\n1,000,0\n2,1\n", r"line 2 has 3"),
        ("a,y,a\n1,0,1\n", r"the column `a` stands twice: columns 1 and 3"),
        (",a,y\n0,1,0\n", r"column 1 has no name; the header names `a` and `y`"),
        ("a,y,\n1,0,\n", r"column 3 has no name"),
        ("a;y\n1;0\n", r"it has one column, `a;y`"),
        ("a;y\n1,5;0\n", r"it has one column, `a;y`"),
        ("a\ty\n1\t0\n", r"it has one column"),
        ("A report of 2024\n\na,b,y\n1,2,0\n", r"names 1: line 3, 4 has 3"),
        ('a,y\n1,0\n2,"1\n3,0\n', r"a quote in line 3 is never closed"),
        ("version https://git-lfs.github.com/spec/v1\noid sha256:1\n", "a pointer of Git LFS"),
        ("<!DOCTYPE html>\n<html>", "a page of HTML"),
        (b"PK\x03\x04\x00\x00[Content_Types].xml", "an Excel workbook"),
        (b"\x1f\x8b\x08", "compressed by gzip"),
        ("a,y\n1,0\n".encode("utf-16"), "UTF-16"),
        (b"PAR1", "a Parquet file"),
        ("a,y\nx,0\nKöln,1\n".encode("latin-1"), r"d\.csv:3:2 is not UTF-8: byte 0xf6, which is `ö`"),
        ("größe,ort,y\nä,Köln,1\n".encode() + b"\xe4,x,0\n", r"d\.csv:3:1 is not UTF-8"),
        (b"a,y\n1,0\n\x00,1\n", r"d\.csv:3:1 is a NUL byte"),
        (b"a,y\n1,0\nK\xc3", r"d\.csv:3:2 is not UTF-8"),
        ("", "is empty"),
        ("\ufeff\n\n", "is empty"),
        ('{"a": 1}', "it is JSON"),
    ],
)
def test_what_can_only_be_misread_is_refused_with_the_place(tmp_path: Path, content: str | bytes, said: str) -> None:
    with pytest.raises(Failure, match=said) as refused:
        read(tmp_path, content)
    assert refused.value.exit_code == Exit.FINDINGS


def test_a_word_that_the_contract_allows_is_not_missing(tmp_path: Path) -> None:
    columns = {"country": {"type": "category", "values": ["NA", "DE"]}, "other": {"type": "category"}}

    found = read(tmp_path, "country,other,y\nNA,NA,0\n,x,1\n", contract={"columns": columns})

    assert found["country"].fillna("-").tolist() == ["NA", "-"]
    assert found["other"].fillna("-").tolist() == ["-", "x"]


def test_a_positive_class_may_be_called_na(tmp_path: Path) -> None:
    assert read(tmp_path, "a,y\n1,NA\n2,b\n", positive="NA")["y"].tolist() == ["NA", "b"]


@pytest.mark.parametrize("names", [["007", "8"], ["1" * 25, "2" * 25], ["0x1F", "1e5"]])
def test_an_id_is_the_text_that_it_is(tmp_path: Path, names: list[str]) -> None:
    found = read(tmp_path, f"id,y\n{names[0]},0\n{names[1]},1\n", id="id")

    assert found["id"].tolist() == names


def test_digits_that_no_number_holds_stay_text(tmp_path: Path) -> None:
    found = read(tmp_path, f"account,far,y\n{10**24},1e30,0\n{10**24 + 1},2.5e30,1\n")

    assert found["account"].tolist() == [str(10**24), str(10**24 + 1)]
    assert found["far"].tolist() == [1e30, 2.5e30]


def test_a_record_longer_than_a_block_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mlops_spec.pipeline.csv_file._BLOCK", 64)
    long = "x" * 500

    assert read(tmp_path, f'a,y\n"{long}",0\nb,1\n')["a"].tolist() == [long, "b"]


def test_texts_are_as_they_are_written(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("id,a\n007,1.50\n8,\nNA,x\n")

    assert read_texts(tmp_path / "d.csv").to_numpy().tolist() == [["007", "1.50"], ["8", ""], ["NA", "x"]]
