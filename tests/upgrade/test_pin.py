"""What a `pyproject.toml` says of mlops-spec is replaced, however it is written; the rest stays to the byte."""

from __future__ import annotations

import pytest

from mlops_spec.errors import Exit, Failure
from mlops_spec.start.new.pin import pinned

HEAD = '[project]\nname = "x"\n'


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ('"mlops-spec"', '"mlops-spec==2.0"'),
        ('"mlops-spec[run]==1.0"', '"mlops-spec[run]==2.0"'),
        ("'mlops_spec[run, serve] >= 1.0, <2'", "'mlops-spec[run, serve]==2.0'"),
        ("\"mlops-spec==1.0+g1.d2; python_version > '3'\"", "\"mlops-spec==1.0+g1.d2; python_version > '3'\""),
        ('"mlops-spec==1.0;python_version>=3"', '"mlops-spec==2.0;python_version>=3"'),
        ('"mlops-spec @ https://example.com/m.whl"', '"mlops-spec==2.0"'),
    ],
)
def test_a_requirement(written: str, expected: str) -> None:
    if written == expected:  # a quote within: not ours to edit, so it is refused
        with pytest.raises(Failure):
            pinned(f"{HEAD}dependencies = [{written}]\n", "2.0", None)
        return
    text = pinned(f'{HEAD}dependencies = [{written}, "mlops-spec-x>=1"]\n', "2.0", None)

    assert text == f'{HEAD}dependencies = [{expected}, "mlops-spec-x>=1"]\n'


SOURCE = {"path": "vendor/new.whl"}
LINE = 'mlops-spec = { path = "vendor/new.whl" }\n'


@pytest.mark.parametrize(
    ("tables", "without", "with_one"),
    [
        ("", "", f"\n[tool.uv.sources]\n{LINE}"),
        ('\n[tool.uv.sources]\nmlops-spec = { path = "vendor/old.whl" }\n', "", f"\n[tool.uv.sources]\n{LINE}"),
        (
            '\n[tool.uv.sources]\nmlops-spec = { git = "https://a/b", rev = "1" } # ours\nother = { path = "o" }\n',
            '\n[tool.uv.sources]\nother = { path = "o" }\n',
            f'\n[tool.uv.sources]\n{LINE}other = {{ path = "o" }}\n',
        ),
        ('\n[tool.uv.sources.mlops-spec]\ngit = "https://a/b"\nrev = "1"\n', "", f"\n[tool.uv.sources]\n{LINE}"),
        (
            '\n[tool.uv.sources]\nmlops-spec = { path = "old.whl" }\n\n[tool.ruff]\nline-length = 99\n',
            "\n[tool.ruff]\nline-length = 99\n",
            f"\n[tool.ruff]\nline-length = 99\n\n[tool.uv.sources]\n{LINE}",
        ),
    ],
    ids=["none", "only ours", "beside another", "a table of its own", "before another table"],
)
def test_a_source(tables: str, without: str, with_one: str) -> None:
    text = f'{HEAD}dependencies = ["mlops-spec==1"]\n'
    expected = text.replace("==1", "==2")

    assert pinned(text + tables, "2", None) == expected + without
    assert pinned(text + tables, "2", SOURCE) == expected + with_one


@pytest.mark.parametrize(
    "text",
    [
        f'{HEAD}dependencies = ["numpy"]\n',
        f'{HEAD}dependencies = ["mlops-spec"]\n[tool.uv]\nreinstall-package = ["mlops-spec"]\n',
        f'{HEAD}dependencies = ["mlops-spec"]\n[tool.uv.sources]\nmlops-spec = [{{ path = "a" }}, {{ path = "b" }}]\n',
        f'{HEAD}dependencies = ["mlops-spec"]\n[tool.uv]\nsources = {{ mlops-spec = {{ path = "a" }} }}\n',
    ],
    ids=["not required", "named elsewhere", "several sources", "inline"],
)
def test_what_can_not_be_edited_with_certainty_is_refused(text: str) -> None:
    with pytest.raises(Failure, match=r"^pyproject\.toml: ") as refused:
        pinned(text, "2", None)

    assert refused.value.exit_code == Exit.CONFIG
