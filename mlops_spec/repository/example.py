"""The small example repository of a rule's page: a sound one, with the page's own files in place.

An example begins with sections of the spec. A line `# path/of.file` begins another file, `# path/of.file (none)` leaves
one out, and `# path/of.file (25 MB)` only says how large one is; `# in folder/` says where in its work tree all lies,
`# in a submodule` that this is one of another's. `# folder/model.yaml is the model ...` and `... has ...` tell of other
models of the repository, by their name and their environments.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

from mlops_spec import model_folder
from mlops_spec.regex import regex
from mlops_spec.repository import origin
from mlops_spec.repository.near import Near
from mlops_spec.repository.origin import CONFIG, HEAD
from mlops_spec.repository.view import Beside, Repository
from mlops_spec.validate.project import shared_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_FILE = regex(r"# (?P<path>[\w./-]+\.\w+|\.dvc/config|\.git/[\w/]+|\.env)( \((?P<how>none|(?P<size>\d+) MB)\))?")
_OTHER = regex(r"# (?P<folder>[\w/-]+)/model\.yaml (is the model|has) `(?P<said>.+)`")
_ABOVE = "../../pyproject.toml"
_INSIDE = regex(r"# in ([\w/-]+)/")

_NAME = "example"  # of the model
_SOUND = {
    "data/rows.csv.dvc": "outs:\n  - path: rows.csv\n",
    ".dvc/config": "[core]\n    remote = storage\n['remote \"storage\"']\n    url = /srv/storage\n    verify = true\n",
    "src/example/__init__.py": "",
    "src/example/train.py": "def main():\n    pass\n",
    "src/example/predict.py": "def load(model_dir):\n    return model_dir\n",
    "pyproject.toml": '[project]\nname = "example"\ndependencies = ["dvc[s3]"]\n',
    "uv.lock": "version = 1\n",
}


class Example(NamedTuple):
    """The spec of an example, the repository around it, and what other models there mean for it."""

    spec: str
    repository: Repository
    beside: Beside


def described(example: str, whole: Callable[[str], str]) -> Example:
    """The parts of an example; `whole` makes a spec of some of its sections."""
    spec: list[str] = []
    files: dict[str, str] = dict(_SOUND)
    sizes: dict[str, int] = {}
    path = inside = ""
    others: dict[str, str] = {}
    apart = False
    for line in example.splitlines():
        if header := _FILE.fullmatch(line):
            path = header["path"]
            files.pop(path, None)
            if header["size"]:
                sizes[path] = int(header["size"]) * 10**6
            elif not header["how"]:
                files[path] = ""
        elif place := _INSIDE.fullmatch(line):
            inside = place[1]
        elif line == "# in a submodule":
            apart = True
        elif other := _OTHER.fullmatch(line):
            others[other["folder"]] = other["said"]
        elif path:
            files[path] += f"{line}\n"
        else:
            spec.append(line)
    text = whole("\n".join(spec)).lstrip("\n")
    shared = shared_of(_ABOVE, files.pop(_ABOVE, "").encode())
    git = {name: files.pop(f".git/{name}", "") for name in (CONFIG, HEAD)}
    contents = {name: content.encode() for name, content in files.items()} | {str(model_folder.SPEC): text.encode()}
    known = {name: len(each) for name, each in contents.items()} | sizes
    found = origin.described(git[CONFIG], git[HEAD])
    around = Repository("", known, contents.__getitem__, inside, found)
    return Example(text, around, Beside(shared, _near(inside, others)._replace(in_submodule=apart)))


def _near(inside: str, others: Mapping[str, str]) -> Near:
    above = [str(each) for each in PurePosixPath(inside).parents] if inside else []
    return Near(
        twins=tuple(folder for folder, said in others.items() if said == _NAME),
        around=tuple(folder for folder in others if folder in above),
        environments=tuple((folder, said) for folder, said in others.items() if said.startswith("environments:")),
    )
