"""Everything that plugins and built-ins offer, by name; built-ins are imported when asked for."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from deploycheck.authoring.checker import Checker
from deploycheck.authoring.collector import Collector
from deploycheck.authoring.errors import DefinitionError
from deploycheck.authoring.packs import PolicyPack
from deploycheck.authoring.params import column_fields
from deploycheck.authoring.reporter import Reporter
from deploycheck.model.decision import PluginUsed


class Finder(Protocol):
    """Built-ins of one kind: their names without importing anything, and one of them by name."""

    def names(self) -> tuple[str, ...]: ...

    def load(self, name: str) -> Any: ...


@dataclass(frozen=True)
class Offer:
    """What one plugin brought, and who it is."""

    plugin: PluginUsed
    checkers: tuple[Any, ...] = ()
    collectors: tuple[Any, ...] = ()
    reporters: tuple[Any, ...] = ()
    packs: tuple[Any, ...] = ()


@dataclass
class Registry:
    """Looks things up: built-ins lazily by name, what plugins offer in a table.

    :param builtin: a finder for each of ``checkers``, ``collectors`` and ``reporters``.
    :param hook: pluggy's hook relay, for ``deploycheck_decided``.
    """

    builtin: Mapping[str, Finder]
    hook: Any = None
    plugins: list[PluginUsed] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    packs: list[PolicyPack] = field(default_factory=list)
    _checkers: dict[str, Checker] = field(default_factory=dict)
    _collectors: dict[str, Collector] = field(default_factory=dict)
    _reporters: dict[str, Reporter] = field(default_factory=dict)
    _brought_by: dict[str, PluginUsed] = field(default_factory=dict)
    _words: dict[str, dict[str, str]] = field(default_factory=dict)

    def add(self, offer: Offer) -> None:
        """Take what a plugin offers; a taken name or a thing of the wrong kind is refused."""
        self.plugins.append(offer.plugin)
        who = offer.plugin
        self._take(who, "checker", offer.checkers, Checker, lambda c: c.id, self._checkers)
        self._take(who, "collector", offer.collectors, Collector, _module_of, self._collectors)
        self._take(who, "reporter", offer.reporters, Reporter, lambda r: r.name, self._reporters)
        for pack in offer.packs:
            if isinstance(pack, PolicyPack):
                self.packs.append(pack)
            else:
                self.refused.append(f"plugin {who.name} offers {pack!r}, which is no PolicyPack")

    def _take(
        self,
        who: PluginUsed,
        what: str,
        items: Iterable[Any],
        kind: type[Any],
        name_of: Callable[[Any], str],
        table: dict[str, Any],
    ) -> None:
        for item in items:
            if not isinstance(item, kind):
                self.refused.append(
                    f"plugin {who.name} offers {item!r} as a {what}; make it with @{what}"
                )
                continue
            name = name_of(item)
            if name in self.builtin[f"{what}s"].names():
                self.refused.append(
                    f"plugin {who.name}: the {what} {name!r} is built in and cannot be replaced"
                )
            elif name in table:
                other = self._brought_by[f"{what}:{name}"].name
                self.refused.append(
                    f"plugin {who.name}: the {what} {name!r} is taken by plugin {other}"
                )
            else:
                table[name] = item
                self._brought_by[f"{what}:{name}"] = who

    def checker_ids(self) -> tuple[str, ...]:
        """Every checker's id, without importing one."""
        return (*self.builtin["checkers"].names(), *sorted(self._checkers))

    def checker(self, id: str) -> Checker | None:
        """The checker of that id, or ``None``."""
        found = self._checkers.get(id)
        if found is None and id in self.builtin["checkers"].names():
            found = self.builtin["checkers"].load(id)
        return found

    def provider(self, id: str) -> PluginUsed | None:
        """The plugin that brought the checker; ``None`` for a built-in."""
        return self._brought_by.get(f"checker:{id}")

    def maker(self, collector: Collector) -> PluginUsed | None:
        """The plugin that brought the collector; ``None`` for a built-in."""
        return self._brought_by.get(f"collector:{_module_of(collector)}")

    def collector(self, evidence: type[Any]) -> Collector | None:
        """The one maker of an evidence type, or ``None``."""
        name = snake(evidence.__name__)
        found = self._collectors.get(name)
        if found is None and name in self.builtin["collectors"].names():
            found = self.builtin["collectors"].load(name)
        return found if found is not None and found.evidence is evidence else None

    def reporter_names(self) -> tuple[str, ...]:
        return (*self.builtin["reporters"].names(), *sorted(self._reporters))

    def reporter(self, name: str) -> Reporter | None:
        """The reporter of that name, or ``None``."""
        found = self._reporters.get(name)
        if found is None and name in self.builtin["reporters"].names():
            found = self.builtin["reporters"].load(name)
        return found

    def vocabulary(self, checker: Checker) -> Mapping[str, str]:
        """The closed set of keys of ``with``, and what each one is.

        :return: ``parameter``, ``collector:<Type>``, ``data`` or ``document`` by key.
        :raises DefinitionError: two meanings for one key, or evidence that nothing collects.
        """
        if checker.id not in self._words:
            self._words[checker.id] = self._vocabulary(checker)
        return self._words[checker.id]

    def _vocabulary(self, checker: Checker) -> dict[str, str]:
        words: dict[str, str] = {}
        for key, meaning in self._meanings(checker):
            if words.setdefault(key, meaning) != meaning:
                raise DefinitionError(
                    f"{checker.id}: {key!r} would mean both {words[key]} and {meaning}; rename one"
                )
        for key, mark in column_fields(checker.signature.params).items():
            if mark.argument is not None and mark.argument not in checker.signature.needs:
                raise DefinitionError(
                    f"{checker.id}: {key!r} names columns of {mark.argument!r}, no argument"
                )
        return words

    def _meanings(self, checker: Checker) -> Iterator[tuple[str, str]]:
        for key in checker.signature.params.model_fields:
            yield key, "parameter"
        for need in checker.signature.needs.values():
            maker = self.collector(need.type)
            if maker is None:
                raise DefinitionError(
                    f"{checker.id}: nothing collects {need.type.__name__} "
                    f"(argument {need.argument!r})"
                )
            options = dict(self._options(checker, maker))
            yield from options.items()
            if need.subject == "data":
                yield "data", "data"
            # Evidence named as one of its own parameters is bound by `data` alone.
            if need.subject in {"data", "document"} and need.argument not in options:
                yield need.argument, need.subject

    def _options(self, checker: Checker, maker: Collector) -> Iterator[tuple[str, str]]:
        """The parameters of a collector, and of those that it asks."""
        for key in maker.params.model_fields:
            yield key, f"collector:{maker.name}"
        for need in maker.signature.needs.values():
            below = self.collector(need.type)
            if below is None:
                raise DefinitionError(
                    f"{checker.id}: nothing collects {need.type.__name__} for {maker.name}"
                )
            yield from self._options(checker, below)


def _module_of(collector: Collector) -> str:
    return snake(collector.name)


def snake(type_name: str) -> str:
    """``ModelFile`` is collected by ``model_file.py``."""
    return "".join("_" + c.lower() if c.isupper() else c for c in type_name).lstrip("_")
