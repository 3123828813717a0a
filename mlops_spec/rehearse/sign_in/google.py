"""Plays google-github-actions/auth up to the identity token: a rehearsal has no Google that would take it."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path

from mlops_spec.platforms.github.variables import WORKSPACE
from mlops_spec.rehearse.sign_in import workflow
from mlops_spec.rehearse.sign_in.workflow import Refused, given

_WITHOUT = (
    "GitHub Actions did not inject $ACTIONS_ID_TOKEN_REQUEST_TOKEN or $ACTIONS_ID_TOKEN_REQUEST_URL into this job. "
    "This most likely means the GitHub Actions workflow permissions are incorrect, "
    "or this job is being run from a fork. For more information, please see https://docs.github.com/en/actions/security-guides/"
    "automatic-token-authentication#permissions-for-the-github_token"
)


def sign_in() -> None:
    """Asks for the token that the provider would exchange, and says whom it must trust."""
    provider, account = given("workload_identity_provider"), given("service_account")
    if not provider:
        raise Refused(
            "google-github-actions/auth failed with: The GitHub Action workflow must specify exactly one of "
            '"workload_identity_provider" or "credentials_json"!'
        )
    if not workflow.has_identity():
        raise Refused(f"google-github-actions/auth failed with: {_WITHOUT}")
    token = workflow.identity(f"https://iam.googleapis.com/{provider}")
    _leave_credentials(provider)
    print(f"::notice::this rehearsal has no Google Cloud: {account} must trust {workflow.subject(token)}")


def _leave_credentials(provider: str) -> None:
    file = Path(os.environ[WORKSPACE]) / f"gha-creds-{secrets.token_hex(8)}.json"
    source = {"url": os.environ[workflow.URL], "headers": {"Authorization": f"Bearer {os.environ[workflow.TOKEN]}"}}
    told = {"type": "external_account", "audience": f"//iam.googleapis.com/{provider}", "credential_source": source}
    file.write_text(json.dumps(told), encoding="utf-8")
    variables = ("CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE", "GOOGLE_APPLICATION_CREDENTIALS", "GOOGLE_GHA_CREDS_PATH")
    workflow.export(dict.fromkeys(variables, str(file)))


if __name__ == "__main__":
    workflow.run(sign_in)
