"""What all models of a repository share, written once, and left out of the spec of a model that begins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mlops_spec import model_folder
from mlops_spec.document import edit, safe_yaml, toml
from mlops_spec.document.diagnostic import Edit
from mlops_spec.document.parse import parse
from mlops_spec.layout import MAIN_BRANCH, PROJECT
from mlops_spec.start.new.storage import in_settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from mlops_spec.document import Document
    from mlops_spec.document.diagnostic import Address
    from mlops_spec.spec.shared import Shared
    from mlops_spec.start.new.choices import Choices
    from mlops_spec.start.new.spot import Spot

_TABLE = "tool.mlops-spec"
_ONCE = ("after", "listen", "promote")  # of an environment, what GitHub and its host have once


def begin(root: Path, spot: Spot, choices: Choices) -> None:
    """Writes the table into the `pyproject.toml` of `root`, a copy: what was chosen, and what the first model says."""
    spec = safe_yaml.load((root / spot.folder / model_folder.SPEC).read_text(encoding="utf-8"))
    file = root / PROJECT
    lines = [f"[{_TABLE}] # what all models share: `mlops-spec explain {_TABLE}`"]
    lines.append(f"owners = {toml.written(list(choices.names.owners))}")
    if choices.branch != MAIN_BRANCH:
        lines.append(f"branch = {toml.written(choices.branch)}")
    lines += ["", f"[{_TABLE}.environments]"]
    for name, environment in spec["environments"].items():
        lines.append(f"{name} = {toml.written({key: environment[key] for key in _ONCE if key in environment})}")
    lines += in_settings(choices, spot.root.name)
    file.write_text(f"{file.read_text(encoding='utf-8').rstrip()}\n\n" + "\n".join(lines) + "\n", encoding="utf-8")


def leave_out(spec: Path, shared: Shared) -> None:
    """Takes from a starter's spec what the settings say, but owners of its own."""
    text = spec.read_text(encoding="utf-8")
    said = shared.model_dump(exclude_unset=True, exclude={"models", "runners"})
    data = parse(str(spec), text)
    assert not isinstance(data, list), "a starter's spec is YAML"
    if data.data["owners"] != said.get("owners"):
        said.pop("owners", None)
    for address in _both(data.data, said):
        text = _without(text, address)
    spec.write_text(text, encoding="utf-8")


def _both(own: Mapping[str, Any], said: Mapping[str, Any], above: Address = ()) -> Iterator[Address]:
    """The addresses of the values that both give."""
    for key in [key for key in own if key in said]:
        if isinstance(own[key], dict) and isinstance(said[key], dict) and key not in ("storage", "promote"):
            yield from _both(own[key], said[key], (*above, key))
        else:
            yield (*above, key)


def _without(text: str, address: Address) -> str:
    document = parse(str(model_folder.SPEC), text)
    assert not isinstance(document, list), "what was taken out left YAML"
    change = edit.without(document, address) or _emptied(document, address)
    return f"{text[: change.start]}{change.text}{text[change.end :]}"


def _emptied(document: Document, address: Address) -> Edit:
    """Of the only key below another, in lines of its own: that other becomes empty."""
    above = document.nodes[address[:-1]].key
    assert above is not None, "a mapping of a starter's spec has a key"
    start = above.end_mark.index + 1
    behind = document.text.find("\n", document.nodes[address].end.end_mark.index)
    return Edit(start, behind if behind >= 0 else len(document.text), " {}")
