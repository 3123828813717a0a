"""A patch is made again where its old lines stand, and says where when they no longer do."""

from __future__ import annotations

import subprocess
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlops_spec.errors import Exit, Failure
from mlops_spec.render.overlay import apply, difference, overlays

if TYPE_CHECKING:
    from pathlib import Path

PATH = PurePosixPath("a/b.yaml")
LINES = [f"line {number}\n" for number in range(1, 31)]
TEXT = "".join(LINES)


def edited(*changes: tuple[int, str]) -> str:
    """The text with other lines in place of some, counted from 1."""
    lines = list(LINES)
    for number, text in changes:
        lines[number - 1] = text
    return "".join(lines)


# A few lines that often repeat, and ends of files with and without a line feed.
repeating = ["a\n", "b\n", "c\n", "\n", " \n", "-\n", "+x\n", "@@ -1 +1 @@\n", "\x0c\u2028\n", "é"]
texts = st.lists(st.sampled_from(repeating)).map("".join)


@given(old=texts, new=texts)
def test_a_difference_makes_one_text_the_other(old: str, new: str) -> None:
    patch = difference(PATH, old, new)

    assert (patch == "") == (old == new)
    assert not patch or apply(PATH, old, patch) == new


def test_git_reads_our_patches(tmp_path: Path) -> None:
    new = edited((3, "other\n"), (4, ""), (29, "x\ny\n"))[:-1]
    (tmp_path / "a").mkdir()
    (tmp_path / PATH).write_text(TEXT)

    patch = difference(PATH, TEXT, new)

    subprocess.run(["git", "apply", "-"], input=patch, text=True, cwd=tmp_path, check=True)
    assert (tmp_path / PATH).read_text() == new


def test_a_patch_follows_its_lines() -> None:
    patch = difference(PATH, TEXT, edited((10, "mine\n"), (25, "mine too\n")))
    moved = "new\n" * 5 + TEXT.replace("line 17\n", "line 17\nand a half\n")

    assert apply(PATH, moved, patch) == moved.replace("line 10\n", "mine\n").replace("line 25\n", "mine too\n")


def test_a_patch_takes_the_nearest_of_equal_places() -> None:
    text = "job\nstep\nend\n" * 5
    lines = text.splitlines(keepends=True)
    patch = "@@ -7,3 +7,3 @@\n job\n-step\n+mine\n end\n"

    applied = apply(PATH, text, patch)

    assert applied == "".join([*lines[:7], "mine\n", *lines[8:]])


def test_a_patch_never_goes_back() -> None:
    """The second change is made below the first, though equal lines above are nearer to where it was."""
    patch = "@@ -1,2 +1,2 @@\n-x\n+X\n a\n@@ -3,1 +3,1 @@\n-b\n+B\n"

    assert apply(PATH, "b\nb\nb\nx\na\nq\nq\nq\nq\nb\n", patch) == "b\nb\nb\nX\na\nq\nq\nq\nq\nB\n"


def test_a_patch_expects_later_lines_as_far_moved_as_earlier_ones() -> None:
    patch = "@@ -1 +1 @@\n-x\n+X\n@@ -3 +3 @@\n-b\n+B\n"

    assert apply(PATH, "q\nq\nq\nq\nx\nb\nb\nq\nb\n", patch) == "q\nq\nq\nq\nX\nb\nB\nq\nb\n"


def test_a_patch_whose_lines_are_gone_says_where() -> None:
    patch = difference(PATH, TEXT, edited((3, "mine\n"), (20, "mine too\n")))

    with pytest.raises(Failure) as caught:
        apply(PATH, edited((19, "theirs\n")), patch)

    assert caught.value.message == (
        ".mlops/overlays/a/b.yaml.patch:11: no longer applies to a/b.yaml: line 19 is rendered as\n"
        "    theirs\n"
        "  and the overlay was made for\n"
        "    line 19"
    )
    assert patch.splitlines()[10].startswith("@@")
    assert "mlops-spec render --keep a/b.yaml" in caught.value.remedy
    assert caught.value.exit_code is Exit.CONFIG


def test_a_patch_of_lines_past_the_end_says_so() -> None:
    patch = difference(PATH, TEXT, edited((30, "mine\n")))

    with pytest.raises(Failure, match="the end of the file"):
        apply(PATH, "".join(LINES[:29]), patch)


@pytest.mark.parametrize(
    ("patch", "message"),
    [
        ("", "holds no change"),
        ("nonsense\n", "holds no change"),
        ("@@ -1,2 +1 @@\n line 1\n", "announces 2 old and 1 new lines, and has 1 old and 1 new lines"),
        ("--- a\n+++ b\n@@ -1 +1 @@\n*line 1\n", "patch:3: has a line below it"),
        ("@@ -1 +1 @@\n\n", "patch:1: has a line below it"),
    ],
)
def test_what_is_no_patch_is_told_of(patch: str, message: str) -> None:
    with pytest.raises(Failure, match=message) as caught:
        apply(PATH, TEXT, patch)

    assert caught.value.message.startswith(".mlops/overlays/a/b.yaml.patch:")
    assert caught.value.exit_code is Exit.CONFIG


def test_overlays_lie_where_their_files_do(tmp_path: Path) -> None:
    folder = tmp_path / ".mlops/overlays/.github/workflows"
    folder.mkdir(parents=True)
    (folder / "x.yml.patch").write_text("p")
    (folder / "notes.txt").write_text("n")

    assert overlays(tmp_path) == {PurePosixPath(".github/workflows/x.yml"): "p"}
    assert overlays(tmp_path / "nowhere") == {}
