"""The scenario `race`: of sixteen promotions that run at once, one wins and fifteen are stale, fifty times."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from mlops_spec import ledger, model_folder
from mlops_spec.engines.evidence import md5
from mlops_spec.engines.files import LOCK
from mlops_spec.errors import Exit
from mlops_spec.git import Git
from mlops_spec.integrity.verifier import LISTING
from mlops_spec.ledger import Outcome
from mlops_spec.ledger.record import Actor, Who
from mlops_spec.ledger.who import agent
from mlops_spec.package import manifest
from mlops_spec.rehearse import cast
from mlops_spec.rehearse.folders import into_folders
from mlops_spec.rehearse.promoters import Promoter, race
from mlops_spec.rehearse.proof import audit
from mlops_spec.rehearse.scenario import Scenario, Scene
from mlops_spec.rehearse.stage import PRODUCTION, STAGING, Stage, must, replace_in
from mlops_spec.release.ask import Waiting, ask
from mlops_spec.release.bundle import bundle_of, read_bundle
from mlops_spec.release.declared import Declared, text_of
from mlops_spec.release.promotion import follow
from mlops_spec.release.register import register
from mlops_spec.release.world import look

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mlops_spec.ledger import Record
    from mlops_spec.release.bundle import Bundle

PROMOTERS, ROUNDS = 16, 50
_OTHER = "churn"  # of a repository of several: a model that nobody promotes
_ALICE = Who(actor=Actor(login=cast.AUTHOR, id=101, kind="human"))


@dataclass
class Field(Stage):
    """One version more than promoters: what is live already is no promotion."""

    digests: dict[str, str] = field(default_factory=dict)  # by version
    clones: list[Git] = field(default_factory=list)

    @property
    def git(self) -> Git:
        """The author's clone, opened where the model lies."""
        return self.world.git.within(self.inside)


def _register(stage: Field) -> str:
    world = stage.world
    options = ["--starter", "blank", "--defaults", "--branch", world.main, "--owner", f"@{cast.REVIEWER}"]
    world.command("new", stage.place.model, *options, "--remote", str(world.folder / "storage"), directory=world.folder)
    replace_in(world.clone / model_folder.SPEC, "promote: {approvals: 1}", "promote: {approvals: 0}")
    if not stage.place.alone:
        into_folders(world.author, stage.place.model, [stage.place.model, _OTHER], _shared(world.main))
    world.command("render")
    world.author.commit("Leave approvals to the race")
    world.first_push()
    for command in (["run"], ["gate", "--out", str(model_folder.GATE)], ["bundle", "--out", "dist"]):
        world.command(*command, directory=stage.place.path)
    made = read_bundle(stage.place.path / "dist")
    for number in range(PROMOTERS + 1):
        registered = register(stage.git, _with_note(made, number, stage.place.path / "dist"), who=_ALICE).record
        _stage(stage, registered)
    for number in range(PROMOTERS):
        clone = world.folder / "promoters" / f"{number:02}"
        world.git.run(
            "clone", "--quiet", "--shared", "--no-tags", "--no-checkout", str(world.hub.origin.path), str(clone)
        )
        (clone / stage.inside).mkdir(parents=True, exist_ok=True)
        stage.clones.append(Git(clone).within(stage.inside))
        stage.clones[-1].run("remote", "set-url", "origin", world.url)
    return f"{len(stage.digests)} versions, each live in {STAGING} once; {PROMOTERS} clones"


def _shared(branch: str) -> str:
    return f'\n[tool.mlops-spec]\nowners = ["@{cast.REVIEWER}"]\nbranch = "{branch}"\n'


def _with_note(made: Bundle, number: int, source: Path) -> Bundle:
    noted = replace(made.manifest, versions={**made.manifest.versions, "rehearsed": str(number)})
    files, content = dict(made.files), manifest.manifest_bytes(noted)
    before, name = files[model_folder.MANIFEST.name], model_folder.MANIFEST.name
    listed = files[LISTING].replace(md5(before).encode(), md5(content).encode())
    size = sum(file.bytes for file in noted.files)
    lock = files[LOCK.name].replace(md5(files[LISTING]).encode(), md5(listed).encode())
    lock = lock.replace(b"size: %d\n" % (size + len(before)), b"size: %d\n" % (size + len(content)))
    return bundle_of({**files, name: content, LISTING: listed, LOCK.name: lock}, source)


def _stage(stage: Field, registered: Record) -> None:
    version, package = registered.what.version, registered.what.package
    assert version is not None
    assert package is not None
    stage.digests[version] = package.digest
    waiting = Waiting(60, sleep=lambda _: _answer(stage, STAGING))
    ask(stage.git, lambda: follow(look(stage.git), STAGING, version, package.digest), _ALICE, waiting)


def _answer(stage: Field, environment: str) -> None:
    for intent in ledger.open_intents(ledger.read(stage.git)):
        if intent.what.environment == environment:
            ledger.append_outcome(stage.git, intent, Outcome("succeeded"), who=agent(environment))


def _race(stage: Field) -> str:
    codes: Counter[int] = Counter()
    wins: Counter[int] = Counter()
    started = time.monotonic()
    for number in range(1, ROUNDS + 1):
        winner = _round(stage, number)
        wins[winner] += 1
        codes.update({Exit.OK: 1, Exit.STALE: PROMOTERS - 1})
    seconds = time.monotonic() - started
    return (
        f"{ROUNDS} rounds, {codes[Exit.OK]} winners, {codes[Exit.STALE]} exits {Exit.STALE:d}; "
        f"{len(wins)} of {PROMOTERS} won at least once; {seconds / ROUNDS:.1f} s a round"
    )


def _round(stage: Field, number: int) -> int:
    before = stage.world.records()
    live = ledger.live(before, stage.place.model, PRODUCTION)
    versions = [version for version in stage.digests if live is None or version != live.version][:PROMOTERS]
    _declare(stage, versions, number, live)
    signed_in = stage.world.author.environment
    promoters = [
        Promoter(git.directory, version, signed_in) for git, version in zip(stage.clones, versions, strict=True)
    ]
    codes = race(promoters, PRODUCTION, lambda: _answer(stage, PRODUCTION))
    told = Counter(codes)
    must(
        told == {Exit.OK: 1, Exit.STALE: PROMOTERS - 1},
        f"round {number} ended with {dict(told)}",
        _odd(promoters, codes),
    )
    winner = codes.index(Exit.OK)
    for promoter, code in zip(promoters, codes, strict=True):
        words = f"was decided on serial {number - 1}" if code else f"{promoter.version} succeeded, serial {number}"
        must(words in promoter.said, f"round {number}: exit {code} and “{promoter.said.strip()}”")
    _check_records(before, stage.world.records(), versions[winner], number)
    return winner


def _check_records(before: Sequence[Record], after: Sequence[Record], version: str, number: int) -> None:
    new = [(each.event, each.what.version, each.what.serial) for each in after[len(before) :]]
    wanted = [("deploy.intent", version, number), ("deploy.outcome", version, number)]
    must(new == wanted, f"round {number} left {new} in the ledger")


def _odd(promoters: Sequence[Promoter], codes: Sequence[int]) -> str:
    return next((p.said.strip() for p, code in zip(promoters, codes, strict=True) if code not in (0, Exit.STALE)), "")


def _declare(stage: Field, versions: Sequence[str], number: int, live: ledger.Live | None) -> None:
    main = stage.git.commit_id(f"origin/{stage.world.main}")
    for git, version in zip(stage.clones, versions, strict=True):
        said = Declared(
            environment=PRODUCTION,
            model=stage.place.model,
            version=version,
            digest=stage.digests[version],
            serial=number,
            base_serial=number - 1,
            base_digest=live.digest if live else None,
            evidence=[],
        )
        tree = git.write_tree(main, {str(stage.place.deploy(PRODUCTION)): text_of(said).encode()})
        commit = git.write_commit(tree, parents=[main], message=f"Promote {version}\n", when=datetime.now(UTC))
        git.run("update-ref", "--no-deref", "HEAD", commit)


def _check_clones(stage: Field) -> str:
    main = f"refs/heads/{stage.world.main}"
    for git in stage.clones:
        kept = git.text("for-each-ref", "--format=%(refname)").splitlines()
        foreign = [ref for ref in kept if not ref.startswith(("refs/remotes/origin/", "refs/mlops-spec/", main))]
        must(not foreign, f"{git.directory.name} keeps {foreign}")
    refs = stage.world.hub.origin.git.text("for-each-ref", "--format=%(refname)", "refs/heads").splitlines()
    must(refs == ["refs/heads/audit-log", main], f"the origin has {refs}")
    return audit(stage)


SCENES: tuple[Scene[Field], ...] = (
    Scene(f"{PROMOTERS + 1} versions, registered and staged", _register),
    Scene(f"{PROMOTERS} promoters, {ROUNDS} rounds", _race),
    Scene("audit verify", _check_clones),
)
SCENARIO = Scenario("acme/visits", SCENES, Field)
