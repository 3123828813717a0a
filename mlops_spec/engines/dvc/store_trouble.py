"""Refusals by a store, recognized in DVC's output: who was refused, and how to fix it.

DVC hands on the words of boto3 and its like, which name neither the role nor the setting; of a HEAD request S3 gives
nothing but a number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from mlops_spec.errors import Exit, Failure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlops_spec.spec import Spec

Rights = Literal["read", "write"]
Role = Literal["read", "write", "score"]  # of `storage.sign_in`
_DOCTOR = "`mlops-spec doctor --cloud` writes what the cloud must be told"


@dataclass(frozen=True)
class _Kind:
    pattern: re.Pattern[str]
    what: str
    remedy: str
    exit_code: Exit


def _kind(pattern: str, what: str, remedy: str, exit_code: Exit = Exit.CONFIG) -> _Kind:
    return _Kind(re.compile(pattern, re.IGNORECASE), what, remedy, exit_code)


# The first that fits.
_KINDS = (
    _kind(
        r"is supported, but requires '([\w-]+)'",
        "DVC's plugin for it is not installed",
        'Run `uv add "dvc[{extra}]"`, and commit pyproject.toml and uv.lock.',
    ),
    _kind(
        r"RequestTimeTooSkewed",
        "this machine's clock is wrong",
        "Set the clock: the store refuses what was signed more than 15 minutes ago.",
    ),
    _kind(
        r"ExpiredToken|TokenRefreshRequired|token.{0,40}expired|RequestExpired|credentials.{0,30}expired",
        "the credentials {who} have expired",
        "The role must allow sessions as long as the training (`MaxSessionDuration`); run the job again. {doctor}.",
    ),
    _kind(
        r"NoSuchBucket|bucket does not exist|container.{0,20}(not exist|not found)|ContainerNotFound",
        "there is no such bucket",
        "Make it, or mend `storage.url`.",
    ),
    _kind(
        r"PermanentRedirect|AuthorizationHeaderMalformed|IllegalLocationConstraint|\(301\)|Moved Permanently",
        "the bucket lies in another region",
        "Write the bucket's own region into `storage.region`, and run `mlops-spec render`.",
    ),
    _kind(
        r"Unable to locate credentials|NoCredentials|PartialCredentials|DefaultCredentialsError|DefaultAzureCredential"
        r"|Anonymous caller|credentials were not found",
        "nobody has signed in",
        "In a job, the step “Sign in to the storage” must come first: see `storage.sign_in` in the spec. On a machine "
        "of your own sign in as your cloud's tools do.",
    ),
    _kind(
        r"InvalidAccessKeyId|SignatureDoesNotMatch|InvalidToken|InvalidClientTokenId|AuthenticationFailed",
        "the credentials {who} are not ones that the store knows",
        "Mend the secrets, or sign in again.",
    ),
    _kind(
        r"\(AccessDenied\) when calling the (?:Put|Create|Upload|Complete|Abort|Delete)\w+"
        r"|not authorized to perform this operation using this permission",
        "{who} may read, but not write",
        "In a job, the step “Sign in to the storage” says as whom: only the training after a merge takes the `write` "
        "of `storage.sign_in`, whose policy must allow it. {doctor}.",
    ),
    _kind(
        r"AccessDenied|Access Denied|Forbidden|\(40[13]\)|AuthorizationPermissionMismatch|does not have storage",
        "{who} may not {rights} there",
        "Give it the rights of `{rights}` on the bucket, and check the endpoint's own policies. {doctor}.",
    ),
    _kind(
        r"Could not connect to the endpoint|EndpointConnectionError|Connect(ion)? ?time(d )?out|ConnectTimeout"
        r"|Name or service not known|nodename nor servname|Temporary failure in name resolution|Connection refused",
        "it does not answer",
        "Check `storage.url` and `storage.endpoint`, and the network; then run the job again.",
        Exit.UNAVAILABLE,
    ),
    _kind(
        r"was changed where it is stored",
        "somebody has changed it there",
        "Find out who. Then push it again from where it was made, `dvc push`.",
        Exit.FINDINGS,
    ),
    _kind(
        r"do not exist neither locally nor on remote",
        "nobody has pushed it there",
        "Push it from where it was made, `dvc push`; or mend `storage.url`, which names another place.",
        Exit.UNAVAILABLE,
    ),
)


@dataclass(frozen=True)
class Keys:
    """As whom jobs get in, by what they may do there; empty where the spec does not say."""

    read: str = ""
    write: str = ""

    def who(self, rights: Rights) -> str:
        """Whoever is there to read or to write, as a message names them."""
        name = self.read if rights == "read" else self.write
        return f"`{name}` (storage.sign_in, `{rights}`)" if name else "whoever has signed in"


def keys_of(spec: Spec) -> Keys:
    """As whom a spec lets jobs in."""
    given = spec.storage.sign_in if spec.storage else None
    held = (given.aws or given.google or given.azure) if given else None
    if held is not None:
        return Keys(held.read or "", held.write)
    secrets = given.secrets if given else None
    return Keys(", ".join(secrets.read), ", ".join(secrets.write)) if secrets else Keys()


def trouble(said: str, rights: Rights, keys: Keys, what: str) -> Failure | None:
    """What a store refused, from all that DVC said; None where these are not words of a refusal.

    `what` is what was asked of the remote, as "the DVC remote `storage` does not take the results".
    """
    for kind in _KINDS:
        found = kind.pattern.search(said)
        if found:
            extra = found[1].removeprefix("dvc-") if found.groups() and found[1] else ""
            values = {"who": keys.who(rights), "rights": rights, "doctor": _DOCTOR, "extra": extra}
            return Failure(
                f"{what}: {kind.what.format(**values)} ({_line(said, found.start())})",
                exit_code=kind.exit_code,
                remedy=kind.remedy.format(**values),
            )
    return None


def refuse_empty(spec: Spec, rights: Role, environ: Mapping[str, str]) -> None:
    """Raises Failure (78) where a secret that the spec names reached this step as an empty text."""
    given = spec.storage.sign_in if spec.storage else None
    secrets = given.secrets if given else None
    names: list[str] = getattr(secrets, rights) if secrets else []
    empty = [name for name in names if environ.get(name) == ""]
    if empty:
        done, where = _DONE[rights]
        raise Failure(
            f"the secret {empty[0]} (storage.sign_in.secrets.{rights}) is empty in this step: nothing could be {done}",
            exit_code=Exit.CONFIG,
            remedy=f"Set it in the environment {where}, and see that a workflow which is called is passed it by name.",
        )


_DONE: dict[Role, tuple[str, str]] = {  # what comes to nothing, and which environments of GitHub hold the secrets
    "read": ("read from the storage", "`reading`, `monitoring` or `pull-requests`"),
    "write": ("stored in the storage", "`training`"),
    "score": ("scored: the package, deliveries and scores lie in the storage", "`scoring`"),
}


def _line(said: str, place: int) -> str:
    start = said.rfind("\n", 0, place) + 1
    end = said.find("\n", place)
    line = said[start : end if end >= 0 else len(said)].strip()
    return re.sub(r"^(ERROR|WARNING): (unexpected error - )?", "", line)
