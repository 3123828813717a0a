"""What DVC says of a remote that refuses, as SeaweedFS and Azurite made it say it, is told with what to do."""

from __future__ import annotations

import pytest

from mlops_spec.pipeline.remote_refusals import refusal

FAILED = "ERROR: failed to push data to the cloud - 1 files failed to upload\n"
TRANSFER = "ERROR: failed to transfer '34ff2335cbe2045ddc3b78993d1e971d' - "
CONNECT = "ERROR: failed to connect to s3 (acme-models/x/files/md5) - "
MISSING = (
    "WARNING: Some of the cache files do not exist neither locally nor on remote. Missing cache files:\n"
    "md5: 34ff2335cbe2045ddc3b78993d1e971d\n"
    "ERROR: failed to pull data from the cloud - Checkout failed for following targets:\ndata.csv\n"
)


@pytest.mark.parametrize(
    ("said", "told", "remedy"),
    [
        (
            "ERROR: unexpected error - s3 is supported, but requires 'dvc-s3' to be installed\n",
            "requires 'dvc-s3'",
            "`uv add dvc-s3`",
        ),
        (f"{CONNECT}Unable to locate credentials\n{FAILED}", "locate credentials", "Nobody is signed in"),
        (
            f"{TRANSFER}An error occurred (NoSuchBucket) when calling the PutObject operation\n{FAILED}",
            "NoSuchBucket",
            "Make the bucket",
        ),
        (
            f"{TRANSFER}An error occurred (AccessDenied) when calling the PutObject operation\n{FAILED}",
            "PutObject",
            "may read, but not write",
        ),
        (
            f"{CONNECT}Forbidden: An error occurred (403) when calling the HeadObject operation: Forbidden\n{FAILED}",
            "HeadObject",
            "knows nobody by these credentials",
        ),
        (f"{TRANSFER}An error occurred (ExpiredToken) when calling\n{FAILED}", "ExpiredToken", "sign in again"),
        (
            f"{TRANSFER}(AuthorizationHeaderMalformed) wrong region; expecting 'eu-central-1'\n{FAILED}",
            "expecting 'eu-central-1'",
            "`storage.region`",
        ),
        (
            'ERROR: unexpected error - Could not connect to the endpoint URL: "http://127.0.0.1:9/acme-models"\n',
            "127.0.0.1:9",
            "Nothing answers there",
        ),
        (MISSING, "do not exist neither locally nor on remote", "`dvc push`"),
        ("ERROR: something new\n", "something new", "`dvc pull -v` says more"),
        ("", "no reason given", "`dvc pull -v` says more"),
    ],
)
def test_the_line_that_tells_is_told_with_what_to_do(said: str, told: str, remedy: str) -> None:
    why, what = refusal(said)

    assert told in why
    assert "\n" not in why
    assert not why.startswith("ERROR")
    assert remedy in what
