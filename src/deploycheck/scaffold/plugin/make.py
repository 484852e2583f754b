"""A new check as a package of its own, or as one more in a package that is there."""

import ast
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from deploycheck.authoring.checker import Checker
from deploycheck.scaffold.plugin.common import COMMON
from deploycheck.scaffold.plugin.document import DOCUMENT
from deploycheck.scaffold.plugin.evidence import SHARES, Better, Evidence, filled
from deploycheck.scaffold.plugin.model import MODEL
from deploycheck.scaffold.plugin.names import WrongName
from deploycheck.scaffold.plugin.package import PACKAGE, SHARED_TESTS
from deploycheck.scaffold.plugin.predictions import PREDICTIONS
from deploycheck.scaffold.plugin.table import TABLE
from deploycheck.scaffold.plugin.write import ThereAlready, write_folder, write_into

__all__ = ["KINDS", "Begun", "EvidenceKind", "NewCheck", "begin", "find_package", "module_of"]

EvidenceKind = Literal["table", "predictions", "model", "document"]
KINDS: Mapping[str, Evidence] = {
    "table": TABLE,
    "predictions": PREDICTIONS,
    "model": MODEL,
    "document": DOCUMENT,
}
_PER = {"value": "values", "row": "rows", "section": "sections"}


@dataclass(frozen=True)
class NewCheck:
    """What is asked for; its names are valid.

    :param id: ``family.name``.
    :param measure: name of the measure; by default one that says what is measured.
    :param unit: unit of the measure; by default the one that fits the evidence.
    """

    id: str
    evidence: str = "table"
    measure: str | None = None
    unit: str | None = None
    better: Better = "lower"

    @property
    def family(self) -> str:
        return self.id.partition(".")[0]

    @property
    def name(self) -> str:
        return self.id.partition(".")[2]

    @property
    def package(self) -> str:
        """The package's name in Python: ``acme_checks``."""
        return f"{self.family}_checks"

    @property
    def distribution(self) -> str:
        """The package's name as it is installed: ``acme-checks``."""
        return self.package.replace("_", "-")


@dataclass(frozen=True)
class Begun:
    """What was written.

    :param folder: the package.
    :param files: names below it, sorted.
    :param added: whether the package was there before.
    :param finds: whether the package finds its checks by itself; of one that was changed this
        cannot be told, and the author must see to it.
    """

    folder: Path
    files: tuple[str, ...]
    added: bool
    finds: bool


def begin(
    asked: NewCheck, folder: Path, *, version: str, page_of: Callable[[Checker], str]
) -> Begun:
    """Write a package with the check below ``folder``, or add the check to its family's package.

    :param folder: where the package lies, or will lie.
    :param version: of the deploycheck that is running.
    :param page_of: makes the page of a checker.
    :raises WrongName: the name is one that the texts use for something else.
    :raises ThereAlready: a file of that name is there; nothing was written.
    :raises OSError: the files cannot be read or written; nothing is left of them.
    """
    _refuse_used(asked, version)
    words = _words(asked, version)
    own = _own_files(asked, words, page_of)
    home = find_package(asked, folder)
    if home is None:
        home = folder / asked.distribution
        shared = {filled(n, words, "lower"): filled(t, words, "lower") for n, t in PACKAGE.items()}
        files = shared | own
        try:
            write_folder(home, files)
        except ThereAlready as error:
            raise ThereAlready(error.path, f"and is no package of {asked.family}") from None
        return Begun(home, tuple(sorted(files)), added=False, finds=True)
    write_into(home, own)
    init = home / "src" / asked.package / "__init__.py"
    finds = init.is_file() and "iter_modules" in init.read_text(encoding="utf-8", errors="replace")
    return Begun(home, tuple(sorted(own)), added=True, finds=finds)


def find_package(asked: NewCheck, folder: Path) -> Path | None:
    """The folder of the family's package: ``folder``, one above it, or one in it.

    :raises OSError: a ``pyproject.toml`` on the way cannot be read.
    """
    here = folder.resolve()
    for place in (here, *here.parents):
        if _is_package(asked, place):
            return folder if place == here else place
    below = folder / asked.distribution
    return below if _is_package(asked, below) else None


def _is_package(asked: NewCheck, folder: Path) -> bool:
    path = folder / "pyproject.toml"
    if not path.is_file():
        return False
    try:
        text = path.read_text(encoding="utf-8")
        project = tomllib.loads(text).get("project", {})
    except (PermissionError, ValueError):
        return False  # what cannot be read is no package that a check is added to
    named = isinstance(project, dict) and project.get("name") == asked.distribution
    return named and (folder / "src" / asked.package).is_dir()


def module_of(asked: NewCheck, version: str) -> str:
    """The text of the check's module."""
    return filled(KINDS[asked.evidence].checker, _words(asked, version), asked.better)


def _own_files(
    asked: NewCheck, words: Mapping[str, str], page_of: Callable[[Checker], str]
) -> dict[str, str]:
    """The files of the check alone, by name below the package's folder."""
    kind, name = KINDS[asked.evidence], asked.name
    texts = {
        f"src/{asked.package}/{name}.py": kind.checker,
        f"tests/test_{name}.py": kind.tests,
        **{f"examples/{name}/{file}": text for file, text in kind.example.items()},
    }
    made = {path: filled(text, words, asked.better) for path, text in texts.items()}
    checker = _checker(f"{asked.package}.{name}", made[f"src/{asked.package}/{name}.py"])
    return made | {f"docs/{name}.md": page_of(checker)}


def _refuse_used(asked: NewCheck, version: str) -> None:
    """Refuse the name of a function, argument or variable that the texts have already."""
    words = _words(replace(asked, id=f"{asked.family}.neutral_name"), version)
    kind = KINDS[asked.evidence]
    if any(asked.name in _names(filled(t, words, "lower")) for t in (kind.checker, kind.tests)):
        raise WrongName(
            f"{asked.name!r} is a word that the files of the check use for something else: write "
            f"for example {asked.family}.{asked.name}_rate"
        )


def _names(text: str) -> set[str]:
    """Everything that a module calls by name."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, ast.FunctionDef | ast.alias):
            found.add(node.name)
    return found


def _checker(name: str, text: str) -> Checker:
    """The checker of a module that is a text."""
    from importlib.abc import InspectLoader
    from importlib.util import module_from_spec, spec_from_loader

    class Written(InspectLoader):
        """Loads the one module."""

        def get_source(self, fullname: str) -> str:
            del fullname
            return text

    loader = Written()
    spec = spec_from_loader(name, loader, is_package=False)
    if spec is None:
        raise ImportError(f"{name} cannot be loaded", name=name)
    module = module_from_spec(spec)
    loader.exec_module(module)
    return next(value for value in vars(module).values() if isinstance(value, Checker))


def _words(asked: NewCheck, version: str) -> dict[str, str]:
    """Every open word of the texts."""
    kind = KINDS[asked.evidence]
    unit = asked.unit or kind.unit
    share = unit in SHARES
    words = kind.open_words(asked.better, share=share)
    for one, many in _PER.items():
        words[f"per_{one}"] = f" ÷ {many}" if share else ""
        words[f"per_{many}"] = f" ÷ #{{{many}}}" if share else ""
    return {
        **words,
        **COMMON,
        "id": asked.id,
        "family": asked.family,
        "check": asked.name,
        "package": asked.package,
        "distribution": asked.distribution,
        "Params": "".join(map(str.capitalize, asked.name.split("_"))) + "Params",
        "CONTROL": f"{asked.family.upper().replace('_', '-')}-01",
        "measure": asked.measure or kind.names[asked.better, share],
        "unit": unit,
        "better": asked.better,
        "kind": "" if share else '\n    kind="exact",',
        "plain_title": words["title"].rstrip("."),
        "import": _import(f"{asked.package}.{asked.name}", asked.name),
        "range": _range(version),
        "shared": SHARED_TESTS,
    }


def _import(module: str, name: str) -> str:
    """An import as linters want it, however long the names are."""
    line = f"from {module} import {name}"
    return line if len(line) <= 88 else f"from {module} import (\n    {name},\n)"


def _range(version: str) -> str:
    """The versions that a plugin made with this one can use: ``>=0.1,<0.2``."""
    from packaging.version import Version

    known = Version(version)
    least = version if known.is_prerelease else f"{known.major}.{known.minor}"
    below = f"{known.major + 1}" if known.major else f"0.{known.minor + 1}"
    return f">={least},<{below}"
