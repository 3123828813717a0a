"""A store's refusal is told as what it is: by whom, why, and what to do."""

from __future__ import annotations

import pytest
import yaml

from mlops_spec.engines.dvc.store_trouble import Keys, keys_of, refuse_empty, trouble
from mlops_spec.errors import Exit, Failure
from mlops_spec.spec import Spec

WHO = "arn:aws:iam::123456789012:role/models-write"
WHAT = "the DVC remote `storage` does not take the results"
# What DVC 3.67 printed, with boto3 behind it, when the store answered so.
HEAD = "An error occurred (%s) when calling the HeadObject operation: %s"
SAID = {
    "ERROR: unexpected error - Unable to locate credentials": (78, "nobody has signed in", "storage.sign_in"),
    f"ERROR: unexpected error - Forbidden: {HEAD % (403, 'Forbidden')}": (78, f"`{WHO}`", "rights of `write`"),
    "ERROR: failed to connect to s3 (b/x) - An error occurred (AccessDenied) when calling the PutObject operation": (
        *(78, f"`{WHO}` (storage.sign_in, `write`) may read, but not write"),
        "doctor --cloud",
    ),
    "ERROR: unexpected error - The specified bucket does not exist: An error occurred (NoSuchBucket)": (
        *(78, "there is no such bucket"),
        "storage.url",
    ),
    "ERROR: unexpected error - An error occurred (PermanentRedirect) when calling the ListObjectsV2 operation": (
        *(78, "another region"),
        "storage.region",
    ),
    f"ERROR: unexpected error - {HEAD % (301, 'Moved Permanently')}": (78, "another region", "storage.region"),
    "ERROR: unexpected error - An error occurred (ExpiredToken) when calling PutObject: expired": (
        *(78, f"the credentials `{WHO}`"),
        "MaxSessionDuration",
    ),
    "ERROR: unexpected error - An error occurred (RequestTimeTooSkewed): The difference is too large": (
        *(78, "clock is wrong"),
        "15 minutes",
    ),
    "ERROR: unexpected error - An error occurred (InvalidAccessKeyId) when calling PutObject": (
        *(78, "not ones that the store knows"),
        "Mend the secrets",
    ),
    'ERROR: unexpected error - Could not connect to the endpoint URL: "http://127.0.0.1:1/b/x"': (
        *(69, "it does not answer"),
        "storage.endpoint",
    ),
    "ERROR: unexpected error - gs is supported, but requires 'dvc-gs' to be installed": (
        *(78, "plugin for it is not installed"),
        'uv add "dvc[gs]"',
    ),
    # as SeaweedFS and Azurite made it say it
    "ERROR: failed to transfer '34ff' - (AuthorizationHeaderMalformed) wrong region; expecting 'eu-central-1'": (
        *(78, "expecting 'eu-central-1'"),
        "`storage.region`",
    ),
    "the object 34ff was changed where it is stored: it is not used\nWARNING: Some of the cache files do not exist "
    "neither locally nor on remote": (1, "somebody has changed it there", "`dvc push`"),
    "WARNING: Some of the cache files do not exist neither locally nor on remote. Missing cache files:\nmd5: 34ff": (
        *(69, "nobody has pushed it there"),
        "`dvc push`",
    ),
}


@pytest.mark.parametrize("said", SAID, ids=lambda said: said[-40:])
def test_a_refusal_is_told_with_who_and_what_to_do(said: str) -> None:
    code, what, remedy = SAID[said]

    found = trouble(f"Collecting\n{said}\n\nHaving any troubles?\n", "write", Keys("reader", WHO), WHAT)

    assert found is not None
    assert found.exit_code == code
    assert found.message.startswith(f"{WHAT}: ")
    assert what in found.message
    assert "Having any troubles" not in found.message
    assert remedy in found.remedy


def test_other_words_are_not_taken_for_a_refusal() -> None:
    assert trouble("ERROR: failed to pull data from the cloud - 1 files failed", "read", Keys(), WHAT) is None


def spec(sign_in: str) -> Spec:
    base = (
        "{spec: 1, model: m, task: regression, owners: ['@a'], data: {path: d.csv, target: y}, "
        "train: {run: t}, gates: [], storage: {url: 's3://b', sign_in: "
    )
    return Spec.model_validate(yaml.safe_load(f"{base}{sign_in}}}}}"))


def test_who_it_is_is_what_the_spec_says() -> None:
    assert keys_of(spec(f"{{aws: {{write: '{WHO}'}}}}")) == Keys("", WHO)
    assert keys_of(spec("{secrets: {read: [A], write: [B, C]}}")) == Keys("A", "B, C")
    assert "whoever has signed in may not read" in str(trouble("Forbidden", "read", Keys(), WHAT))


def test_an_empty_secret_is_refused_before_anything_is_scored() -> None:
    given = spec("{secrets: {read: [A], write: [B], score: [C, D]}}")

    refuse_empty(given, "score", {"A": "", "B": "", "C": "x", "D": "y"})
    with pytest.raises(
        Failure, match=r"the secret D \(storage.sign_in.secrets.score\) is empty in this step"
    ) as refused:
        refuse_empty(given, "score", {"C": "x", "D": ""})
    assert refused.value.exit_code == Exit.CONFIG
    assert "in the environment `scoring`" in refused.value.remedy


def test_an_empty_secret_is_refused_before_anything_trains() -> None:
    given = spec("{secrets: {read: [A], write: [B, C]}}")

    refuse_empty(given, "write", {"B": "x", "C": "y", "A": ""})
    refuse_empty(given, "write", {})  # a machine of somebody's own, which has its own ways
    with pytest.raises(
        Failure, match=r"the secret C \(storage.sign_in.secrets.write\) is empty in this step"
    ) as refused:
        refuse_empty(given, "write", {"B": "x", "C": ""})
    assert refused.value.exit_code == Exit.CONFIG
    assert "`training`" in refused.value.remedy
    with pytest.raises(Failure, match=r"the secret A \(storage.sign_in.secrets.read\) is empty"):
        refuse_empty(given, "read", {"A": ""})
