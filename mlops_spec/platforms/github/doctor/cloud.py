"""Cloud policies that let this repository's jobs, and no others, into the storage, with the commands to set them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from mlops_spec.errors import Failure
from mlops_spec.platforms.github.doctor.policies import ISSUER, of_monitor, of_scoring, of_storage, trust
from mlops_spec.platforms.github.outputs.storage import ways
from mlops_spec.spec import Spec

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mlops_spec.spec.environments import Batch
    from mlops_spec.spec.shared import Shared
    from mlops_spec.spec.storage import Aws, Azure, Google, Storage

_README = "README.md"
_BATCHES = "--policy-name batches --policy-document file://monitor-bucket.json"


class Subjects(NamedTuple):
    """The subjects of the tokens that may read, those that may write, and those that may score batches."""

    read: tuple[str, ...]
    write: tuple[str, ...]
    score: tuple[str, ...] = ()


def subjects(spec: Spec | Shared, prefix: str, *, monitored: bool) -> Subjects:
    """Whom a spec, or what many share, lets in: the training after a merge to write; pull requests, trials and the
    monitor, where something is monitored, to read."""
    reads = [f"{prefix}:environment:monitoring"] if monitored else []
    if ways(spec).pull_requests == "read":
        reads += [f"{prefix}:pull_request", f"{prefix}:environment:pull-requests"]
    scores = [f"{prefix}:environment:scoring"] if _scored(spec) else []
    return Subjects(tuple(reads), (f"{prefix}:environment:training",), tuple(scores))


def files(spec: Spec | Shared, prefix: str, *, monitored: bool) -> Mapping[str, str]:
    """What to write down, by name; the commands are in `README.md`.

    Raises:
        Failure: nobody signs in by an identity, so no cloud need be told (2).
    """
    storage = spec.storage
    given = storage.sign_in if storage else None
    let_in = subjects(spec, prefix, monitored=monitored)
    if storage is not None and given is not None:
        if given.aws:
            writer = ways(spec).write
            return _aws(spec, given.aws, let_in, writer.seconds if writer else 0)
        if given.google:
            return {_README: _google(storage, given.google, let_in)}
        if given.azure:
            return {_README: _azure(storage, given.azure, let_in)}
    raise Failure(
        "no job signs in to a cloud by its identity",
        remedy="`storage.sign_in` in model.yaml, or in [tool.mlops-spec] where models share it, names roles: `aws`, "
        "`google` or `azure`.",
    )


def _scored(spec: Spec | Shared) -> tuple[Batch, ...]:
    """The environments that a workflow scores; of several models none does."""
    return tuple(each for each in spec.batches.values() if each.runner) if isinstance(spec, Spec) else ()


def _aws(spec: Spec | Shared, aws: Aws, let_in: Subjects, seconds: int) -> dict[str, str]:
    storage = spec.storage
    assert storage is not None
    partition, account = aws.write.split(":")[1], aws.write.split(":")[4]
    longest = f" --max-session-duration {seconds}" if seconds else ""
    found: dict[str, str] = {}
    provider = f"arn:{partition}:iam::{account}:oidc-provider/{ISSUER}"
    steps = [
        "# Once for the account, if it does not trust GitHub yet:",
        f"aws iam create-open-id-connect-provider --url https://{ISSUER} --client-id-list sts.amazonaws.com",
    ]
    policies = {
        "write": (aws.write, let_in.write, of_storage(storage.url, "write", partition)),
        "read": (aws.read, let_in.read, of_storage(storage.url, "read", partition)),
        "score": (aws.score, let_in.score, of_scoring(storage.url, _scored(spec), partition)),
    }
    for rights, (role, who, policy) in policies.items():
        if role is None or not who:
            continue
        name = role.rpartition("/")[2]
        grant = f"aws iam put-role-policy --role-name {name}"
        found[f"{rights}-trust.json"] = _json(trust(provider, who))
        found[f"{rights}-bucket.json"] = _json(policy)
        steps += [
            f"# Who may {rights}: {', '.join(who)}",
            f"aws iam create-role --role-name {name} --assume-role-policy-document file://{rights}-trust.json{longest}",
            f"{grant} --policy-name storage --policy-document file://{rights}-bucket.json",
        ]
    if aws.read and let_in.score and let_in.read:
        found["monitor-bucket.json"] = _json(of_monitor(_scored(spec), partition))
        steps += [
            "# The monitor reads deliveries and scores by the role that reads, which pull requests may assume as well:",
            "# only where their code may see deliveries; else run `mlops-spec monitor` on a host of your own",
            f"aws iam put-role-policy --role-name {aws.read.rpartition('/')[2]} {_BATCHES}",
        ]
    return {**found, _README: _page("AWS", steps, _aws_looks(storage, aws))}


def _aws_looks(storage: Storage, aws: Aws) -> list[str]:
    bucket = storage.url.removeprefix("s3://").partition("/")[0]
    looks = [f"aws s3api head-bucket --bucket {bucket} # it is there, and in {storage.region}"]
    for role in filter(None, (aws.write, aws.read, aws.score)):
        name = role.rpartition("/")[2]
        looks += [
            f"aws iam get-role --role-name {name} --query Role.AssumeRolePolicyDocument # whom it trusts",
            f"aws iam list-role-policies --role-name {name} # `storage`, and nothing that allows more",
            f"aws iam list-attached-role-policies --role-name {name}",
        ]
    return [*looks, f"aws s3api get-public-access-block --bucket {bucket} # all four are true"]


def _google(storage: Storage, google: Google, let_in: Subjects) -> str:
    bucket = storage.url.removeprefix("gs://").partition("/")[0]
    pool, _, provider = google.provider.partition("/providers/")
    number, name = pool.split("/")[1], pool.rpartition("/")[2]
    trusting = f"--issuer-uri https://{ISSUER} --attribute-mapping google.subject=assertion.sub"
    steps = [
        "# Once for the project, if it does not trust GitHub yet:",
        f"gcloud iam workload-identity-pools create {name} --project {number} --location global",
        " ".join(
            (
                f"gcloud iam workload-identity-pools providers create-oidc {provider} --project {number}",
                f"--location global --workload-identity-pool {name} {trusting}",
                f"--attribute-condition {json.dumps(_condition(let_in))}",
            )
        ),
    ]
    for rights, account, who in (("write", google.write, let_in.write), ("read", google.read, let_in.read)):
        if account is None or not who:
            continue
        binding = f"gcloud storage buckets add-iam-policy-binding gs://{bucket}"
        steps += [f"# Who may {rights}: {', '.join(who)}"]
        steps += [
            f"gcloud iam service-accounts add-iam-policy-binding {account} --role roles/iam.workloadIdentityUser"
            f" --member principal://iam.googleapis.com/{pool}/subject/{subject}"
            for subject in who
        ]
        roles = ["roles/storage.objectViewer", *(["roles/storage.objectCreator"] if rights == "write" else [])]
        steps += [f"{binding} --member serviceAccount:{account} --role {role}" for role in roles]
    described = f"{provider} --project {number} --location global --workload-identity-pool {name}"
    looks = [
        f"gcloud iam workload-identity-pools providers describe {described} # attributeCondition: whom it trusts",
        *(f"gcloud iam service-accounts get-iam-policy {each}" for each in (google.write, google.read) if each),
        f"gcloud storage buckets get-iam-policy gs://{bucket} # these accounts, and neither allUsers nor others",
    ]
    return _page("Google Cloud", steps, looks)


def _condition(let_in: Subjects) -> str:
    listed = ", ".join(f"'{subject}'" for subject in (*let_in.write, *let_in.read))
    return f"assertion.sub in [{listed}]"


def _azure(storage: Storage, azure: Azure, let_in: Subjects) -> str:
    container = storage.url.removeprefix("azure://").partition("/")[0]
    scope = (
        f"$(az storage account show --name {azure.account} --query id --output tsv)"
        f"/blobServices/default/containers/{container}"
    )
    steps = [f"az login --tenant {azure.tenant}"]
    for rights, client, who in (("write", azure.write, let_in.write), ("read", azure.read, let_in.read)):
        if client is None or not who:
            continue
        steps.append(f"# Who may {rights}: {', '.join(who)}")
        for number, subject in enumerate(who):
            credential = {
                "name": f"github-{rights}-{number}",
                "issuer": f"https://{ISSUER}",
                "subject": subject,
                "audiences": ["api://AzureADTokenExchange"],
            }
            steps.append(f"az ad app federated-credential create --id {client} --parameters '{json.dumps(credential)}'")
        role = "Storage Blob Data Contributor" if rights == "write" else "Storage Blob Data Reader"
        steps.append(f'az role assignment create --assignee {client} --role "{role}" --scope "{scope}"')
    looks = [
        *(
            f"az ad app federated-credential list --id {each} # whom it trusts"
            for each in (azure.write, azure.read)
            if each
        ),
        f'az role assignment list --scope "{scope}" --include-inherited # these two, and who else',
        f"az storage account show --name {azure.account} --query allowBlobPublicAccess # false",
    ]
    return _page("Azure", steps, looks)


def _page(cloud: str, steps: list[str], looks: list[str]) -> str:
    head = f"# What {cloud} must be told\n\nRun in this folder, signed in as who may change roles:"
    seen = (
        f"# What nobody has looked at\n\nThe subjects are GitHub's own words. Of {cloud} nothing was looked up: not "
        "whether bucket, roles and\ntrust are there and as above, nor what a key's, a network's or the organization's "
        "policy refuses besides.\nThese show it and change nothing; the last proof is the step “Sign in to the storage”"
        " of a run on GitHub:"
    )
    return "\n".join([head, "", "```sh", *steps, "```", "", seen, "", "```sh", *looks, "```", ""])


def _json(value: Any) -> str:
    return json.dumps(value, indent=2) + "\n"
