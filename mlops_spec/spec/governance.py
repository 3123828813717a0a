"""The section `governance`: what the model is for, who answers for it, what is kept."""

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from mlops_spec.spec.base import Duration, Owner, Strict, Text, no_items, words


def _is_in_the_calendar(text: str) -> str:
    date.fromisoformat(text)
    return text


IsoDate = Annotated[
    str,
    words(
        r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$",
        10,
        "a day of the calendar as `YYYY-MM-DD`",
        "2027-01-31",
    ),
    AfterValidator(_is_in_the_calendar),
    Field(json_schema_extra={"format": "date"}),
]


class Retention(Strict):
    """How long records are kept."""

    predictions: Duration = Field("183d", description="How long the prediction log is kept.")


class Waiver(Strict):
    """A gate that may fail for a while, because somebody answers for it."""

    gate: Text = Field(
        description="The gate's id, such as `fairness/equalized_odds_difference/sex`.",
        examples=["fairness/equalized_odds_difference/sex"],
    )
    reason: Text = Field(
        description="Why it may fail.", examples=["Too few rows of this group until the new region is in."]
    )
    owner: Owner = Field(description="Who answers for it.")
    expires: IsoDate = Field(description="Its last day; afterwards it is an error.")


class Governance(Strict):
    """What an auditor asks for."""

    risk: Literal["minimal", "limited", "high"] = Field("minimal", description="Class of the EU AI Act.")
    intended_use: Text | None = Field(
        None,
        description="What the model is for; it stands in the model card.",
        examples=["Ranking card holders for a reminder before the due date."],
    )
    out_of_scope: list[Text] = Field(
        default_factory=no_items,
        description="Uses that the model is not made for.",
        examples=[["Deciding on credit without a person."]],
    )
    retention: Retention = Field(default_factory=Retention.model_construct)
    separation_of_duties: bool = Field(True, description="Nobody approves a promotion of their own change.")
    provenance: Literal["none", "github"] = Field(
        "none", description="`github` attests each package by Sigstore (public repositories, or GitHub Enterprise)."
    )
    merge_queue: bool = Field(
        False,
        description="Pull requests merge one after the other, each checked on what the branch will be by then: by "
        "GitHub's merge queue, which it has for repositories of organizations (public, or Enterprise Cloud).",
    )
    waivers: list[Waiver] = Field(
        default_factory=no_items, description="Gates that may fail for a while, each with reason, owner and last day."
    )
