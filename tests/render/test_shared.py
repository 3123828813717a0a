"""Files that we share: our part is as rendered, every other character is the user's."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from mlops_spec.errors import Failure
from mlops_spec.render.shared import share

OWNERS = PurePosixPath(".github/CODEOWNERS")
CONFIG = PurePosixPath(".dvc/config")
FIRST = "# mlops-spec: begin (first)\n* @us\n# mlops-spec: end\n"
LAST = "# mlops-spec: begin (last)\n/model.yaml @us\n# mlops-spec: end\n"
OURS = f"{FIRST}\n{LAST}"
KEYS = "[core]\n    analytics = false\n    autostage = false\n"


@pytest.mark.parametrize(
    "theirs",
    [
        "*.md @docs\n# note\n",
        f"*.md @docs\n{FIRST}# note\n",
        f"{FIRST}*.md @docs\n# note\n{LAST}",
        f"{LAST}*.md @docs\n{LAST}{LAST}# note\n",
        "*.md @docs\n# mlops-spec: begin (old)\n# mlops-spec: end\n# note",
    ],
)
def test_the_users_lines_stand_between_ours(theirs: str) -> None:
    shared = share(OWNERS, OURS, theirs)

    assert shared == f"{FIRST}*.md @docs\n# note\n{LAST}"
    assert share(OWNERS, OURS, shared) == shared


def test_what_we_wrote_ourselves_stays_as_it_is() -> None:
    assert share(OWNERS, OURS, OURS) == OURS


@pytest.mark.parametrize(
    "theirs",
    ["# mlops-spec: begin\n* @us\n", "* @us\n# mlops-spec: end\n", f"# mlops-spec: begin\n{FIRST}"],
    ids=["no end", "no beginning", "two beginnings"],
)
def test_half_a_block_is_told_of(theirs: str) -> None:
    with pytest.raises(Failure, match="stands alone"):
        share(OWNERS, OURS, theirs)


@pytest.mark.parametrize(
    ("theirs", "expected"),
    [
        ("", "[core]\n    analytics = false\n    autostage = false\n"),
        ("[core]\n    analytics = true\n", "[core]\n    analytics = false\n    autostage = false\n"),
        ("[cache]\n    dir = /x\n", "[cache]\n    dir = /x\n[core]\n    analytics = false\n    autostage = false\n"),
        (
            "[core]\nremote=s\n\n# why\n['remote \"s\"']\nurl=/s\n",
            f"[core]\nremote=s\n{KEYS[7:]}\n# why\n['remote \"s\"']\nurl=/s\n    verify = true\n",
        ),
        (
            "[core]\n    analytics = false\n    autostage = false\n['remote \"s\"']\n    verify=false\n    url = /s\n",
            "[core]\n    analytics = false\n    autostage = false\n['remote \"s\"']\n    verify = true\n    url = /s\n",
        ),
    ],
    ids=["empty", "changed", "other section", "comments", "verify"],
)
def test_dvc_gets_our_keys_and_checks_every_remote(theirs: str, expected: str) -> None:
    shared = share(CONFIG, KEYS, theirs)

    assert shared == expected
    assert share(CONFIG, KEYS, shared) == shared


def test_a_file_with_one_block_of_ours_keeps_the_users_lines_behind_it() -> None:
    ignore = PurePosixPath(".gitignore")
    ours = "# mlops-spec: begin (x)\n/build/\n# mlops-spec: end\n"

    shared = share(ignore, ours, "/mine/\n!/build/keep\n")

    assert shared == f"{ours}/mine/\n!/build/keep\n"
    assert share(ignore, ours, shared) == shared
