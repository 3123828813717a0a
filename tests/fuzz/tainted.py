"""What is rendered from a spec that holds one text in every place of free text, and what must hold of it."""

from __future__ import annotations

import json
import re
from functools import cache
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from markdown_it import MarkdownIt
from pydantic import BaseModel

from mlops_spec.errors import Failure
from mlops_spec.lint.load import check
from mlops_spec.outputs import outputs
from mlops_spec.render.jinja import render
from mlops_spec.rules.rule import Project

if TYPE_CHECKING:
    from mlops_spec.render.output import Output
    from mlops_spec.spec import Spec

EVERYWHERE = Path(__file__).parent / "everywhere.yaml"
BENIGN = "quite harmless"
_NAME = "one file"  # in paths, whose letters the spec restricts: past its check they are rendered all the same
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MARKDOWN = MarkdownIt("gfm-like", {"linkify": False})


def put(thing: Any, text: str, *, names: bool = False) -> Any:
    """Data, or a spec, with `text` for what was harmless, and with `names` in its paths too."""
    if isinstance(thing, str):
        found = thing.replace(BENIGN, text)
        return found.replace(_NAME, text) if names else found
    if isinstance(thing, dict):
        return {put(key, text, names=names): put(value, text, names=names) for key, value in thing.items()}
    if isinstance(thing, list | tuple):
        return [put(each, text, names=names) for each in thing]
    if isinstance(thing, BaseModel):
        return thing.model_copy(update={name: put(value, text, names=names) for name, value in thing})
    return thing


# What no single spec can hold: one target, and a list of them.
FORMS = {
    "one target": {},
    "several targets": {"task: binary": "task: multilabel", "target: quite harmless": "target: [quite harmless, late]"},
}


@cache
def data(form: str) -> Any:
    return _project(form).document.data


@cache
def spec(form: str) -> Spec:
    return _project(form).spec


def _project(form: str) -> Project:
    text = EVERYWHERE.read_text(encoding="utf-8")
    for old, new in FORMS[form].items():
        text = text.replace(old, new)
    project = check(EVERYWHERE.name, text)
    assert isinstance(project, Project), project
    return project


def wrong(text: str) -> str:
    """What is wrong with that which comes of a text that a spec may hold; empty when nothing is."""
    return next(filter(None, (_wrong(text, form) for form in FORMS)), "")


def _wrong(text: str, form: str) -> str:
    project = check("model.yaml", json.dumps(put(data(form), text), ensure_ascii=False))
    if not isinstance(project, Project) or project.spec != put(spec(form), text):
        return "a spec does not hold the text as it is"
    found = _outputs(text, form)
    if {path for path in found if found[path] != _benign(form)[path]} != _HOLDING:
        return "a file holds free text that did not, or the other way round"
    pipeline, card, ignored = render(found[path] for path in sorted(_HOLDING, reverse=True))
    if _load(pipeline) != put(_load(_drawn(form)["dvc.yaml"]), text, names=True):
        return "dvc.yaml has another structure"
    if "${" in pipeline or "${" in card:
        return "an expression is rendered"
    if len(ignored.splitlines()) != len(_drawn(form)[".gitignore"].splitlines()):
        return ".gitignore has another structure"
    return "" if _as_shown(card, text, form) else "MODEL_CARD.md has another structure"


def taken(text: str) -> str:
    """What takes a text that nobody may write: loader and shape, or the renderer behind them; empty when neither."""
    if any(isinstance(check("model.yaml", json.dumps(put(data(form), text))), Project) for form in FORMS):
        return "a spec may hold it"
    for form, path in product(FORMS, sorted(_HOLDING)):
        try:
            render([_outputs(text, form)[path]])
        except Failure:
            continue
        return f"{path} is rendered"
    return ""


# The files that free text reaches; the others have no value of it, so that what is rendered stays the same.
_HOLDING = {"dvc.yaml", "MODEL_CARD.md", ".gitignore"}


def _outputs(text: str, form: str) -> dict[str, Output]:
    return {str(each.path): each for each in outputs(put(spec(form), text, names=True), frozenset())}


@cache
def _benign(form: str) -> dict[str, Output]:
    return _outputs(BENIGN, form)


@cache
def _drawn(form: str) -> dict[str, str]:
    """The files that hold free text, with what is harmless."""
    return {path: render([_benign(form)[path]])[0] for path in _HOLDING}


def _load(text: str) -> Any:
    return yaml.load(text, Loader=_LOADER)


def _as_shown(card: str, text: str, form: str) -> bool:
    """Whether a card has the markup of a harmless one, and shows the text where that shows what is harmless."""
    if not text.strip():
        return True  # an item of a list that shows nothing is an empty one
    (kinds, shown), (harmless, pattern) = _shape(card), _harmless(form)
    # CommonMark shows a run of spaces as one, and none at the end of a line
    return kinds == harmless and re.sub(r"\s", "", shown) == re.sub(r"\s", "", put(pattern, text, names=True))


@cache
def _harmless(form: str) -> tuple[list[tuple[str, str]], str]:
    return _shape(_drawn(form)["MODEL_CARD.md"])


def _shape(card: str) -> tuple[list[tuple[str, str]], str]:
    """The markup of a card, and the text that it shows."""
    tokens = _MARKDOWN.parse(card)
    leaves = [leaf for token in tokens for leaf in (token.children or [token])]
    kinds = [(leaf.type, leaf.tag) for leaf in leaves if leaf.type not in ("text", "text_special")]
    return kinds, " ".join("".join(leaf.content for leaf in leaves).split())
