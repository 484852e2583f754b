"""The composition root: built-ins, then installed plugins, then a project's own conftest files."""

import hashlib
import importlib
import sys
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

import pluggy

from deploycheck.authoring import hookspecs
from deploycheck.authoring.checker import Checker
from deploycheck.authoring.collector import Collector
from deploycheck.authoring.reporter import Reporter
from deploycheck.engine.registry import Offer, Registry
from deploycheck.model.decision import PluginUsed

GROUP = "deploycheck"
_HOOKS = {
    "checkers": "deploycheck_checkers",
    "collectors": "deploycheck_collectors",
    "reporters": "deploycheck_reporters",
    "packs": "deploycheck_policy_packs",
}


class Folder:
    """Built-ins in a package's folder: a new file is found without a list to be edited."""

    def __init__(self, package: str, kind: type[Any], *, families: bool = False) -> None:
        self.package, self.kind, self.families = package, kind, families

    @cached_property
    def _names(self) -> tuple[str, ...]:
        root = Path(__file__).parent / self.package
        pattern = "*/*.py" if self.families else "*.py"
        files = (p.relative_to(root).with_suffix("") for p in root.glob(pattern))
        return tuple(sorted(".".join(f.parts) for f in files if not f.name.startswith("_")))

    def names(self) -> tuple[str, ...]:
        return self._names

    def load(self, name: str) -> Any:
        module = importlib.import_module(f"deploycheck.{self.package}.{name}")
        return next(item for item in vars(module).values() if isinstance(item, self.kind))


def builtins() -> dict[str, Folder]:
    """Finders of what ships with deploycheck."""
    return {
        "checkers": Folder("checkers", Checker, families=True),
        "collectors": Folder("collectors", Collector),
        "reporters": Folder("reporters", Reporter),
    }


def manager() -> pluggy.PluginManager:
    """A plugin manager of its own, so that the engine runs without pytest."""
    pm = pluggy.PluginManager("deploycheck")
    pm.add_hookspecs(hookspecs)
    return pm


def registry(local: Mapping[str, ModuleType] | None = None) -> Registry:
    """Everything on offer.

    :param local: modules of the project itself (conftest files) by path; untrusted.
    :return: what was refused stands in ``refused``; the caller decides that it is an error.
    """
    pm = manager()
    made = Registry(builtin=builtins(), hook=pm.hook)
    for entry, distribution in _entry_points():
        try:
            module = entry.load()
            pm.register(module, entry.name)
            pm.check_pending()
        except Exception as error:  # noqa: BLE001 - a plugin may raise anything while it is imported
            made.refused.append(
                f"plugin {entry.name} ({entry.value}) cannot be loaded: "
                f"{type(error).__name__}: {error}"
            )
            continue
        used = PluginUsed(
            name=distribution.name, version=distribution.version, digest=_digest(module)
        )
        made.add(_offer(used, pm, module, made.refused))
    for path, module in (local or {}).items():
        if not any(name.startswith("deploycheck_") for name in vars(module)):
            continue
        try:
            pm.register(module, path)
            pm.check_pending()
        except Exception as error:  # noqa: BLE001 - as above
            made.refused.append(f"{path} cannot be used as a plugin: {error}")
            continue
        used = PluginUsed(name=path, version="local", digest=_digest(module), trusted=False)
        made.add(_offer(used, pm, module, made.refused))
    return made


def _entry_points() -> Iterable[tuple[Any, Any]]:
    from importlib.metadata import distributions

    seen: set[tuple[str, str]] = set()
    found = []
    for distribution in distributions():
        for entry in distribution.entry_points:
            if entry.group == GROUP and (entry.name, entry.value) not in seen:
                seen.add((entry.name, entry.value))
                found.append((entry, distribution))
    return sorted(found, key=lambda pair: (pair[1].name, pair[0].name))


def _offer(used: PluginUsed, pm: pluggy.PluginManager, plugin: Any, refused: list[str]) -> Offer:
    """Ask one plugin, so that what it raises is known to be its own."""
    answers: dict[str, tuple[Any, ...]] = {}
    for what, hook in _HOOKS.items():
        answers[what] = ()
        others = [p for p in pm.get_plugins() if p is not plugin]
        try:
            for answer in pm.subset_hook_caller(hook, others)():
                answers[what] += tuple(answer)
        except Exception as error:  # noqa: BLE001 - a plugin may raise anything
            refused.append(f"plugin {used.name}: {hook} raised {type(error).__name__}: {error}")
    return Offer(used, **answers)


def _digest(module: Any) -> str | None:
    """sha256 over the plugin's Python files, by name; ``None`` where there are none to read.

    A package counts whole, whichever of its modules is the entry point.
    """
    top = sys.modules.get(str(getattr(module, "__name__", "")).partition(".")[0], module)
    file = getattr(top, "__file__", None) or getattr(module, "__file__", None)
    if file is None:
        return None
    home = Path(file)
    files = sorted(home.parent.rglob("*.py")) if home.name == "__init__.py" else [home]
    whole = hashlib.sha256()
    for path in files:
        try:
            content = path.read_bytes()
        except OSError:
            return None
        whole.update(f"{path.relative_to(home.parent).as_posix()}\0{len(content)}\0".encode())
        whole.update(content)
    return f"sha256:{whole.hexdigest()}"
