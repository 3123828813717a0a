"""Plays aws-actions/configure-aws-credentials: a role for the job's identity token, at the rehearsal's own STS.

Its words are those of the real action and of AWS, which does not tell a role that is not there from one that refuses.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from xml.etree import ElementTree

from mlops_spec.rehearse.sign_in import workflow
from mlops_spec.rehearse.sign_in.workflow import DIRECT, LONGEST, Refused, given

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_ENDPOINT, _REGIONS = "AWS_ENDPOINT_URL_STS", "MLOPS_REHEARSAL_AWS_REGIONS"  # what a rehearsal's bucket tells
_HOUR = 3600
_NOTHING = "Credentials could not be loaded, please check your action inputs: "
_NO_PROVIDER = f"{_NOTHING}Could not load credentials from any providers"
_HINT = (
    "It looks like you might be trying to authenticate with OIDC. Did you mean to set the `id-token` permission? "
    "If you are not trying to authenticate with OIDC and the action is working successfully, "
    "you can ignore this message."
)
# What AWS says where SeaweedFS uses words of its own.
_WORDS = {
    "AccessDenied": "Not authorized to perform sts:AssumeRoleWithWebIdentity",
    "ExpiredTokenException": "Token expired: current date/time must be before the expiration date/time",
}


def sign_in() -> None:
    """Exports the credentials of the role, or of the keys, that the step names."""
    region = given("aws-region")
    if not region:
        raise Refused("Input required and not supplied: aws-region")
    if not re.fullmatch("[a-z0-9-]+", region):
        raise Refused(f"Region is not valid: {region}")
    workflow.export({"AWS_DEFAULT_REGION": region, "AWS_REGION": region})
    key, secret, role = (given(name) for name in ("aws-access-key-id", "aws-secret-access-key", "role-to-assume"))
    if key:
        if not secret:
            raise Refused("'aws-secret-access-key' must be provided if 'aws-access-key-id' is provided")
        _export(key, secret, "")
        print("Proceeding with IAM user credentials")
        return
    if not role or not workflow.has_identity():
        if role:
            print(_HINT)
        raise Refused(_NO_PROVIDER)
    token = workflow.identity(given("audience"))
    print("Assuming role with OIDC")
    _assume(role, token, region)


def _assume(role: str, token: str, region: str) -> None:
    endpoint = os.environ.get(_ENDPOINT)
    if not endpoint:
        print(f"::notice::this rehearsal has no AWS: {role} must trust {workflow.subject(token)}")
        return
    if region not in os.environ.get(_REGIONS, "").split():
        raise Refused(f"Could not assume role with OIDC: getaddrinfo ENOTFOUND sts.{region}.amazonaws.com")
    found = _ask(endpoint, role, token)
    access, secret, session = (_text(found, name) for name in ("AccessKeyId", "SecretAccessKey", "SessionToken"))
    print(f"Authenticated as assumedRoleId {role.rpartition('/')[2]}:{_session_name()}")
    _export(access, secret, session)
    workflow.output({"aws-account-id": role.split(":")[4] if role.count(":") > 4 else ""})


def _ask(endpoint: str, role: str, token: str) -> Element:
    asked = {
        "Action": "AssumeRoleWithWebIdentity",
        "Version": "2011-06-15",
        "RoleArn": role,
        "RoleSessionName": _session_name(),
        "DurationSeconds": given("role-duration-seconds") or str(_HOUR),
        "WebIdentityToken": token,
    }
    try:
        with DIRECT.open(endpoint, urlencode(asked).encode(), timeout=LONGEST) as answer:
            return ElementTree.fromstring(answer.read())  # noqa: S314 - our own server's
    except HTTPError as error:
        raise _refusal(ElementTree.fromstring(error.read()), role, token) from None  # noqa: S314
    except (URLError, OSError) as error:
        raise Refused(f"Could not assume role with OIDC: {getattr(error, 'reason', error)}") from None


def _refusal(found: Element, role: str, token: str) -> Refused:
    code, message = _text(found, "Code"), _text(found, "Message")
    print(f"The rehearsal's STS says of {role}: {message}")
    print(f"The role's trust policy must allow the subject {workflow.subject(token)}")
    return Refused(f"Could not assume role with OIDC: {_WORDS.get(code, message)}")


def _text(found: Element, name: str) -> str:
    return next((each.text or "" for each in found.iter() if each.tag.rpartition("}")[2] == name), "")


def _session_name() -> str:
    return given("role-session-name") or "GitHubActions"


def _export(access: str, secret: str, session: str) -> None:
    found = {"AWS_ACCESS_KEY_ID": access, "AWS_SECRET_ACCESS_KEY": secret, "AWS_SESSION_TOKEN": session}
    for value in filter(None, found.values()):
        workflow.mask(value)
    workflow.export(found)


if __name__ == "__main__":
    workflow.run(sign_in)
