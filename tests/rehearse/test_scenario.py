"""A scenario ends at the first step that is not as expected; what people see says which and why."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from mlops_spec.errors import Exit, Failure
from mlops_spec.rehearse import report, show
from mlops_spec.rehearse.place import MARK, prepared
from mlops_spec.rehearse.rehearsal import Rehearsed
from mlops_spec.rehearse.scenario import Played, Scene, Unexpected, play

if TYPE_CHECKING:
    from pathlib import Path


def good(_: None) -> str:
    return "fine [as it is]"


def bad(_: None) -> str:
    raise Unexpected("two comments instead of one", "see the log")


def broken(_: None) -> str:
    raise Failure("the forge is away", exit_code=Exit.UNAVAILABLE)


def played(*scenes: Scene[None]) -> list[Played]:
    return list(play(scenes, None, [], lambda number, title: None))


def test_every_step_is_played_in_order() -> None:
    begun: list[tuple[int, str]] = []
    steps = list(play((Scene("one", good), Scene("two", good)), None, [], lambda *args: begun.append(args)))

    assert begun == [(1, "one"), (2, "two")]
    assert [(step.number, step.as_expected, step.verdict) for step in steps] == [(n, True, good(None)) for n in (1, 2)]


@pytest.mark.parametrize(
    ("scene", "said"), [(bad, "two comments instead of one; see the log"), (broken, "the forge is away")]
)
def test_it_ends_where_something_is_unexpected(scene: object, said: str) -> None:
    steps = played(Scene("one", good), Scene("two", scene), Scene("three", good))  # type: ignore[arg-type]

    assert [step.as_expected for step in steps] == [True, False]
    assert steps[-1].verdict == said


def test_time_outside_of_workflows_belongs_to_the_scenes_part() -> None:
    (step,) = played(Scene("one", good, part="servers"))

    assert step.parts == {"servers": pytest.approx(step.seconds)}


def text(steps: list[Played], width: int = 200) -> str:
    console = Console(file=io.StringIO(), width=width, highlight=False)
    console.print(show.table(steps))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_the_table_has_one_line_per_step() -> None:
    steps = played(Scene("one", good, "mlops-merge"), Scene("worse model", good, stops=True), Scene("three", bad))
    lines = [" ".join(line.split()) for line in text(steps).splitlines()]

    assert lines == [
        "1 one mlops-merge ✓ 0.0 s fine [as it is]",
        "2 worse model ✗ 0.0 s fine [as it is]",
        "3 three ✗✗ 0.0 s two comments instead of one; see the log",
    ]


def test_a_narrow_terminal_wraps_the_verdict_alone() -> None:
    lines = text(played(Scene("one", good, "mlops-merge")), width=40).splitlines()

    assert lines[0].startswith("1  one  mlops-merge  ✓  0.0 s  ")
    assert len(lines) > 1


def test_the_total_says_where_the_time_went() -> None:
    steps = [
        Played(1, "a", "", as_expected=True, stops=False, seconds=9.0, verdict="", parts={"training": 4.0, "act": 5.0}),
        Played(2, "b", "", as_expected=True, stops=False, seconds=1.0, verdict="", parts={"mlops-spec": 1.0}),
    ]

    assert (
        show.total("life", steps, 8) == "life: 2 of 8 steps as expected in 10 s (training 4 s, act 5 s, mlops-spec 1 s)"
    )


@pytest.mark.parametrize(("scenes", "planned", "code"), [(1, 1, Exit.OK), (1, 2, Exit.FINDINGS)])
def test_a_life_cut_short_is_no_success(scenes: int, planned: int, code: Exit) -> None:
    steps = tuple(played(*[Scene("one", good)] * scenes))

    assert Rehearsed("life", "acme/credit-default", steps, planned, None, {}).exit_code == code
    assert (
        Rehearsed("life", "acme/credit-default", tuple(played(Scene("one", bad))), 1, None, {}).exit_code
        == Exit.FINDINGS
    )


def test_a_folder_with_somebodys_work_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years")

    with pytest.raises(Failure, match="not empty, and not a rehearsal") as caught:
        prepared(tmp_path, clear=lambda _: None)

    assert caught.value.exit_code == Exit.USAGE
    assert (tmp_path / "thesis.txt").read_text() == "years"


def test_an_earlier_rehearsal_is_replaced(tmp_path: Path) -> None:
    cleared: list[Path] = []
    first = prepared(tmp_path / "rehearsal", clear=cleared.append)
    (first / "old").touch()
    second = prepared(tmp_path / "rehearsal", clear=cleared.append)

    assert second == first
    assert cleared == [first]
    assert [path.name for path in second.iterdir()] == [MARK]


def test_a_place_that_can_not_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(Failure, match="file") as caught:
        prepared(tmp_path / "file" / "rehearsal", clear=lambda _: None)

    assert caught.value.exit_code == Exit.CONFIG


def test_a_temporary_folder_is_new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    folder = prepared(None, clear=lambda _: None)

    assert folder.parent == tmp_path
    assert [path.name for path in folder.iterdir()] == [MARK]


def test_the_page_in_its_folder_reads_as_the_terminal(tmp_path: Path) -> None:
    steps = tuple(played(Scene("one", good, "mlops-merge"), Scene("two", bad)))
    rehearsed = Rehearsed(
        "life", "acme/credit-default", steps, 2, tmp_path, {"production": {"version": "v1.0.0", "url": "x"}}
    )
    report.write_page(rehearsed, tmp_path, kept=False)

    page = (tmp_path / report.PAGE).read_text(encoding="utf-8")
    for words in ("mlops-merge", "fine [as it is]", "two comments instead of one", "1 of 2 steps as expected"):
        assert words in page
    assert "production v1.0.0 at x" in page
    assert str(tmp_path / "credit-default") in page
