"""Why a remote refused, out of what DVC says of it, and what to do: the line that tells is seldom DVC's last."""

from __future__ import annotations

import re

from mlops_spec.pipeline.dvc_output import reason

_SIGN_IN = "In a job, the step “Sign in to the storage” says as whom"
_USUAL = "Check its address, the network and your rights; `dvc pull -v` says more."
_LACKING = r"is supported, but requires '(dvc-\w+)'"
_INSTALL = r"`uv add \1` brings what DVC needs for it; commit pyproject.toml and uv.lock."
_NOBODY = r"Unable to locate credentials|Anonymous caller|DefaultAzureCredential failed|No credentials"
_SIGN = (
    f"Nobody is signed in. {_SIGN_IN}: it must come first, with `id-token: write` or secrets that are not empty. "
    "On your own machine sign in as your cloud's tools do."
)
_NOWHERE = r"NoSuchBucket|bucket does not exist|ContainerNotFound|container does not exist"
_MAKE = "Make the bucket, or correct `storage.url` in model.yaml, and render."
_ENDED = r"ExpiredToken|token (?:has|is) expired|TokenRefreshRequired"
_AGAIN = "The credentials ended before the work did: sign in again, or let the role's sessions last longer."
_ELSEWHERE = r"AuthorizationHeaderMalformed|PermanentRedirect|IllegalLocationConstraint"
_REGION = "`storage.region` in model.yaml must be the region that the bucket is in."
_UNWRITTEN = (
    r"\(AccessDenied\) when calling the (?:Put|Create|Upload|Complete|Abort|Delete)\w+"
    r"|AuthorizationPermissionMismatch|not authorized to perform this operation using this permission"
)
_WRITER = (
    f"Whoever is signed in may read, but not write. {_SIGN_IN}: only the training after a merge takes the `write` of "
    "`storage.sign_in`, whose policy must allow it."
)
_UNKNOWN = (
    r"AccessDenied|Access Denied|Forbidden|\(40[13]\)|InvalidAccessKeyId|SignatureDoesNotMatch|AuthenticationFailed"
)
_RIGHTS = (
    f"The storage knows nobody by these credentials, or lets them do nothing. {_SIGN_IN}: its role's policy must allow "
    "this bucket, and a secret must hold the key as it was given."
)
_AWAY = r"Could not connect to the endpoint|Connection refused|Name or service not known|getaddrinfo|timed? ?out"
_ENDPOINT = "Nothing answers there: look at `storage.endpoint` and `storage.region` in model.yaml, and at the network."
_MISSING = "do not exist neither locally nor on remote"
_PUSH = "Push it from where it was made, `dvc push`; or correct `storage.url` in model.yaml, which names another place."
# In the words of DVC, botocore and Azure's client; the first that fits, so that the more special stands above.
_KNOWN = (
    (_LACKING, _INSTALL),
    (_NOBODY, _SIGN),
    (_NOWHERE, _MAKE),
    (_ENDED, _AGAIN),
    (_ELSEWHERE, _REGION),
    (_UNWRITTEN, _WRITER),
    (_UNKNOWN, _RIGHTS),
    (_AWAY, _ENDPOINT),
    (_MISSING, _PUSH),
)


def refusal(stderr: str) -> tuple[str, str]:
    """What DVC says went wrong, in one line, and what to do about it."""
    for pattern, remedy in _KNOWN:
        for line in stderr.splitlines():
            found = re.search(pattern, line, re.IGNORECASE)
            if found:
                return re.sub("^(?:ERROR|WARNING): ", "", line.strip()), found.expand(remedy)
    return reason(stderr), _USUAL
