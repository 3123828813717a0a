"""A gate, whatever its kind: what those who read, judge and record gates ask of one."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Self

from pydantic import Field

from mlops_spec.spec.base import Strict
from mlops_spec.spec.weakening import Weakening
from mlops_spec.words.value import plain

if TYPE_CHECKING:
    from mlops_spec.spec.evaluate import Evaluate
    from mlops_spec.spec.gates.demand import Demand
    from mlops_spec.spec.gates.result import Outcome, Result

MARGIN = (
    "How much worse than the anchor an inconclusive result may be: than the last version that passed this gate by its "
    "own interval. Without a margin what is inconclusive blocks."
)
OnInconclusive = Annotated[
    Literal["block", "review"],
    Field(
        description="What becomes of a result that is inconclusive: it stops the release (`block`), or waits for the "
        "word of an owner or an approver of an environment (`review`): an approving review of the pull request's last "
        "commit, not by its author, with a line `accept GATE: reason`. It goes on record. What failed stops all the "
        "same.",
        examples=["review"],
    ),
]


@dataclass(frozen=True)
class Requirement:
    """One gate in words."""

    what: str
    bound: str


class Kind(ABC):
    """What is known of all gates of a kind, those included that every model has without naming them."""

    kind: ClassVar[str]  # by which results and the ledger name it
    of_rows: ClassVar[bool]  # whether it judges answers to test rows, so that a sample shows little of it
    of_measure: ClassVar[bool] = False  # whether its value is a measure of the evaluation, over all test rows
    of_two: ClassVar[bool] = False  # whether it compares with another version in any case
    of_parts: ClassVar[bool] = False  # whether it judges parts of the rows, each by itself
    of_quality: ClassVar[bool] = False  # whether it keeps out a model that is bad on all rows
    has_baseline: ClassVar[bool] = False  # whether a result may tell what the champion reaches
    of_package: ClassVar[bool] = False  # whether its value is the size of the package

    @classmethod
    @abstractmethod
    def allowed(cls, demand: "Demand", found: "Result", rows: int, part_rows: int | None) -> "set[Outcome]":
        """The verdicts that a result's own numbers allow; `rows` of the test, `part_rows` of a slice, if known."""

    @classmethod
    def label(cls, found: "Result") -> str:
        """How a person names the gate of a result."""
        return found.id

    @classmethod
    def number(cls, amount: float) -> str:
        """A value or bound as this kind is written: with sign, unit or decimals."""
        return plain(amount)

    @classmethod
    def tells(cls, found: "Result") -> bool:
        """Whether a pass is shown with its reason."""
        return found.value is None or found.anchor is not None

    @classmethod
    def part(cls, found: "Result") -> str | None:
        """The rows that decided, where the id of a result does not name them."""
        del found
        return None


class Gate(Strict, Kind):
    """A gate of the spec.

    No reader forgets a kind: what is abstract can't be left out of one. Each is `final`, by which mypy says so.
    """

    @property
    def id(self) -> str:
        """How reports, waivers and the ledger name it: `fairness/equalized_odds_difference/sex`."""
        return "/".join(self.steps())

    @abstractmethod
    def steps(self) -> list[str]:
        """The steps of its id."""

    @abstractmethod
    def demand(self, evaluate: "Evaluate") -> "Demand":
        """What it demands of a result, in numbers."""

    @abstractmethod
    def requirement(self) -> Requirement:
        """What it demands, in the words of the model card."""

    @abstractmethod
    def weakenings(self, new: Self, where: str) -> Iterator[Weakening]:
        """What the gate of the same id in a new spec guards less than this one; `where` names the gate."""

    @abstractmethod
    def named_columns(self) -> Iterator[tuple[str, str | list[str]]]:
        """The columns of the data that it names, by the key that names them; `all` is none."""

    @property
    def measure(self) -> str | None:
        """The measure that it names, which is then measured."""
        return getattr(self, "metric", None)

    @property
    def limits(self) -> tuple[float | None, float | None] | None:
        """The least and the greatest value of its measure; None where it holds no measure against a bound."""
        return None

    @property
    def may_lose(self) -> tuple[str, float] | None:
        """The key that says how much of its measure may be lost, and how much; None where nothing is compared."""
        return None

    @property
    def environment(self) -> str | None:
        """The environment whose live version it compares with."""
        return None

    @property
    def reviewed(self) -> bool:
        """Whether an inconclusive result waits for an approver's word."""
        return getattr(self, "on_inconclusive", "block") == "review"

    def bearable(self, bears: list[float], wide: float) -> Iterator[tuple[str, float]]:
        """Numbers for keys of it that the rows bear.

        `bears` are the bounds that an equal model passes, one for each result; `wide` the half of the widest interval.
        """
        del bears, wide
        yield from ()


def all_or(columns: list[str] | str) -> str | list[str]:
    """The columns of a key that may be `all`, which names none."""
    return [] if columns == "all" else columns


def within(minimum: float | None, maximum: float | None) -> str:
    """Two bounds in words."""
    bounds = (("≥", minimum), ("≤", maximum))
    return " and ".join(f"{sign} {bound:g}" for sign, bound in bounds if bound is not None)


def listed(columns: str | list[str]) -> list[str]:
    """One column or several, as a list."""
    return [columns] if isinstance(columns, str) else columns
