"""What a stage opens, it names.

A stage runs again when its inputs change: what `reads` names, its code and its parameters. A list of words or a table
that the code opens and nobody names may change, and nothing is trained: the pipeline says "unchanged" and the old model
goes out. A predictor that opens a file of the repository finds it nowhere else: a package carries `src` and the model.

Bad:

    train:
      run: python -m example.train
      predictor: example.predict:load
    # src/example/train.py
    from pathlib import Path
    def main():
        words = Path("config/stopwords.txt").read_text().split()
    # config/stopwords.txt
    the

Good:

    train:
      run: python -m example.train
      reads: [config/stopwords.txt]
      predictor: example.predict:load
    # src/example/train.py
    from pathlib import Path
    def main():
        words = Path("config/stopwords.txt").read_text().split()
    # config/stopwords.txt
    the

Fix: name the file, or its folder, in the stage's `reads`; of a predictor, let the training copy it beside the model.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlops_spec import model_folder
from mlops_spec.document.finding import Finding
from mlops_spec.engines.files import kept
from mlops_spec.repository.code import code_of
from mlops_spec.repository.opened import opened
from mlops_spec.spec.paths import data_paths
from mlops_spec.spec.stages import SURROUNDINGS, overlap, user_stages

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mlops_spec.document.diagnostic import Severity
    from mlops_spec.repository.view import Repository
    from mlops_spec.spec import Spec

CODE = "MS849"
NAME = "unnamed-file"
SEVERITY: Severity = "warning"

_OURS = (str(model_folder.BUILD), "model.yaml", "params.yaml", *SURROUNDINGS)


def check(spec: Spec, repository: Repository) -> Iterator[Finding]:
    reads = {name: stage.reads for name, stage in user_stages(spec).items()} | {"train": spec.train.reads}
    written = [path for stage in user_stages(spec).values() for path in stage.writes]
    code = code_of(spec, repository, repository.up)
    tracked = {*kept(repository.sizes)}
    beside = (*_OURS, *data_paths(spec.data), *written)
    for stage, named in (*reads.items(), ("package", [])):
        known = (*named, *beside, *code[stage].paths)
        for path in code[stage].files if path_is_told(spec, stage) else ():
            found = repository.python(path) if path.endswith(".py") else None
            for node, file in opened(found.tree) if found else ():
                there = repository.is_file(file) or file in tracked
                if found and there and not file.endswith(".py") and not any(overlap(file, each) for each in known):
                    yield Finding((), *_told(stage, file), document=found.document, span=found.span(node))


def path_is_told(spec: Spec, stage: str) -> bool:
    """Whether a stage's code is that of the user's: a package without a predictor has none."""
    return stage != "package" or spec.train.predictor is not None


def _told(stage: str, file: str) -> tuple[str, str]:
    if stage == "package":
        return f"a package does not carry `{file}`", "let the training copy it beside the model"
    where = "train.reads" if stage == "train" else f"the `reads` of `{stage}`"
    return f"`{stage}` opens `{file}`, and does not run anew when it changes", f"add it to `{where.strip('`')}`"
