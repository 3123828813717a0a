"""Plays azure/login up to the identity token: a rehearsal has no Entra that would take it."""

from __future__ import annotations

from mlops_spec.rehearse.sign_in import workflow
from mlops_spec.rehearse.sign_in.workflow import Refused, given

_FAILED = "Login failed with Error: "
_WITHOUT = (
    "Failed to fetch federated token from GitHub. "
    "Please make sure to give write permissions to id-token in the workflow."
)


def sign_in() -> None:
    """Asks for the token that a federated credential would be compared with, and says whom it must trust."""
    client, tenant = given("client-id"), given("tenant-id")
    if not client or not tenant:
        raise Refused(
            f"{_FAILED}Using auth-type: SERVICE_PRINCIPAL. Not all values are present. "
            "Ensure 'client-id' and 'tenant-id' are supplied."
        )
    if not given("subscription-id") and given("allow-no-subscriptions").lower() != "true":
        raise Refused(f"{_FAILED}Ensure 'subscription-id' is supplied or 'allow-no-subscriptions' is 'true'.")
    try:
        token = workflow.identity(given("audience"))
    except Refused as refused:
        print(f"::error::{_WITHOUT}")
        raise Refused(f"{_FAILED}{refused}") from None
    print(f"::notice::this rehearsal has no Azure: {client} must trust {workflow.subject(token)}")


if __name__ == "__main__":
    workflow.run(sign_in)
