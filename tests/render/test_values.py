"""A value stays a value, whatever it holds."""

from __future__ import annotations

import json
import re
import runpy
from functools import cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from markdown_it import MarkdownIt
from ruamel.yaml import YAML

from mlops_spec.errors import Exit, Failure
from mlops_spec.lint.load import load_spec
from mlops_spec.outputs import outputs
from mlops_spec.render.jinja import render
from mlops_spec.render.output import Output
from mlops_spec.render.scalars import WRITERS
from mlops_spec.render.structure import check_structure
from mlops_spec.render.template import TEMPLATE

if TYPE_CHECKING:
    from collections.abc import Callable

    from mlops_spec.spec import Spec

FULL = Path(__file__).parent / "full" / "model.yaml"
BENIGN = "quite harmless"
strings = runpy.run_path(str(Path(__file__).parent.parent / "fuzz" / "strings.py"))


def hostile(count: int, *, refused: bool = False) -> list[str]:
    return [strings["hostile"](seed, refused=refused) for seed in range(count)]


@cache
def full() -> Spec:
    return load_spec(FULL)


def tainted(text: str) -> Spec:
    """The full example with `text` in every place of free text, past the spec's own checks."""
    spec = full()
    champion, sliced, fair, robust = spec.gates[2], spec.gates[3], spec.gates[4], spec.gates[5]
    changes: dict[str, Any] = {
        "description": text,
        "data": changed(spec.data, path=f"data {text}", target=text, id=text, protected=[text]),
        "pipeline": {
            "features": changed(spec.pipeline["features"], run=text, reads=[f"in {text}"], writes=[f"out {text}"])
        },
        "train": changed(
            spec.train,
            run=text,
            reads=[f"in {text}", f"other {text}"],
            params={text: text},
            features=changed(spec.train.features, exclude=[text]),
            trusted_types=[text],
        ),
        "evaluate": changed(spec.evaluate, slices=[text]),
        "gates": [
            changed(champion, champion=text),
            changed(sliced, slice=text),
            changed(fair, by=[text, text]),
            changed(robust, columns=[text]),
        ],
        "governance": changed(
            spec.governance,
            intended_use=text,
            out_of_scope=[text, text],
            waivers=[changed(spec.governance.waivers[0], gate=text, reason=text)],
        ),
    }
    return changed(spec, **changes)


def changed(model: Any, **values: object) -> Any:
    return model.model_copy(update=values)


def drawn(text: str, *paths: str) -> list[str]:
    """The files that hold free text, rendered from a spec that has `text` wherever it may."""
    found = {str(each.path): each for each in outputs(tainted(text), frozenset())}
    return list(render(found[path] for path in paths))


def put(document: object, text: str) -> object:
    """A parsed document with `text` for what was harmless."""
    if isinstance(document, dict):
        return {put(key, text): put(value, text) for key, value in document.items()}
    if isinstance(document, list):
        return [put(each, text) for each in document]
    return document.replace(BENIGN, text) if isinstance(document, str) else document


@pytest.mark.quick("yaml-1.1-few", "yaml-1.2-few")
@pytest.mark.parametrize("count", [100, 1000], ids=["few", "many"])
@pytest.mark.parametrize("load", [yaml.safe_load, YAML(typ="safe", pure=True).load], ids=["yaml-1.1", "yaml-1.2"])
def test_a_pipeline_holds_each_text_as_it_is(load: Callable[[str], object], count: int) -> None:
    benign = load(drawn(BENIGN, "dvc.yaml")[0])
    assert BENIGN in json.dumps(benign)

    for text in hostile(count):
        assert load(drawn(text, "dvc.yaml")[0]) == put(benign, text), text


@pytest.mark.quick("few")
@pytest.mark.parametrize("count", [200, 2000], ids=["few", "many"])
def test_a_card_shows_each_text_as_it_is(count: int) -> None:
    def shape(text: str) -> tuple[list[tuple[str, str]], str]:
        card = drawn(text, "MODEL_CARD.md")[0]
        tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(card)
        leaves = [leaf for token in tokens for leaf in (token.children or [token])]
        kinds = [(leaf.type, leaf.tag) for leaf in leaves if leaf.type not in ("text", "text_special")]
        return kinds, " ".join("".join(leaf.content for leaf in leaves).split())

    kinds, shown = shape(BENIGN)
    assert shown.count(BENIGN) > 10

    for text in hostile(count):
        if text.strip():
            found = shape(text)
            assert found[0] == kinds, text
            assert re.sub(r"\s", "", found[1]) == re.sub(r"\s", "", shown.replace(BENIGN, text)), text


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("credit_default", "credit_default"),
        ("data/_a_", "data/\\_a\\_"),
        ("a__b.c", "a\\_\\_b.c"),
        ("snake_case and _this_", "snake\\_case and \\_this\\_"),
    ],
)
def test_an_underscore_emphasizes_nothing(text: str, written: str) -> None:
    assert WRITERS[".md"](text) == written
    assert "<em>" not in MarkdownIt().render(written)


@pytest.mark.quick("yaml-few", "json-few")
@pytest.mark.parametrize("count", [1000, 10000], ids=["few", "many"])
@pytest.mark.parametrize("write", [WRITERS[".yaml"], WRITERS[".json"]], ids=["yaml", "json"])
def test_a_scalar_is_read_as_it_was_written(write: Callable[[object], str], count: int) -> None:
    for text in hostile(count):
        assert yaml.safe_load(f"- {write(text)}\n- next\n") == [text, "next"], text
        assert yaml.safe_load(f"{write(text)}: {write(text)} # comment") == {text: text}, text


def test_what_a_machine_would_run_or_nobody_can_see_is_refused() -> None:
    texts = hostile(300, refused=True)
    assert len(texts) == 300

    for text in texts:
        with pytest.raises(Failure, match="holds") as caught:
            drawn(text, "dvc.yaml")
        assert caught.value.exit_code is Exit.USAGE
        with pytest.raises(Failure, match=r"MODEL_CARD\.md"):
            drawn(text, "MODEL_CARD.md")


def test_nothing_rendered_holds_an_expression_that_the_template_does_not() -> None:
    """Every `${` of every file stands in its template too, word for word."""
    templates = "".join(path.read_text(encoding="utf-8") for path in TEMPLATE.rglob("*.yml"))

    for text in hostile(60):
        for rendered in render(each for each in outputs(tainted(text), frozenset()) if each.path.name != "CODEOWNERS"):
            for found in re.findall(r"\$\{.*", rendered):
                assert found in templates


def test_owners_can_hold_nothing_but_names() -> None:
    spec = changed(tainted(BENIGN), owners=["@acme/one\n* @mallory"])

    with pytest.raises(Failure, match="U\\+000A"):
        render(outputs(spec, frozenset()))
    with pytest.raises(Failure, match="can't stand in CODEOWNERS"):
        render(outputs(changed(spec, owners=["@acme/one #x"]), frozenset()))


@pytest.mark.parametrize(
    "text",
    ["a: b\n", "a: [x]\n", "a: {x: y}\n", "a: 1\n", "b: x\n", "a: x\nb: x\n", "a: 'x '\n", "- x\n", ""],
)
def test_a_text_of_another_structure_is_a_bug(text: str) -> None:
    with pytest.raises(Failure, match="changed the structure") as caught:
        check_structure(PurePosixPath("x.yaml"), text, lambda write: f"a: {write('x')}\n")
    assert caught.value.exit_code is Exit.BUG

    check_structure(PurePosixPath("x.yaml"), "a: x\n", lambda write: f"a: {write('x')}\n")


def test_a_value_of_another_type_is_a_bug() -> None:
    with pytest.raises(Failure, match="changed the structure"):
        check_structure(PurePosixPath("x.yaml"), "a: 1\n", lambda write: f"a: {write(True)}\n")


@pytest.mark.parametrize("value", [None, 1.5, ["a"], {"a": 1}, b"a"])
def test_a_template_writes_scalars_only(value: object) -> None:
    with pytest.raises(TypeError, match="neither"):
        WRITERS[".yaml"](value)


@pytest.mark.parametrize(
    "path", [path for path in TEMPLATE.rglob("*") if path.suffix in {".yml", ".yaml"}], ids=lambda path: path.name
)
def test_a_template_is_yaml_itself(path: Path) -> None:
    assert yaml.compose(path.read_text(encoding="utf-8")) is not None


def test_a_name_that_a_template_misspells_is_an_error() -> None:
    with pytest.raises(Exception, match="environment"):
        render([Output(PurePosixPath("x.yaml"), "deploy/following.yaml", {"model": "m"})])
