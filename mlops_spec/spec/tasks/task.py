"""A task: what is predicted, how a package is asked for it, what is measured, and what has no meaning for it."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mlops_spec.spec.data import Column
    from mlops_spec.spec.tasks.metric import Metric

TaskName = Literal[
    "binary-classification",
    "multiclass-classification",
    "regression",
    "multilabel-classification",
    "forecasting",
    "ranking",
    "generation",
    "custom",
]
# What a spec can ask for that not every task has.
Meaning = Literal["threshold", "positive", "cost", "k", "decision", "fairness", "calibration", "weight", "shift"]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What `predict` gives for n rows: one output of the Open Inference Protocol, and what its numbers are."""

    name: str  # of the output tensor
    words: str  # what it is, as a refusal says it
    by_class: bool  # (n, k), a column for each class, label, target or quantile, where there are several; else (n,)
    probabilities: bool  # each within 0 and 1
    sums: bool  # the probabilities of a row sum to 1
    holds: Literal["numbers", "text", "json"] = "numbers"  # what each row's is; JSON: a text of it, whatever it holds
    ascends: bool = False  # the columns of a row are quantiles: none is less than the one before

    @property
    def numbers(self) -> bool:
        """Whether answers are numbers; else each is a text."""
        return self.holds == "numbers"

    @property
    def datatype(self) -> Literal["FP64", "BYTES"]:
        """The protocol's name of their type."""
        return "FP64" if self.numbers else "BYTES"

    def shape(self, rows: int, classes: int) -> tuple[int, ...]:
        """The shape of an answer for so many rows; -1 stands for any number of them."""
        return (rows, classes) if self.by_class and classes else (rows,)


@dataclass(frozen=True)
class Curve:
    """A curve that versions are compared by: its file, the fields of its points, and its title."""

    name: str
    x: str
    y: str
    title: str


@dataclass(frozen=True, kw_only=True)
class Task:
    """What lint, plan, card, the package and the server must know of a task; it loads no NumPy.

    `mlops_spec.pipeline.tasks` has its other half, which reads the target.
    """

    name: TaskName
    alone: TaskName
    """The task that each column of the target is alone, as `mlops_validators` tells whether a feature gives it away."""
    of_classes: bool
    """Whether the target's values are classes; else they are numbers."""
    by_query: bool
    """Whether rows lie in queries, which are what is judged and resampled: the groups that the split keeps whole."""
    targets: Literal["one", "several", "any", "one or none"]
    """How many columns the target may be: one, several (each a column of the answer), either, or none at all."""
    ahead: bool
    """Whether rows of the future are asked for, from an origin on: then the data has time, frequency and horizon."""
    mismatch: Callable[[Column, int | None], str]
    """What keeps a column of the contract, of so many values where that is known, from being a target; else empty."""
    answer: Answer
    decides: Literal["threshold", "largest", "nothing"]
    """How an answer becomes a decision: from the threshold on, or the class of the largest probability."""
    metrics: Mapping[str, Metric]
    usual: tuple[str, ...]
    """What is measured where a spec names nothing."""
    of_quantiles: tuple[str, ...] = ()
    """The metrics that need answers to be quantiles; they are usual where those are."""
    chance: Callable[[str, Column | None, int | None], float | None]
    """What a model reaches in a metric that has learned nothing, by the target in the contract and the number of its
    values, where those are known; None where that does not tell."""
    curves: tuple[Curve, ...]
    pictures: tuple[str, ...]
    """Of the answers alone, before those of slices and groups."""
    pipeline_tag: str
    """Hugging Face's name."""
    lacks: Mapping[Meaning, str]
    """What has no meaning for the task, each with the reason as a finding says it."""

    def has(self, meaning: Meaning) -> bool:
        """Whether something that a spec can ask for has a meaning here."""
        return meaning not in self.lacks

    def takes(self, columns: int) -> bool:
        """Whether the target may be so many columns."""
        least, most = {"one": (1, 1), "several": (2, inf), "any": (1, inf), "one or none": (0, 1)}[self.targets]
        return least <= columns <= most
