"""From pytest's command line to a plan: which policies, which release, which clock."""

from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import pytest

from deploycheck import plugins
from deploycheck.engine.load import peek_kind
from deploycheck.engine.materials import Materials, gather
from deploycheck.engine.plan import Plan, make_plan
from deploycheck.engine.problems import PolicyError, render
from deploycheck.engine.record import FOLDER, new_run
from deploycheck.engine.registry import Registry
from deploycheck.model.base import parse_instant
from deploycheck.pytest_plugin.options import builtin_reporters

YAML = {".yaml", ".yml"}


def local_modules(config: pytest.Config) -> dict[str, ModuleType]:
    """The project's own conftest files, by path relative to the root; only where allowed."""
    if not config.getoption("deploycheck_allow_local_plugins"):
        return {}
    found: dict[str, ModuleType] = {}
    for plugin in config.pluginmanager.get_plugins():
        file = Path(getattr(plugin, "__file__", None) or "")
        if file.name == "conftest.py" and isinstance(plugin, ModuleType):
            inside = file.is_relative_to(config.rootpath)
            found[str(file.relative_to(config.rootpath) if inside else file)] = plugin
    return dict(sorted(found.items()))


def registry(config: pytest.Config) -> Registry:
    return plugins.registry(local_modules(config))


def materials(config: pytest.Config, policies: list[Path]) -> Materials:
    """Everything the plan is made from, read once.

    :raises pytest.UsageError: a file cannot be read, or an option is worded wrongly.
    """
    as_of = _clock(config)
    try:
        return gather(
            _release(config),
            policies,
            root=config.rootpath,
            inputs=_pairs(config, "deploycheck_input"),
            as_of=as_of,
            front_end="pytest",
            run=new_run(as_of),
        )
    except PolicyError as error:
        raise pytest.UsageError(f"deploycheck:\n{render(error.problems)}") from None


def _release(config: pytest.Config) -> Path:
    """The release: the option's, else the ini's, else ``release.yaml`` here or at the root."""
    here, root = config.invocation_params.dir, config.rootpath
    if option := config.getoption("deploycheck_release"):
        places = [here / str(option)]
    elif ini := config.getini("deploycheck_release"):
        places = [root / str(ini)]
    else:
        places = [here / "release.yaml", root / "release.yaml"]
    for place in places:
        if place.is_file():
            return place
    raise pytest.UsageError(
        f"deploycheck: no release {places[0]}; name it with --deploycheck-release"
    )


def planned(materials: Materials, registry: Registry) -> Plan:
    """The plan.

    :raises pytest.UsageError: with every mistake of every file.
    """
    try:
        return make_plan(materials, registry)
    except PolicyError as error:
        raise pytest.UsageError(f"deploycheck:\n{render(error.problems)}") from None


def policies(config: pytest.Config) -> list[Path]:
    """The policies of this run: those among the arguments, else the option's, else the ini's.

    Those that pytest would not come across by itself are added to its arguments.

    :raises pytest.UsageError: there are none.
    """
    base = config.invocation_params.dir
    if found := _among_arguments(config, base):
        return found
    named = [base / path for path in config.getoption("deploycheck_policy")]
    named = named or [Path(path) for path in config.getini("deploycheck_policies")]
    if not named:
        raise pytest.UsageError(
            "deploycheck: no policy; name one as an argument, with --deploycheck-policy, or in "
            "the ini setting deploycheck_policies"
        )
    if missing := [path for path in named if not path.is_file()]:
        raise pytest.UsageError(f"deploycheck: no policy {missing[0]}")
    return list(dict.fromkeys(path.resolve() for path in named))


def _among_arguments(config: pytest.Config, base: Path) -> list[Path]:
    if config.args_source is not pytest.Config.ArgsSource.ARGS:
        return []
    found: list[Path] = []
    for argument in config.args:
        path = base / str(argument).split("::")[0]
        files = [path] if path.is_file() else sorted(path.iterdir()) if path.is_dir() else []
        found += [file.resolve() for file in files if _is_policy(file)]
    return list(dict.fromkeys(found))


def _is_policy(path: Path) -> bool:
    if path.suffix not in YAML or not path.is_file():
        return False
    with path.open("rb") as file:
        return peek_kind(file.read(2**20)) == "policy"


def add_arguments(config: pytest.Config, paths: list[Path]) -> None:
    """Make pytest collect these files, whatever else it collects."""
    base = config.invocation_params.dir
    covered = {(base / str(a).split("::")[0]).resolve() for a in config.args}
    for path in paths:
        if path not in covered and not (covered & set(path.parents)):
            config.args.append(str(path))


def home(config: pytest.Config, folder: Path) -> Path:
    """Where runs are recorded."""
    named = config.getoption("deploycheck_record")
    return config.invocation_params.dir / named if named else folder / FOLDER


def named_reports(config: pytest.Config) -> dict[str, str]:
    """Single reports by name of the reporter."""
    named = _pairs(config, "deploycheck_report")
    for name in builtin_reporters():
        if path := config.getoption(f"deploycheck_{name}"):
            named[name] = path
    return named


def _pairs(config: pytest.Config, option: str) -> dict[str, str]:
    given: dict[str, str] = {}
    for text in config.getoption(option):
        name, equals, value = text.partition("=")
        if not equals or not name or name in given:
            shown = option.replace("_", "-")
            raise pytest.UsageError(f"--{shown} {text!r}: write NAME=VALUE, each name once")
        given[name] = value
    return given


def _clock(config: pytest.Config) -> datetime:
    text = config.getoption("deploycheck_as_of")
    if text is None:
        return datetime.now(UTC).replace(microsecond=0)
    try:
        return parse_instant(text)
    except ValueError as error:
        raise pytest.UsageError(f"--deploycheck-as-of {text!r}: {error}") from None
