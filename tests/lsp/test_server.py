"""The language server, driven by a client over its standard input and output, as an editor does."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types
from pygls.lsp.client import LanguageClient

MINIMAL = (Path(__file__).parent.parent / "specs" / "ok" / "minimal.yaml").read_text(encoding="utf-8")
WRONG = MINIMAL.replace("    min: 0.75", "    max: 0.75")
SECONDS = 30
SPEC = MINIMAL + (
    "environments:\n  staging: {after: merge}\n  production: {after: staging}\n"
    "pipeline:\n  features: {run: python -m f, reads: [build/data], writes: [build/features]}\n"
)


class Editor:
    """A client with one folder: opens, types, asks, and waits for what the server says of a file."""

    def __init__(self, client: LanguageClient, root: Path) -> None:
        self.client, self.root = client, root
        self.said: asyncio.Queue[types.PublishDiagnosticsParams] = asyncio.Queue()
        self.shown: list[str] = []
        self.version = 0

    def hear(self, said: types.PublishDiagnosticsParams) -> None:
        self.said.put_nowait(said)

    def uri(self, name: str = "model.yaml") -> str:
        return (self.root / name).as_uri()

    def open(self, text: str, name: str = "model.yaml") -> None:
        item = types.TextDocumentItem(self.uri(name), "yaml", 0, text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))

    def type(self, text: str, at: types.Range | None = None) -> None:
        self.version += 1
        identifier = types.VersionedTextDocumentIdentifier(self.version, self.uri())
        change: Any = (
            types.TextDocumentContentChangePartial(text=text, range=at)
            if at
            else types.TextDocumentContentChangeWholeDocument(text)
        )
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(identifier, [change]))

    def save(self) -> None:
        identifier = types.TextDocumentIdentifier(self.uri())
        self.client.text_document_did_save(types.DidSaveTextDocumentParams(identifier))

    async def diagnostics(self, name: str = "model.yaml") -> list[types.Diagnostic]:
        while True:
            said = await asyncio.wait_for(self.said.get(), SECONDS)
            if said.uri == self.uri(name):
                return list(said.diagnostics)

    async def codes(self, name: str = "model.yaml") -> list[str]:
        return [str(each.code) for each in await self.diagnostics(name)]

    async def labels(self, text: str) -> list[str]:
        """What is offered where `|` stands."""
        offset = text.index("|")
        before = text[:offset]
        self.type(before + text[offset + 1 :])
        place = types.Position(before.count("\n"), len(before.rpartition("\n")[2].encode("utf-16-le")) // 2)
        asked = types.CompletionParams(types.TextDocumentIdentifier(self.uri()), place)
        items = await asyncio.wait_for(self.client.text_document_completion_async(asked), SECONDS)
        assert isinstance(items, list)
        self.items = items
        return [item.label for item in items]

    async def hover(self, line: int, character: int) -> str:
        place = types.Position(line, character)
        asked = types.HoverParams(types.TextDocumentIdentifier(self.uri()), place)
        answer = await asyncio.wait_for(self.client.text_document_hover_async(asked), SECONDS)
        return answer.contents.value if answer and isinstance(answer.contents, types.MarkupContent) else ""

    async def actions(self, at: types.Range, only: list[Any] | None = None) -> list[types.CodeAction]:
        context = types.CodeActionContext(diagnostics=[], only=only)
        asked = types.CodeActionParams(types.TextDocumentIdentifier(self.uri()), at, context)
        answer = await asyncio.wait_for(self.client.text_document_code_action_async(asked), SECONDS)
        return [each for each in answer or [] if isinstance(each, types.CodeAction)]


Session = Callable[[Editor], Awaitable[None]]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    subprocess.run(["git", "init", "-q"], check=True, cwd=tmp_path)
    files = {
        "model.yaml": MINIMAL,
        ".dvc/config": "[core]\n remote = s\n['remote \"s\"']\n url = x\n verify = true\n",
        "data/credit_default.csv": 'id,"age",default,income\n1,2,3,4\n',
        "src/credit_default/train.py": "",
        "src/credit_default/predict.py": "def load(model_dir): ...\n",
        "pyproject.toml": "",
        "uv.lock": "",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def run(root: Path, session: Session) -> None:
    """Starts the server, lets an editor work with it, and holds it to a clean end."""

    async def play() -> None:
        client = LanguageClient("tests", "1")
        editor = Editor(client, root)
        client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)(partial(editor.hear))
        client.feature(types.WINDOW_SHOW_MESSAGE)(lambda said: editor.shown.append(said.message))
        await client.start_io(sys.executable, "-m", "mlops_spec", "lsp", cwd=root)
        start = types.InitializeParams(capabilities=types.ClientCapabilities(), root_uri=root.as_uri())
        answer = await asyncio.wait_for(client.initialize_async(start), SECONDS)
        assert answer.capabilities.hover_provider
        client.initialized(types.InitializedParams())
        await session(editor)
        await asyncio.wait_for(client.shutdown_async(None), SECONDS)
        client.exit(None)
        await asyncio.wait_for(client.stop(), SECONDS)

    asyncio.run(play())


def whole(text: str) -> types.Range:
    return types.Range(types.Position(0, 0), types.Position(text.count("\n") + 1, 0))


def test_diagnostics_as_one_types(root: Path) -> None:
    async def session(editor: Editor) -> None:
        editor.open(MINIMAL)
        assert await editor.codes() == []
        editor.type("max", types.Range(types.Position(16, 4), types.Position(16, 7)))
        (found,) = await editor.diagnostics()
        assert (found.code, found.source, found.severity) == ("MS203", "mlops-spec", types.DiagnosticSeverity.Error)
        assert found.range == types.Range(types.Position(16, 4), types.Position(16, 7))
        assert "more is better; did you mean `min`?" in found.message
        editor.type("spec: [")
        assert await editor.codes() == ["MS002"]
        editor.type("")
        assert await editor.codes() == ["MS006"]
        editor.type(MINIMAL.replace("credit-default", "\U0001f600"))
        assert "MS007" in await editor.codes()
        identifier = types.TextDocumentIdentifier(editor.uri())
        editor.client.text_document_did_close(types.DidCloseTextDocumentParams(identifier))
        assert await editor.codes() == []

    run(root, session)


def test_places_count_as_the_protocol_has_it(root: Path) -> None:
    """A face is one character and two units of UTF-16."""
    face = "\U0001f600"
    text = MINIMAL.replace("gates:\n  - metric: roc_auc\n    min: 0.75", f'gates: [{{metric: "{face}", max: 0.75}}]')

    async def session(editor: Editor) -> None:
        editor.open(text)
        (found,) = await editor.diagnostics()
        assert (found.code, found.range.start.character, found.range.end.character) == ("MS007", 17, 21)
        editor.type(text.replace(f'"{face}"', "roc_auc").replace("[{", f"# {face}\n  [{{"))
        (found,) = await editor.diagnostics()
        assert found.code == "MS203"
        (fix,) = await editor.actions(found.range, ["quickfix"])
        assert fix.edit
        assert fix.edit.changes
        assert fix.edit.changes[editor.uri()][0].range == found.range

    run(root, session)


def test_the_repository_is_looked_at_when_a_file_is_opened_and_saved(root: Path) -> None:
    predict = root / "src/credit_default/predict.py"
    (root / "old.pkl").write_bytes(b"\xff" * 1_000_001)

    async def session(editor: Editor) -> None:
        editor.open(MINIMAL)
        assert await editor.codes("old.pkl") == ["MS809"]
        (root / "old.pkl").unlink()
        predict.write_text("\ndef load(): ...\n", encoding="utf-8")
        editor.save()
        assert await editor.codes("old.pkl") == []
        assert await editor.codes("src/credit_default/predict.py") == ["MS805"]
        predict.unlink()
        editor.save()
        assert await editor.codes() == ["MS804"]
        assert await editor.codes("src/credit_default/predict.py") == []

    run(root, session)


def test_workflows_are_read_too(root: Path) -> None:
    name = ".github/workflows/release.yml"
    (root / ".github/workflows").mkdir(parents=True)
    (root / name).write_text("on: push\n", encoding="utf-8")
    text = "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: mlops-spec gate || true\n"

    async def session(editor: Editor) -> None:
        editor.open(text, name)
        assert any(code.startswith("MS5") for code in await editor.codes(name))

    run(root, session)


def test_settings_count_and_wrong_ones_are_shown(root: Path) -> None:
    settings = root / "pyproject.toml"
    settings.write_text('[tool.mlops-spec.lint]\nignore = ["MS203", "MS8"]\n', encoding="utf-8")

    async def session(editor: Editor) -> None:
        editor.open(WRONG)
        assert await editor.codes() == []
        settings.write_text("[tool.mlops-spec.lint]\nwhat = 1\n", encoding="utf-8")
        editor.save()
        assert await editor.codes() == []
        assert "lint.what is no setting" in editor.shown[0]

    run(root, session)


def test_quick_fixes(root: Path) -> None:
    text = WRONG.replace("model: credit-default", "model: credit-default\ndescription: no")

    async def session(editor: Editor) -> None:
        editor.open(text)
        assert await editor.codes() == ["MS009", "MS203"]
        (one,) = await editor.actions(types.Range(types.Position(17, 5), types.Position(17, 5)), ["quickfix"])
        assert one.is_preferred
        assert one.edit
        assert one.edit.changes
        (edit,) = one.edit.changes[editor.uri()]
        assert (edit.new_text, edit.range.start, edit.range.end) == (
            "min",
            types.Position(17, 4),
            types.Position(17, 7),
        )
        (every,) = await editor.actions(whole(text), [types.CodeActionKind.SourceFixAll])
        assert every.edit
        assert every.edit.changes
        assert len(every.edit.changes[editor.uri()]) == 2
        assert len(await editor.actions(whole(text))) == 3
        assert await editor.actions(types.Range(types.Position(0, 0), types.Position(0, 1)), ["quickfix"]) == []

    run(root, session)


def test_hover_says_the_field_and_the_broken_rule(root: Path) -> None:
    async def session(editor: Editor) -> None:
        editor.open(WRONG)
        await editor.diagnostics()
        assert "The column to predict." in await editor.hover(7, 4)
        assert "`package.module:function`" in await editor.hover(12, 20)
        rule = await editor.hover(16, 5)
        assert "MS203 inverted-bound" in rule
        assert "*Fix:*" in rule
        assert await editor.hover(4, 0) == ""
        assert await editor.hover(400, 0) == ""
        editor.type("a: [")
        assert "MS002" in await editor.hover(0, 4)

    run(root, session)


def test_completion(root: Path) -> None:
    async def session(editor: Editor) -> None:
        editor.open(SPEC)
        top = await editor.labels(SPEC + "mon|")
        assert "monitor" in top
        assert "data" not in top
        (item,) = [item for item in editor.items if item.label == "monitor"]
        assert isinstance(item.text_edit, types.TextEdit)
        assert item.text_edit.new_text == "monitor: "
        assert item.text_edit.range.start.character == 0

        metrics = await editor.labels(SPEC.replace("metric: roc_auc", "metric: |"))
        assert {"roc_auc", "log_loss"} <= set(metrics)
        assert "r2" not in metrics
        assert "r2" in await editor.labels(SPEC.replace("binary-classification", "regression").replace("roc_auc", "r|"))

        assert {"age", "income", "default"} <= set(await editor.labels(SPEC.replace("target: default", "target: |")))
        assert set(await editor.labels(SPEC.replace("after: staging", "after: st|"))) >= {"staging", "merge"}
        assert "build/features" in await editor.labels(SPEC.replace("  predictor:", "  reads: [|]\n  predictor:"))
        assert "income" in await editor.labels(
            SPEC.replace("  predictor:", "  features: {exclude: [i|]}\n  predictor:")
        )
        assert "regression" in await editor.labels(SPEC.replace("binary-classification", "|"))
        assert {"skops", "onnx"} <= set(await editor.labels(SPEC.replace("  predictor:", "  format: |\n  predictor:")))
        assert "timeout" in await editor.labels(SPEC.replace("  predictor:", "  compute: {|}\n  predictor:"))
        assert {"runner", "timeout"} <= set(
            await editor.labels(SPEC.replace("  predictor:", "  compute:\n    |\n  predictor:"))
        )
        gate = await editor.labels(SPEC.replace("gates:\n", "gates:\n  - {fairness: |}\n"))
        assert "equalized_odds_ratio" in gate
        assert {"metric", "champion"} <= set(await editor.labels(SPEC.replace("gates:\n", "gates:\n  - |\n")))
        assert await editor.labels("a: [ {\n : |") == []

    run(root, session)
