"""The section `storage`: where DVC keeps data and models, and how a job on GitHub gets in."""

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter, ValidationError

from mlops_spec.spec.base import RepoPath, Strict, no_items, words

_HOST = r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[1-9][0-9]{0,4})?"
_PATH = r"(/[A-Za-z0-9_.=+,~-]+)*/?"
_FOLDER = r"(\.\.|[A-Za-z0-9_.-]+)?(/[A-Za-z0-9_.=+, -]+)*"
_LABEL = r"[A-Za-z0-9][A-Za-z0-9._-]*"
_UUID = r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"
Url = Annotated[
    str,
    words(
        rf"^((s3|gs|azure)://{_LABEL}{_PATH}|ssh://([a-z_][a-z0-9_-]*@)?{_HOST}{_PATH}|https://{_HOST}{_PATH}|{_FOLDER})$",
        500,
        "`s3://`, `gs://` or `azure://` with bucket and path, an address of ssh or https, or a folder; "
        "without password, key or query: `sign_in` says how a job gets in",
        "s3://acme-models/credit-default",
    ),
]
Endpoint = Annotated[
    str,
    words(
        rf"^https?://{_HOST}/?$",
        200,
        "the address of a server that speaks S3, such as `https://s3.example.org`, without user and path",
        "https://s3.example.org",
    ),
]
Region = Annotated[
    str, words(r"^[a-z0-9]+(-[a-z0-9]+)*$", 40, "a region's name, such as `eu-central-1`", "eu-central-1")
]
RoleArn = Annotated[
    str,
    words(
        r"^arn:aws(-cn|-us-gov)?:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]+$",
        2048,
        "the ARN of an IAM role: `arn:aws:iam::`, the account's twelve digits, `:role/` and its name",
        "arn:aws:iam::123456789012:role/models-read",
    ),
]
Provider = Annotated[
    str,
    words(
        r"^projects/[0-9]+/locations/global/workloadIdentityPools/[a-z][a-z0-9-]{2,30}[a-z0-9]"
        r"/providers/[a-z][a-z0-9-]{2,30}[a-z0-9]$",
        300,
        "a provider's full name: `projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER`",
        "projects/123456789/locations/global/workloadIdentityPools/github/providers/github",
    ),
]
ServiceAccount = Annotated[
    str,
    words(
        r"^[a-z][a-z0-9-]{4,28}[a-z0-9]@[a-z][a-z0-9-]{4,28}[a-z0-9]\.iam\.gserviceaccount\.com$",
        120,
        "the address of a service account: `NAME@PROJECT.iam.gserviceaccount.com`",
        "models-read@acme-models.iam.gserviceaccount.com",
    ),
]
Guid = Annotated[
    str,
    words(
        _UUID,
        36,
        "an identifier of Azure: 32 hexadecimal digits in five groups",
        "00000000-0000-0000-0000-000000000001",
    ),
]
Account = Annotated[
    str, words(r"^[a-z0-9]{3,24}$", 24, "a storage account: 3 to 24 lower-case letters and digits", "acme")
]
SecretName = Annotated[
    str,
    words(
        r"^[A-Z_][A-Z0-9_]*$",
        100,
        "the name of a secret, which is also the variable that the step gets: capitals, digits and `_`",
        "AWS_ACCESS_KEY_ID",
    ),
]


class Aws(Strict):
    """Roles that a job assumes by GitHub's identity token; nothing is kept as a secret."""

    read: RoleArn | None = Field(None, description="What pull requests, the monitor and trials assume.")
    write: RoleArn = Field(description="What the training after a merge assumes, and nothing else.")
    score: RoleArn | None = Field(
        None, description="What the workflow that scores assumes: it reads deliveries and models, and writes scores."
    )


class Google(Strict):
    """Service accounts that a job acts as, by workload identity federation."""

    provider: Provider = Field(description="The workload identity provider that trusts GitHub.")
    read: ServiceAccount | None = Field(None, description="Whom pull requests, the monitor and trials act as.")
    write: ServiceAccount = Field(description="Whom the training after a merge acts as, and nothing else.")


class Azure(Strict):
    """Applications that a job signs in as, by a federated credential."""

    tenant: Guid = Field(description="The directory's identifier.")
    account: Account = Field(description="The storage account that holds the container.")
    subscription: Guid | None = Field(None, description="Only where the application has a role on a subscription.")
    read: Guid | None = Field(None, description="Client identifier for pull requests, the monitor and trials.")
    write: Guid = Field(description="Client identifier for the training after a merge, and nothing else.")


class Secrets(Strict):
    """Secrets that GitHub keeps and a step gets as variables, for a store that takes no identity token."""

    read: list[SecretName] = Field(
        default_factory=no_items, description="What pull requests, the monitor and trials get; never what may write."
    )
    write: list[SecretName] = Field(min_length=1, description="What the training after a merge gets, and nothing else.")
    score: list[SecretName] = Field(
        default_factory=no_items, description="What the workflow that scores gets: deliveries, models and scores."
    )


class SignIn(Strict):
    """How a job on GitHub gets in: exactly one of these."""

    aws: Aws | None = None
    google: Google | None = None
    azure: Azure | None = None
    secrets: Secrets | None = None


class Storage(Strict):
    """Where DVC keeps data and models."""

    url: Url = Field(description="The remote: rendered into the shared part of `.dvc/config`.")
    region: Region | None = Field(None, description="The bucket's region, which signing in to AWS needs.")
    endpoint: Endpoint | None = Field(None, description="Of a store that speaks S3 and is not Amazon's.")
    sign_in: SignIn | None = Field(None, description="How a job on GitHub gets in; without it, it needs no sign-in.")
    pull_requests: Literal["read", "sample", "after-merge"] = Field(
        "read",
        description="What the code of a pull request gets to see: the data, by the role that reads; `sample` alone; "
        "or nothing, so that it is judged `after-merge`.",
    )
    sample: RepoPath | None = Field(None, description="Rows in Git that pull requests train on with `sample`.")


#: What each scheme needs beside DVC itself, as DVC's own extras name it.
EXTRAS = {"s3": "s3", "gs": "gs", "azure": "azure", "ssh": "ssh"}


def scheme(url: str) -> str:
    """The scheme of a remote's address; empty for a folder.

    >>> scheme("s3://acme/models"), scheme("/srv/models")
    ('s3', '')
    """
    head, separator, _ = url.partition("://")
    return head if separator else ""


def by_google(storage: Storage | None) -> bool:
    """Whether jobs sign in to Google Cloud, which leaves their credentials in the checkout while they run."""
    return bool(storage and storage.sign_in and storage.sign_in.google)


def is_known(url: str) -> bool:
    """Whether a spec can name the remote: rendered jobs have a way to sign in to it."""
    try:
        TypeAdapter(Url).validate_python(url)
    except ValidationError:
        return False
    return True
