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
from deploycheck.pytest_plugin.names import builtin_reporters
from deploycheck.shipped import PREFIX, pack

LONGEST = 604800.0
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
            run=new_run(datetime.now(UTC)),
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
    """The policies of this run, each once.

    Files among the arguments and those of the option; else those of the ini; else every policy
    below the folders among the arguments. Folders of tests may hold policies as test data, so they
    are looked through only where nothing is named.

    :raises pytest.UsageError: there are none, or a file below a folder cannot be told.
    """
    here = config.invocation_params.dir
    given = _given(config, here)
    named = [path for path in given if path.is_file() and _kind(path) == "policy"]
    named += [_pack(text) or here / text for text in config.getoption("deploycheck_policy")]
    named = named or [
        _pack(str(path)) or Path(path) for path in config.getini("deploycheck_policies")
    ]
    if missing := [path for path in named if not path.is_file()]:
        raise pytest.UsageError(f"deploycheck: no policy {missing[0]}")
    named = named or [file for path in given if path.is_dir() for file in _below(path)]
    if not named:
        raise pytest.UsageError(
            "deploycheck: no policy; name one as an argument, with --deploycheck-policy, or in "
            "the ini setting deploycheck_policies"
        )
    return list(dict.fromkeys(path.resolve() for path in named))


def _pack(text: str) -> Path | None:
    """The policy that ``pack:NAME`` names; ``None`` for a file.

    :raises pytest.UsageError: there is no such pack.
    """
    name = text.rpartition("/")[2]  # pytest makes a path of what its ini says
    if not name.startswith(PREFIX):
        return None
    try:
        return pack(name)
    except ValueError as error:
        raise pytest.UsageError(f"deploycheck: {error}") from None


def _given(config: pytest.Config, here: Path) -> list[Path]:
    """Files and folders that a person named as arguments."""
    if config.args_source is not pytest.Config.ArgsSource.ARGS:
        return []
    return [here / str(argument).split("::")[0] for argument in config.args]


def _below(folder: Path) -> list[Path]:
    """The policies of a folder and the folders in it.

    :raises pytest.UsageError: a YAML file is neither a policy nor a release: a policy with a
        misspelt first line must not be left out in silence.
    """
    found = []
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if not hidden and path.is_symlink() and path.is_dir():
            raise pytest.UsageError(
                f"deploycheck: {path} is a link to a folder, which is not followed; name the "
                "policies in it one by one"
            )
        if hidden or path.suffix.lower() not in YAML or not path.is_file():
            continue
        kind = _kind(path)
        if kind == "policy":
            found.append(path)
        elif kind is None:
            raise pytest.UsageError(
                f"deploycheck: {path} is neither a policy nor a release; mend it, move it out of "
                f"{folder}, or name the policies one by one"
            )
    return found


def _kind(path: Path) -> str | None:
    if path.suffix.lower() not in YAML:
        return None
    try:
        with path.open("rb") as file:
            return peek_kind(file.read(2**20))
    except OSError as error:
        raise pytest.UsageError(
            f"deploycheck: {path} cannot be read: {error.strerror or error}"
        ) from None


def add_arguments(config: pytest.Config, paths: list[Path]) -> None:
    """Make pytest collect these files, whatever else it collects."""
    base = config.invocation_params.dir
    covered = {(base / str(a).split("::")[0]).resolve() for a in config.args}
    for path in paths:
        if path not in covered and not (covered & set(path.parents)):
            config.args.append(str(path))


def time_limit(config: pytest.Config) -> float:
    """Seconds that a piece of work may take.

    :raises pytest.UsageError: no clock can keep it.
    """
    seconds: float = config.getoption("deploycheck_timeout")
    if not 0 < seconds <= LONGEST:
        raise pytest.UsageError(
            f"--deploycheck-timeout {seconds}: give seconds above 0, at most a week"
        )
    return seconds


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
