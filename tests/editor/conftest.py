"""A small client of the real YAML language server, spoken to as an editor speaks to it."""

import json
import os
import select
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from deploycheck.scaffold.editor import install_schemas

SERVER = "yaml-language-server"
VERSION = "2.0.0"
HOME = Path(__file__).parents[2] / ".venv" / "editor"
INSTALL = f"npm install --prefix .venv/editor {SERVER}@{VERSION}"
SETTINGS = {
    "yaml": {
        "validate": True,
        "hover": True,
        "completion": True,
        "schemaStore": {"enable": False, "url": ""},
    }
}
# Tells of every connection and every name that is looked up, which there should be none of.
WITNESS = """
const {appendFileSync} = require("fs");
const told = (where) => appendFileSync(process.env.WITNESSED, JSON.stringify(where) + "\\n");
for (const [home, name] of [[require("net").Socket.prototype, "connect"], [require("dns"), "lookup"]]) {
  const real = home[name];
  home[name] = function (...given) { told([name, given[0]]); return real.apply(this, given); };
}
"""


class Editor:
    """One session with the server; documents are opened with a text and asked about."""

    def __init__(self, binary: Path, folder: Path) -> None:
        node = shutil.which("node")
        if node is None:
            pytest.fail("the editor's tests need node; install Node.js 20 or later")
        self.folder = folder
        self.asked: list[str] = []  # what the server wanted of its client
        self.problems: dict[str, list[dict[str, Any]]] = {}
        self._number = 0
        self._documents = 0
        self._rest = b""
        self._witnessed = folder / "connections.txt"
        witness = folder / "witness.cjs"
        witness.write_text(WITNESS, encoding="utf-8")
        self._process = subprocess.Popen(
            [node, "--require", str(witness), str(binary), "--stdio"],
            env={**os.environ, "WITNESSED": str(self._witnessed)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=folder,
        )
        uri = folder.as_uri()
        self.ask(
            "initialize",
            processId=os.getpid(),
            rootUri=uri,
            workspaceFolders=[{"uri": uri, "name": "project"}],
            capabilities={
                "workspace": {"configuration": True, "workspaceFolders": True},
                "textDocument": {
                    "completion": {"completionItem": {"documentationFormat": ["markdown"]}},
                    "hover": {"contentFormat": ["markdown"]},
                    "publishDiagnostics": {},
                },
            },
        )
        self._tell("initialized")
        self._tell("workspace/didChangeConfiguration", settings=SETTINGS)

    def close(self) -> None:
        self._process.kill()
        self._process.communicate()

    def connections(self) -> str:
        """What the server connected to so far."""
        return self._witnessed.read_text(encoding="utf-8") if self._witnessed.exists() else ""

    def open(self, text: str, path: Path | None = None) -> list[dict[str, Any]]:
        """Open a new document and return what the server finds wrong in it."""
        self._documents += 1  # the server keeps what it read of a name
        path = path or self.folder / f"document-{self._documents}.yaml"
        self.uri = path.as_uri()
        self._tell(
            "textDocument/didOpen",
            textDocument={"uri": self.uri, "languageId": "yaml", "version": 1, "text": text},
        )
        self._until(lambda: self.uri in self.problems)
        return self.problems[self.uri]

    def complete(self, text: str) -> dict[str, dict[str, Any]]:
        """What is offered where the text has its ``¦``, by label; keys before whole blocks."""
        found = self._at("textDocument/completion", text)
        items = found["items"] if isinstance(found, dict) else found or []
        whole = [item for item in items if item["kind"] == 7]
        return {item["label"]: item for item in (*whole, *(i for i in items if i["kind"] != 7))}

    def hover(self, text: str) -> str:
        """What is shown over the place where the text has its ``¦``."""
        found = self._at("textDocument/hover", text)
        return found["contents"]["value"] if found else ""

    def _at(self, method: str, text: str) -> Any:
        before, _, after = text.partition("¦")
        self.open(before + after)
        lines = before.split("\n")
        return self.ask(
            method,
            textDocument={"uri": self.uri},
            position={"line": len(lines) - 1, "character": len(lines[-1])},
        )

    def ask(self, method: str, **params: Any) -> Any:
        """The answer to a request."""
        self._number += 1
        number = self._number
        self._send({"id": number, "method": method, "params": params})
        answers: list[Any] = []

        def answered() -> bool:
            answers.extend(m for m in self._heard if m.get("id") == number and "method" not in m)
            return bool(answers)

        self._until(answered)
        assert "error" not in answers[0], answers[0]
        return answers[0]["result"]

    def _tell(self, method: str, **params: Any) -> None:
        self._send({"method": method, "params": params})

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin is not None
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self._process.stdin.flush()

    def _until(self, done: Any, seconds: float = 30) -> None:
        end = time.monotonic() + seconds
        self._heard: list[dict[str, Any]] = []
        while not done():
            self._heard = [self._read(end)]
            self._serve(self._heard[0])

    def _serve(self, message: dict[str, Any]) -> None:
        """Answer what the server asks, and note what it finds."""
        method = message.get("method")
        if method is None:
            return
        params = message.get("params") or {}
        if method == "textDocument/publishDiagnostics":
            self.problems[params["uri"]] = params["diagnostics"]
        if "id" not in message:
            return
        self.asked.append(method)
        result: Any = None
        if method == "workspace/configuration":
            result = [SETTINGS.get(item.get("section", ""), {}) for item in params["items"]]
        self._send({"id": message["id"], "result": result})

    def _read(self, end: float) -> dict[str, Any]:
        head, _, rest = self._rest.partition(b"\r\n\r\n")
        size = next(
            (int(line.split(b":")[1]) for line in head.split(b"\r\n") if b"Length" in line), 0
        )
        while not rest or len(rest) < size:
            assert self._process.stdout is not None
            ready, _, _ = select.select([self._process.stdout], [], [], end - time.monotonic())
            chunk = os.read(self._process.stdout.fileno(), 65536) if ready else b""
            if not chunk:
                pytest.fail("the language server ended, or said nothing in time")
            self._rest += chunk
            head, _, rest = self._rest.partition(b"\r\n\r\n")
            size = next(
                (int(line.split(b":")[1]) for line in head.split(b"\r\n") if b"Length" in line), 0
            )
        self._rest = rest[size:]
        message: dict[str, Any] = json.loads(rest[:size])
        return message


@pytest.fixture(scope="session")
def binary() -> Path:
    """The language server's program; a test without it fails and says how to install it."""
    path = HOME / "node_modules" / SERVER / "bin" / SERVER
    about = HOME / "node_modules" / SERVER / "package.json"
    if not path.exists() or json.loads(about.read_text())["version"] != VERSION:
        pytest.fail(f"{SERVER} {VERSION} is not installed; run `{INSTALL}`, or `make test`")
    return path


@pytest.fixture(scope="session")
def start(binary: Path) -> Callable[[Path], Editor]:
    """Starts an editor in a folder; who starts it closes it."""
    return lambda folder: Editor(binary, folder)


@pytest.fixture(scope="session")
def editor(binary: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    """An editor in a project that has the schemas installed."""
    folder = tmp_path_factory.mktemp("project")
    install_schemas(folder)
    session = Editor(binary, folder)
    yield session
    session.close()
