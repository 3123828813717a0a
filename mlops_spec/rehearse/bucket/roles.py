"""Roles of AWS (trust policy and permissions), translated for SeaweedFS's STS."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
AUDIENCE = "sts.amazonaws.com"
_ISSUER = "token.actions.githubusercontent.com"  # as trust policies for GitHub name it
_PROVIDER = "github"
_VERSION = "2012-10-17"  # of the policy language


@dataclass(frozen=True)
class Role:
    """`trust` and `policy` are documents as AWS takes them, for tokens that GitHub issues."""

    arn: str
    trust: Json
    policy: Json

    @property
    def name(self) -> str:
        return self.arn.rpartition("/")[2]


def role(arn: str, subjects: tuple[str, ...], bucket: str, *, writes: bool) -> Role:
    """A role for the jobs with these subjects, which reads a bucket, or writes to it as well but deletes nothing."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": f"arn:aws:iam::{arn.split(':')[4]}:oidc-provider/{_ISSUER}"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {f"{_ISSUER}:sub": list(subjects)}},
    }
    objects = ["s3:GetObject", *(["s3:PutObject", "s3:AbortMultipartUpload"] if writes else [])]
    policy = [
        {"Effect": "Allow", "Action": ["s3:ListBucket"], "Resource": [f"arn:aws:s3:::{bucket}"]},
        {"Effect": "Allow", "Action": objects, "Resource": [f"arn:aws:s3:::{bucket}/*"]},
    ]
    return Role(arn, {"Version": _VERSION, "Statement": [statement]}, {"Version": _VERSION, "Statement": policy})


def configuration(issuer: str, roles: tuple[Role, ...]) -> Json:
    """What `weed server -s3.iam.config=…` reads: one provider, the roles, and nothing allowed besides."""
    provider = {"issuer": issuer, "clientId": AUDIENCE, "jwksUri": f"{issuer}/.well-known/jwks"}
    return {
        "sts": {
            "tokenDuration": "1h",
            "maxSessionLength": "12h",
            "issuer": "rehearsal-sts",
            "signingKey": base64.b64encode(secrets.token_bytes(32)).decode(),
        },
        "policy": {"defaultEffect": "Deny", "storeType": "memory"},
        "providers": [{"name": _PROVIDER, "type": "oidc", "enabled": True, "config": provider}],
        "roles": [
            {
                "roleName": role.name,
                "roleArn": role.arn,
                "trustPolicy": _translated_trust(role.trust),
                "attachedPolicies": [role.name],
            }
            for role in roles
        ],
        "policies": [{"name": role.name, "document": _with_session(role.policy)} for role in roles],
    }


def _translated_trust(document: Json) -> Json:
    return {**document, "Statement": [_translated(statement) for statement in document["Statement"]]}


def _translated(statement: Json) -> Json:
    condition = {
        operator: {key.replace(f"{_ISSUER}:", "oidc:"): value for key, value in compared.items()}
        for operator, compared in statement.get("Condition", {}).items()
    }
    action = statement["Action"]
    actions = [action] if isinstance(action, str) else action
    return {**statement, "Principal": {"Federated": _PROVIDER}, "Action": actions, "Condition": condition}


def _with_session(document: Json) -> Json:
    """SeaweedFS asks of a session's policy that it may be validated, which AWS takes as given."""
    session = {"Effect": "Allow", "Action": ["sts:ValidateSession"], "Resource": ["*"]}
    return {**document, "Statement": [session, *document["Statement"]]}
