"""Lock files: which packages they pin for the running interpreter.

Read are requirement files (``pip freeze``, ``pip-compile``, ``uv export``, ``poetry export``),
``pylock.toml`` (PEP 751), ``uv.lock``, ``poetry.lock`` and ``Pipfile.lock``, told by their content.
"""

import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from deploycheck.authoring.errors import EvidenceError
from deploycheck.evidence.environment import Pin

_FREE = re.compile(
    r"([A-Za-z0-9][A-Za-z0-9._-]*+)\s*+(?:\[[^\]]*+\]\s*+)?(===?)\s*+([^\s,;*=]++)\s*+"
)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_EGG = re.compile(r"[#&]egg=([A-Za-z0-9._-]+)")
_EDITABLE = re.compile(r"# Editable [^(]{0,200}\(([A-Za-z0-9._-]{1,200})[=)]")
_COMMENT = re.compile(r"(?:^|\s)#.*")
_HASHES = re.compile(r"\s--(?:hash|config-settings?|global-option)[= ]\S+")
_TOML = ("[[package]]", "[[packages]]", "lock-version", "[metadata]", "version = ")
_OPTIONS = re.compile(
    r"-(?:i|f|-index-url|-extra-index-url|-find-links|-no-index|-no-binary|-only-binary|"
    r"-prefer-binary|-require-hashes|-pre|-trusted-host|-use-feature)(?:[\s=]|$)"
)


@dataclass
class Lock:
    """What a lock demands here.

    :param elsewhere: entries whose markers do not hold here.
    :param groups: groups of dependencies that are installed by default.
    """

    pins: list[Pin] = field(default_factory=list)
    requires_python: str = ""
    elsewhere: int = 0
    groups: tuple[str, ...] = ()

    def add(self, name: str, version: object, place: str, marker: object, why: str) -> None:
        """Take an entry in, if its marker holds here; one that cannot be told is taken in."""
        if marker and isinstance(marker, str):
            held = _holds(marker, self.groups)
            if held is False:
                self.elsewhere += 1
                return
            if held is None:
                version, why = None, f"a marker that cannot be evaluated: {marker[:80]}"
        fixed = version if isinstance(version, str) and version else None
        self.pins.append(Pin(normalised(name), fixed, place, "" if fixed else why))


def normalised(name: str) -> str:
    """The name of a package as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def read_lock(lines: list[str], path: str) -> Lock:
    """The lock in these lines.

    :raises EvidenceError: it is no TOML or JSON although it begins like it, or lacks its parts.
    """
    first = next((line for line in lines if line.strip()), "")
    if first.lstrip().startswith("{"):
        return _pipfile(_parsed(json.loads, lines, path), path)
    if any(line.startswith(_TOML) for line in lines):
        return _toml(_parsed(tomllib.loads, lines, path), path)
    return _requirements(lines)


def _parsed(parse: Any, lines: list[str], path: str) -> dict[str, Any]:
    try:
        made = parse("\n".join(lines))
    except (ValueError, RecursionError) as error:
        why = str(error).splitlines()[0][:200] if str(error) else "it is nested too deep"
        raise EvidenceError(f"{path} cannot be read: {why}", "lock anew") from None
    if not isinstance(made, dict):
        raise EvidenceError(f"{path} is no lock file", "name the lock itself")
    return made


@cache
def _holds(marker: str, groups: tuple[str, ...] = ()) -> bool | None:
    """Whether an environment marker holds here; ``None`` where it cannot be evaluated.

    :param groups: the groups of dependencies that are installed by default.
    """
    from packaging.markers import InvalidMarker, Marker, UndefinedComparison
    from packaging.markers import UndefinedEnvironmentName as UnknownName

    try:
        made = Marker(marker)
        if "extras" in marker or "dependency_groups" in marker:  # of PEP 751 alone
            asked = {"extras": frozenset[str](), "dependency_groups": frozenset(groups)}
            return bool(made.evaluate(asked, context="lock_file"))
        return bool(made.evaluate({"extra": ""}))
    except (InvalidMarker, UndefinedComparison, UnknownName, RecursionError, ValueError, TypeError):
        return None


def _requirements(lines: list[str]) -> Lock:
    lock = Lock()
    editable = ""
    for number, line in _logical(lines):
        if found := _EDITABLE.match(line.strip()):
            editable = found[1]
            continue
        text = _COMMENT.sub("", line).strip()
        if not text or _OPTIONS.match(text):
            continue
        _requirement(lock, _HASHES.sub("", " " + text).strip(), f"line {number}", editable)
        editable = ""
    return lock


def _logical(lines: list[str]) -> Iterator[tuple[int, str]]:
    """Lines, with those that a backslash joins as one, under the number of the first."""
    parts: list[str] = []
    first = 0
    for number, line in enumerate(lines, 1):
        first = first if parts else number
        joined = line.endswith("\\") and not line.lstrip().startswith("#")
        parts.append(line[:-1] if joined else line)
        if not joined:
            yield first, " ".join(parts)
            parts = []
    if parts:
        yield first, " ".join(parts)


def _requirement(lock: Lock, text: str, place: str, editable: str) -> None:
    if found := _FREE.match(text):
        rest = text[found.end() :]
        if not rest or rest.startswith(";"):
            lock.add(found[1], found[3], place, rest[1:].strip(), "no version")
            return
    name, rest = _named(text, editable)
    head, semicolon, marker = rest.rpartition("; ") if " @ " in rest else rest.partition(";")
    head, marker = (head, marker.strip()) if semicolon else (rest, "")
    shown = head.strip()
    if text.startswith("-"):
        why = f"{text.split(maxsplit=1)[0]} instead of a version"
    elif "@" in shown:
        why = "a direct reference instead of a version"
    else:
        why = f"{shown[:80]} instead of one version" if shown else "no version"
    lock.add(name, None, place, marker, why)


def _named(text: str, editable: str) -> tuple[str, str]:
    """The package that a line is about, as far as that can be told, and the rest of the line."""
    if text.startswith("-"):
        egg = _EGG.search(text)
        return (egg[1] if egg else editable), ""
    found = _NAME.match(text)
    if found is None or re.match(r"[a-z+]+://|\.{0,2}/", text):
        egg = _EGG.search(text)
        return (egg[1] if egg else ""), f"@ {text}"
    return found[0], text[found.end() :]


def _toml(made: Mapping[str, Any], path: str) -> Lock:
    if "lock-version" in made or "packages" in made:
        return _pylock(made, path)
    packages = _tables(made.get("package"), path)
    metadata = made.get("metadata")
    if isinstance(metadata, dict) and "python-versions" in metadata:
        return _poetry(packages, metadata)
    return _uv(packages, made)


def _tables(found: object, path: str) -> list[dict[str, Any]]:
    if not isinstance(found, list) or not all(
        isinstance(one, dict) and isinstance(one.get("name"), str) for one in found
    ):
        raise EvidenceError(f"{path} is no lock file: its packages have no names", "lock anew")
    return found


def _pylock(made: Mapping[str, Any], path: str) -> Lock:
    groups = made.get("default-groups")
    lock = Lock(requires_python=_text(made.get("requires-python")))
    lock.groups = tuple(map(str, groups)) if isinstance(groups, list) else ()
    for one in _tables(made.get("packages"), path):
        name = one["name"]
        lock.add(name, one.get("version"), f"package {name}", one.get("marker"), "no version")
    return lock


def _poetry(packages: Iterable[Mapping[str, Any]], metadata: Mapping[str, Any]) -> Lock:
    lock = Lock(requires_python=_pep440(_text(metadata.get("python-versions"))))
    for one in packages:
        markers = one.get("markers")
        if isinstance(markers, dict):  # by group of dependencies
            markers = markers.get("main")
        groups = one.get("groups")
        if one.get("optional") is True or (isinstance(groups, list) and "main" not in groups):
            lock.elsewhere += 1
            continue
        lock.add(one["name"], one.get("version"), f"package {one['name']}", markers, "no version")
    return lock


def _pep440(wanted: str) -> str:
    """Poetry's own ``^3.11`` and ``~3.11`` as PEP 440 has it; ``*`` is any version."""
    if found := re.fullmatch(r"([\^~])([0-9]{1,4})\.([0-9]{1,4})(?:\.[0-9]{1,4})?", wanted.strip()):
        major, minor = int(found[2]), int(found[3])
        below = f"{major + 1}" if found[1] == "^" else f"{major}.{minor + 1}"
        return f">={wanted.strip()[1:]},<{below}"
    return "" if wanted.strip() == "*" else wanted


def _pipfile(made: Mapping[str, Any], path: str) -> Lock:
    packages = made.get("default")
    if not isinstance(packages, dict):
        raise EvidenceError(f"{path} is no Pipfile.lock: it has no `default`", "lock anew")
    lock = Lock()
    for name, one in packages.items():
        entry = one if isinstance(one, dict) else {}
        version = _text(entry.get("version"))
        fixed = version.removeprefix("==") if version.startswith("==") else None
        lock.add(str(name), fixed, f"package {name}", entry.get("markers"), "no version")
    return lock


def _uv(packages: list[dict[str, Any]], made: Mapping[str, Any]) -> Lock:
    """What the project itself depends on; uv locks all platforms, extras and groups together."""
    lock = Lock(requires_python=_text(made.get("requires-python")))
    nodes: dict[str, list[dict[str, Any]]] = {}
    for one in packages:
        nodes.setdefault(normalised(one["name"]), []).append(one)
    waiting = [edge for one in packages if _is_project(one) for edge in _edges(one, None)]
    seen: set[tuple[int, str | None]] = set()
    while waiting:
        edge = waiting.pop()
        name, marker = normalised(_text(edge.get("name"))), _text(edge.get("marker"))
        same = [n for n in nodes.get(name, ()) if edge.get("version") in {None, n.get("version")}]
        if marker and _holds(marker) is False:
            lock.elsewhere += 1
            continue
        if not same:
            lock.add(name, None, f"package {name}", None, "a package that the lock has not")
        extras = edge.get("extra")
        for one in same:
            for extra in (None, *(map(str, extras) if isinstance(extras, list) else ())):
                if (id(one), extra) in seen:
                    continue
                seen.add((id(one), extra))
                waiting += _edges(one, extra)
                if extra is None and not _is_project(one):
                    lock.add(name, one.get("version"), f"package {name}", None, "no version")
    lock.pins.sort(key=lambda pin: (pin.name, pin.version or ""))
    return lock


def _edges(one: Mapping[str, Any], extra: str | None) -> list[dict[str, Any]]:
    """What a package depends on, or an extra of it."""
    found = one.get("dependencies")
    if extra is not None:
        optional = one.get("optional-dependencies")
        found = optional.get(extra) if isinstance(optional, dict) else None
    return [edge for edge in found if isinstance(edge, dict)] if isinstance(found, list) else []


def _is_project(one: Mapping[str, Any]) -> bool:
    source = one.get("source")
    return isinstance(source, dict) and bool({"editable", "virtual"} & source.keys())


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
