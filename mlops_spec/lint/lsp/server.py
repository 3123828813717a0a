"""The language server: maps an editor's requests to plain functions, and their answers to the protocol."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.uris import from_fs_path, to_fs_path

from mlops_spec import __version__
from mlops_spec.document import Document
from mlops_spec.document.parse import parse
from mlops_spec.errors import Failure
from mlops_spec.lint.explain import find
from mlops_spec.lint.lsp.completion import field_text
from mlops_spec.lint.lsp.cursor import address_at, complete
from mlops_spec.lint.lsp.diagnostics import found_in, header, is_spec, is_workflow
from mlops_spec.lint.lsp.text import Text
from mlops_spec.rules.page import parts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mlops_spec.document.diagnostic import Diagnostic


_SEVERITIES = {"error": types.DiagnosticSeverity.Error, "warning": types.DiagnosticSeverity.Warning}
_FIX_ALL = types.CodeActionKind.SourceFixAll


class Server(LanguageServer):
    """Keeps what was found in each open file, and the other files that each one's findings were told of."""

    def __init__(self) -> None:
        super().__init__("mlops-spec", __version__)
        self.found: dict[str, list[Diagnostic]] = {}
        self.told: dict[str, set[str]] = {}

    def text(self, uri: str) -> Text:
        """The text of a file, open or not; one that is no text has only its beginning."""
        try:
            source = self.source(uri)
        except (OSError, UnicodeDecodeError):
            source = ""
        return Text(source, self.workspace.position_codec)

    def source(self, uri: str) -> str:
        return str(self.workspace.get_text_document(uri).source)

    def tell(self, uri: str, *, around: bool) -> None:
        """Looks at an open file, and sends what is wrong; `around` it too."""
        path = _linted_path(uri)
        if not path:
            return
        try:
            found = found_in(path, self.source(uri), around=around)
        except Failure as failure:
            self.window_show_message(types.ShowMessageParams(types.MessageType.Error, failure.message))
            found = []
        self.found[uri] = [each for each in found if each.file == str(path)]
        self._publish(uri, self.found[uri])
        if around:
            self._tell_others(uri, [each for each in found if each.file != str(path)])

    def forget(self, uri: str) -> None:
        """Takes back what was said of a file that is closed, and of those around it."""
        if self.found.pop(uri, None) is not None:
            self._publish(uri, [])
            self._tell_others(uri, [])

    def _tell_others(self, uri: str, found: Sequence[Diagnostic]) -> None:
        groups: dict[str, list[Diagnostic]] = {other: [] for other in self.told.get(uri, ())}
        for each in found:
            groups.setdefault(from_fs_path(each.file) or "", []).append(each)
        for other, diagnostics in groups.items():
            self._publish(other, diagnostics)
        self.told[uri] = {other for other, diagnostics in groups.items() if diagnostics}

    def _publish(self, uri: str, found: Sequence[Diagnostic]) -> None:
        text = self.text(uri) if found else None
        told = [_diagnostic(text, each) for each in found] if text else []
        self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, told))


server = Server()


@server.feature(types.TEXT_DOCUMENT_DID_OPEN)
def opened(ls: Server, params: types.DidOpenTextDocumentParams) -> None:
    ls.tell(params.text_document.uri, around=True)


@server.feature(types.TEXT_DOCUMENT_DID_SAVE)
def saved(ls: Server, params: types.DidSaveTextDocumentParams) -> None:
    ls.tell(params.text_document.uri, around=True)


@server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
def changed(ls: Server, params: types.DidChangeTextDocumentParams) -> None:
    ls.tell(params.text_document.uri, around=False)


@server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
def closed(ls: Server, params: types.DidCloseTextDocumentParams) -> None:
    ls.forget(params.text_document.uri)


@server.feature(types.TEXT_DOCUMENT_CODE_ACTION, types.CodeActionOptions([types.CodeActionKind.QuickFix, _FIX_ALL]))
def code_actions(ls: Server, params: types.CodeActionParams) -> list[types.CodeAction]:
    """A fix for each finding in the range that has one right answer, and one for all of them."""
    uri = params.text_document.uri
    text, fixable = ls.text(uri), [each for each in ls.found.get(uri, ()) if each.edits]
    actions = [
        types.CodeAction(
            title=f"{each.kind.code}: {each.hint or 'fix'}",
            kind=types.CodeActionKind.QuickFix,
            diagnostics=[_diagnostic(text, each)],
            is_preferred=True,
            edit=_separate_edits(uri, text, [each]),
        )
        for each in fixable
        if _touches(text.range(each.span), params.range)
    ]
    if fixable:
        title = f"Fix all that mlops-spec can ({len(fixable)})"
        actions.append(types.CodeAction(title=title, kind=_FIX_ALL, edit=_separate_edits(uri, text, fixable)))
    wanted = tuple(str(getattr(kind, "value", kind)) for kind in params.context.only or [""])
    return [each for each in actions if str(getattr(each.kind, "value", each.kind)).startswith(wanted)]


@server.feature(types.TEXT_DOCUMENT_HOVER)
def hover(ls: Server, params: types.HoverParams) -> types.Hover | None:
    """The page of the rule that is broken here, and what the field is."""
    uri = params.text_document.uri
    path = _linted_path(uri)
    if not path:
        return None
    text = ls.text(uri)
    line, column = text.place(params.position)
    pages = [_page(each) for each in ls.found.get(uri, ()) if _covers(each, line, column)]
    document = parse(str(path), ls.source(uri)) if is_spec(path) else []
    at = address_at(document, line, column) if isinstance(document, Document) else None
    about = field_text(at[0], document.data) if at and isinstance(document, Document) else ""
    said = [*dict.fromkeys(pages), *filter(None, [about])]
    content = types.MarkupContent(types.MarkupKind.Markdown, "\n\n---\n\n".join(said))
    return types.Hover(content, text.range(at[1]) if at else None) if said else None


@server.feature(types.TEXT_DOCUMENT_COMPLETION, types.CompletionOptions(trigger_characters=[" ", ":", "[", "-"]))
def completion(ls: Server, params: types.CompletionParams) -> list[types.CompletionItem]:
    """Keys, choices, and names of measures, columns, environments and what stages write."""
    uri = params.text_document.uri
    path = _linted_path(uri)
    if not path or not is_spec(path):
        return []
    text, source = ls.text(uri), ls.source(uri)
    known = parse(str(path), source)
    columns = header(path.parent, known.data if isinstance(known, Document) else _saved_data(path))
    completions = complete(source, text.offset(params.position), columns)
    place = text.between(completions.start, completions.end)
    has_colon = source[completions.end : completions.end + 1] == ":"
    return [
        types.CompletionItem(
            label=word.text,
            kind=types.CompletionItemKind.Property if word.is_key else types.CompletionItemKind.Value,
            documentation=word.about or None,
            text_edit=types.TextEdit(place, f"{word.text}: " if word.is_key and not has_colon else word.text),
        )
        for word in completions.words
    ]


def _saved_data(path: Path) -> Any:
    try:
        document = parse(str(path), path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        return None
    return document.data if isinstance(document, Document) else None


def _linted_path(uri: str) -> Path | None:
    name = to_fs_path(uri)
    path = Path(name) if name else None
    return path if path and (is_spec(path) or is_workflow(path)) else None


def _diagnostic(text: Text, found: Diagnostic) -> types.Diagnostic:
    return types.Diagnostic(
        range=text.range(found.span),
        message=found.said(),
        severity=_SEVERITIES[found.kind.severity],
        code=found.kind.code,
        source="mlops-spec",
    )


def _separate_edits(uri: str, text: Text, found: Sequence[Diagnostic]) -> types.WorkspaceEdit:
    taken: list[types.TextEdit] = []
    places: list[tuple[int, int]] = []
    for each in found:
        if not any(edit.start < end and start < edit.end for edit in each.edits for start, end in places):
            places += [(edit.start, edit.end) for edit in each.edits]
            taken += [types.TextEdit(text.between(edit.start, edit.end), edit.text) for edit in each.edits]
    return types.WorkspaceEdit(changes={uri: taken})


def _touches(one: types.Range, other: types.Range) -> bool:
    return one.start <= other.end and other.start <= one.end


def _covers(found: Diagnostic, line: int, column: int) -> bool:
    span = found.span
    return (span.line, span.column) <= (line, column) <= (span.end_line, span.end_column)


def _page(found: Diagnostic) -> str:
    page = find(found.kind.code)
    said = parts(page)
    return f"**{page.CODE} {page.NAME}**: {said.claim}\n\n{said.why}\n\n*Fix:* {said.fix}"
