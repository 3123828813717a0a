"""One agent serves all models of an environment: each by itself, and a fault of one costs the others nothing."""

from __future__ import annotations

import json
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from mlops_spec import ledger
from mlops_spec.cli import program
from mlops_spec.errors import Exit, Failure
from mlops_spec.git import Git
from mlops_spec.targets.target import home_of
from tests.memory_target import InMemory

from .many import Many, actions, begun, by_model

if TYPE_CHECKING:
    from mlops_spec.targets.live import Served

    from .conftest import World

pytestmark = pytest.mark.usefixtures("in_memory")


@pytest.fixture
def many(world: World) -> Many:
    return begun(world)


def live(many: Many, model: str) -> Served | None:
    return InMemory.by_state[home_of(many.state, model)].stable


def test_each_has_its_own_intent_answer_and_claim(many: Many) -> None:
    many.release("churn", "credit")

    assert actions(many.one_pass()) == {"churn": "deployed", "credit": "deployed"}
    assert actions(many.one_pass()) == {"churn": "none", "credit": "none"}
    closed = {record.what.model: record.result for record in ledger.read(many.world.git) if record.closes is not None}
    assert closed == {"churn": "succeeded", "credit": "succeeded"}
    claims = Git(many.world.root / "origin.git").text("for-each-ref", "--format=%(refname)", "refs/mlops-spec/models")
    assert claims.split() == [f"refs/mlops-spec/models/{model}/staging" for model in ("churn", "credit")]
    report = json.loads((many.state / "agent.json").read_text())
    assert {model: said["action"] for model, said in report["models"].items()} == {"churn": "none", "credit": "none"}


def test_a_version_of_one_fails_and_the_other_s_goes_live(many: Many) -> None:
    many.release("churn", code="def load(folder): raise RuntimeError('no model here')")
    many.release("credit")

    found = many.one_pass()

    assert actions(found) == {"churn": "failed", "credit": "deployed"}
    assert max(done.exit_code for done in found.values()) == Exit.FINDINGS
    assert actions(many.one_pass()) == {"churn": "waiting", "credit": "none"}


def test_a_spec_that_breaks_is_named_and_what_is_live_stays(many: Many) -> None:
    many.release("churn", "credit")
    many.one_pass()
    many.world.main({"models/churn/model.yaml": b"spec: 1\nmodel: churn\nnonsense: 1\n"})
    many.release("credit", version="v1.1.0")

    found = many.one_pass()

    assert actions(found) == {"churn": "stuck", "credit": "deployed"}
    assert "models/churn/" in found["churn"].reason
    assert "nonsense" in found["churn"].reason
    served = live(many, "churn")
    assert served is not None
    assert served.version == "v1.0.0"


def test_two_of_one_name_are_refused_by_name_and_others_go_on(many: Many) -> None:
    many.release("churn", "credit")
    many.one_pass()
    many.add("churn", under="copies")

    found = many.one_pass()

    assert actions(found) == {"churn": "stuck", "credit": "none"}
    assert "2 models are named churn: copies/churn, models/churn" in found["churn"].reason
    assert live(many, "churn") is not None


def test_a_renamed_folder_keeps_what_the_model_has(many: Many) -> None:
    many.release("churn", on_host=False)
    many.one_pass()
    before = live(many, "churn")
    many.remove("models/churn")
    many.add("churn", under="models/retention")

    assert actions(many.one_pass())["churn"] == "none"
    assert live(many, "churn") == before
    assert before is not None
    (home_of(many.state, "churn").parent.parent / "packages" / before.digest[7:] / "model/value").write_text("9")
    assert actions(many.one_pass())["churn"] == "healed", "its package is fetched by the folder that it was released in"


def test_a_model_that_main_has_no_more_stays_until_it_is_retired(many: Many) -> None:
    many.release("churn", "credit")
    many.one_pass()
    with pytest.raises(Failure, match="main has churn in staging, so it is served"):
        many.one_pass(retire=("churn",))
    many.remove("models/churn")

    found = many.one_pass()
    assert actions(found) == {"churn": "orphaned", "credit": "none"}
    assert "--retire churn" in found["churn"].reason
    assert live(many, "churn") is not None
    assert actions(many.one_pass(retire=("churn",))) == {"churn": "retired", "credit": "none"}
    assert live(many, "churn") is None
    assert actions(many.one_pass()) == {"credit": "none"}


def test_those_that_are_named_are_served_alone(many: Many) -> None:
    many.release("churn", "credit")

    assert actions(many.one_pass(models=("credit",))) == {"credit": "deployed"}
    with pytest.raises(Failure, match="main has no model other; it has churn, credit") as caught:
        many.one_pass(models=("other",))
    assert caught.value.exit_code == Exit.CONFIG


def test_an_environment_that_no_model_has(many: Many) -> None:
    many.environment = "nowhere"
    with pytest.raises(Failure, match="no model has an environment `nowhere`; they have staging"):
        many.one_pass()


def test_a_model_with_another_address_is_named(many: Many) -> None:
    listen = {"staging": {"after": "merge", "listen": "127.0.0.1:9"}}
    many.add("fraud", environments=listen)
    many.release("churn", "credit", "fraud")

    found = many.one_pass()

    assert actions(found) == {"churn": "deployed", "credit": "deployed", "fraud": "stuck"}
    assert "its `listen` is 127.0.0.1:9, but 2 of 3 models are served at" in found["fraud"].reason


def test_the_only_model_becomes_one_of_several_and_the_other_way(world: World) -> None:
    world.release("v1.0.0")
    world.intend("staging", "v1.0.0")
    assert world.one_pass().action == "deployed"
    alone = InMemory.by_state[world.state].stable
    root = {path: world.git.tree(world.commit).read(path) for path in ("model.yaml", "deploy/staging.yaml")}
    gone = dict.fromkeys((*root, "deploy/production.yaml"))
    world.main(gone | {f"models/demo/{path}": content for path, content in root.items()})  # type: ignore[arg-type]
    many = Many(world)
    many.add("churn")

    assert actions(many.one_pass()) == {"churn": "waiting", "demo": "none"}
    assert live(many, "demo") == alone
    assert (world.state / "form").read_text() == "2\n"
    many.remove("models/churn", "models/demo")
    world.main(root)  # type: ignore[arg-type]
    world.declare(None)
    assert world.one_pass().action == "none"
    assert InMemory.by_state[world.state].stable == alone


def test_a_rollout_that_is_watched_holds_up_no_other(many: Many, monkeypatch: pytest.MonkeyPatch) -> None:
    many.release("churn", "credit")
    many.one_pass()
    held, stage = threading.Event(), InMemory.stage

    def slow(self: InMemory, version: Served) -> None:
        if self.model == "churn":
            assert held.wait(20)
        stage(self, version)

    monkeypatch.setattr(InMemory, "stage", slow)
    many.release("churn", "credit", version="v1.1.0")
    agent, seen = many.agent(), dict[str, Any]()
    deadline = time.monotonic() + 20
    while seen.get("credit") != "deployed":
        assert time.monotonic() < deadline
        seen |= actions(by_model(agent.look()))
    assert "churn" not in seen
    held.set()
    while seen.get("churn") != "deployed":
        assert time.monotonic() < deadline
        seen |= actions(by_model(agent.look()))
    agent.close()


def test_what_nobody_touched_costs_nothing(many: Many, monkeypatch: pytest.MonkeyPatch) -> None:
    many.add(*(f"m{number}" for number in range(8)))
    many.release("churn", "credit")
    agent = many.agent()
    agent.one_pass()
    agent.one_pass()
    calls: list[tuple[str, ...]] = []
    call = Git._call

    def counted(git: Git, args: Any, **more: Any) -> Any:
        calls.append(tuple(args))
        return call(git, args, **more)

    monkeypatch.setattr(Git, "_call", counted)

    found = by_model(agent.one_pass())

    assert {done.action for done in found.values()} == {"none", "waiting"}
    assert len(found) == 10
    assert [args[0] for args in calls].count("fetch") == 1
    assert len(calls) <= 9, calls  # as many as of one model
    many.release("credit", version="v1.1.0")
    assert actions(by_model(agent.one_pass()))["credit"] == "deployed"
    agent.close()


def test_status_shows_all_models_or_those_that_are_named(
    many: Many, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    many.release("churn", "credit")
    many.one_pass()
    many.world.main({"models/fraud/model.yaml": b"spec: 1\nmodel: fraud\nnonsense: 1\n"})

    def told(*options: Any) -> tuple[int, str]:
        capsys.readouterr()
        monkeypatch.setattr(
            "sys.argv", ["mlops-spec", "status", "-C", str(many.world.root / "work"), *map(str, options)]
        )
        return program(), capsys.readouterr().out

    code, text = told("--format", "json")
    found = {each["model"]: each for each in json.loads(text)["models"]}
    assert (code, [*found]) == (1, ["churn", "credit", "fraud"])
    assert [found[model]["environments"][0]["live_version"] for model in ("churn", "credit")] == ["v1.0.0"] * 2
    assert (found["churn"]["problems"], "nonsense" in found["fraud"]["problems"][0]) == ([], True)
    _, text = told("--state", many.state)
    assert text.splitlines()[-1] == "3 models"
    _, text = told("--model", "churn", "--format", "json")
    assert [each["model"] for each in json.loads(text)["models"]] == ["churn"]
