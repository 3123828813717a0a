"""The scenarios by name, each with a line about it; nothing else is loaded, so that `--help` is fast."""

from __future__ import annotations

SCENARIOS = {
    "life": "a model's life, from an empty folder to a served, recorded version, and a worse one that is stopped",
    "bad-canary": "versions that pass their gates and fail live: rolled back by themselves, every request answered",
    "stale-promotion": "promotions that must not happen, each approved or merged all the same, each refused",
    "rollback": "back by itself, by command with the DVC remote gone, and by `git revert`",
    "rollback-in-folders": "the same ways back in a repository of two models, of which the other stays as it is",
    "tamper": "data, tag, ledger, run cache and model file changed behind everybody's back, each found and named",
    "race": "sixteen promotions at once, fifty times: one winner each, the others leave no trace",
    "race-in-folders": "the same race in a repository of two models, of which the other stays as it is",
    "many": "twelve models in one repository: what passes is registered in one push, what fails holds up no other",
    "drift": "shifted traffic, one pull request with its evidence, retrained, promoted, live",
    "nightly": "scores by night: caught up, refused, held back on the same input, killed, drifted, rolled back",
    "nightly-in-folders": "the same nights in a repository of two models, which one workflow scores",
    "private-bucket": "a life on S3: each job signs in by its identity, and gets as far as its role and no further",
    "fork": "a pull request from a fork: it sees no data until a maintainer has that very commit tried",
    "ray": "a life that trains on a Ray cluster: a worker killed, a node that nobody has, begun anew and refused",
    "no-app": "a life without a GitHub App: what workflows open waits until a person lets its checks start",
}
HERE = "--here"  # which is played in the user's own repository, and so is no scenario by name
TITLES = {**SCENARIOS, HERE: "your own repository, as GitHub would see it: your branch, its merge, and what follows"}
