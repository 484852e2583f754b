"""What editors need of a project: the JSON Schemas of its files, and the line that names them."""

import json
import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

from deploycheck.engine.durable import write
from deploycheck.engine.language.kind import Kind, peek_kind

__all__ = [
    "KINDS",
    "NotOurs",
    "add_modeline",
    "install_schemas",
    "installed",
    "modeline",
    "schema",
    "vscode_settings",
    "written",
]

KINDS = ("policy", "release", "decision")
FOLDER = Path(".deploycheck", "schema")
LONGEST = 1 << 20  # bytes of a policy or a release; the loader reads no more
VSCODE = Path(".vscode", "settings.json")
_BOM = b"\xef\xbb\xbf"
# As the language server reads it: a comment before the content.
_OURS = re.compile(rb"^(#[ \t]+yaml-language-server[ \t]*:.*?\$schema=)(\S+)")
_MARK = re.compile(rb"^#[ \t]+yaml-language-server[ \t]*:")


class NotOurs(ValueError):
    """A file that gets no modeline; says why."""


def schema(kind: str) -> dict[str, Any]:
    """The JSON Schema of a policy, a release or a decision, with what is installed in it."""
    if kind == "decision":
        from deploycheck.reporters.json import decision_schema

        return decision_schema()
    from deploycheck import plugins
    from deploycheck.engine.schemas import policy_schema, release_schema

    return release_schema() if kind == "release" else policy_schema(plugins.registry())


def written(kind: str) -> str:
    """The schema as text: the same for the same checks."""
    return json.dumps(schema(kind), indent=1, ensure_ascii=False) + "\n"


def install_schemas(folder: Path) -> tuple[Path, ...]:
    """Write ``.deploycheck/schema/{policy,release,decision}.json`` below a project's folder.

    Each file is replaced as a whole; all are made before the first is written.

    :raises OSError: one cannot be written.
    """
    made = {installed(folder, kind): written(kind) for kind in KINDS}
    for path, text in made.items():
        write(path, text.encode())
    return tuple(made)


def installed(folder: Path, kind: str) -> Path:
    """Where a project's schema of one kind lies."""
    return folder / FOLDER / f"{kind}.json"


def modeline(file: Path, schema: Path) -> str:
    """The comment that names the schema to editors, relative to the file's own folder.

    :param schema: the schema's file.
    """
    return f"# yaml-language-server: $schema={_reference(file, schema)}"


def _reference(file: Path, schema: Path) -> str:
    relative = Path(os.path.relpath(schema.resolve(), file.resolve().parent)).as_posix()
    # A path that could be a package or an address to some reader begins with a dot.
    return quote(relative if relative.startswith(".") else f"./{relative}")


def add_modeline(file: Path, folder: Path) -> bool:
    """Make the first line of a policy or a release name its schema; nothing else is changed.

    A modeline that stands among the comments at the top is mended where it stands. A symbolic
    link stays one; the file it leads to is written, and keeps its mode.

    :param folder: the project's folder, in which the schemas are installed.
    :return: whether the file had to be changed.
    :raises NotOurs: it is no policy and no release, or cannot be one.
    :raises OSError: it cannot be read or written.
    """
    real = file.resolve(strict=True)
    if not real.is_file():
        raise NotOurs(f"{file} is no regular file")
    with real.open("rb") as opened:
        data = opened.read(LONGEST + 1)
    if len(data) > LONGEST:
        raise NotOurs(f"{file} is larger than 1 MiB, so it is no policy and no release")
    kind: Kind | None = peek_kind(data)
    if kind is None:
        raise NotOurs(f"{file} is no policy and no release: it has no key 'policy' or 'release'")
    changed = _with_modeline(data, modeline(real, installed(folder, kind)).encode())
    if changed == data:
        return False
    if not os.access(real, os.W_OK):
        raise PermissionError(13, "the file is read-only", str(file))
    mode = real.stat().st_mode
    write(real, changed)
    real.chmod(mode)
    return True


def _with_modeline(data: bytes, line: bytes) -> bytes:
    """The file with that line: in place of the one that it has, else as its first."""
    mark = _BOM if data.startswith(_BOM) else b""
    lines = data[len(mark) :].splitlines(keepends=True)
    reference = line.partition(b"$schema=")[2]
    for at, old in enumerate(lines):
        if old.strip() and not old.startswith(b"#"):
            break
        if _MARK.match(old):
            end = old[len(old.rstrip(b"\r\n")) :]
            new, count = _OURS.subn(lambda found: found[1] + reference, old)
            lines[at] = new if count else line + end
            return mark + b"".join(lines)
    end = b"\r\n" if lines and lines[0].endswith(b"\r\n") else b"\n"
    return mark + line + end + b"".join(lines)


def vscode_settings(folder: Path) -> tuple[Path, str, bool]:
    """Settings of VS Code that name the schemas for the usual files, for those without a modeline.

    Settings that are there are never changed: they are a person's own.

    :return: the file, the text that belongs into it, and whether it holds that already: all
        three schemas where the file was there, or the text as it was written now.
    :raises OSError: the file cannot be read or written.
    """
    schemas = {
        (FOLDER / "policy.json").as_posix(): ["policy.yaml", "policies/**/*.yaml"],
        (FOLDER / "release.json").as_posix(): ["release.yaml", "release-*.yaml"],
    }
    text = json.dumps({"yaml.schemas": schemas}, indent=2) + "\n"
    path = folder / VSCODE
    try:
        there = path.read_bytes()
    except FileNotFoundError:
        if path.is_symlink():
            raise
        write(path, text.encode())
        return path, text, True
    return path, text, all(name.encode() in there for name in schemas)
