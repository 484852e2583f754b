"""What every pytest run loads: options, and a door that opens only with ``--deploycheck``."""

import sys
from collections.abc import Generator
from typing import Any

import pytest

from deploycheck.pytest_plugin.names import builtin_reporters

# Name, then what argparse wants to know of it.
_OPTIONS: dict[str, dict[str, Any]] = {
    "policy": {
        "action": "append",
        "default": [],
        "metavar": "FILE",
        "help": "a policy, beside those among the arguments",
    },
    "release": {
        "metavar": "FILE",
        "help": "what is to be released (default: the ini setting, else release.yaml)",
    },
    "input": {
        "action": "append",
        "default": [],
        "metavar": "NAME=VALUE",
        "help": "a value for a policy's input; wins over the release's",
    },
    "as-of": {
        "metavar": "TIME",
        "help": "the run's clock, such as 2026-12-01T00:00:00Z (default: now)",
    },
    "out": {"metavar": "DIR", "help": "folder of the reports (default: deploycheck-reports)"},
    "record": {
        "metavar": "DIR",
        "help": "folder of the run's record (default: .deploycheck beside the release)",
    },
    "timeout": {
        "type": float,
        "default": 300.0,
        "metavar": "SECONDS",
        "help": "how long a control, or controls that share a scan, may take",
    },
    "no-cache": {"action": "store_true", "help": "measure everything again"},
    "allow-local-plugins": {
        "action": "store_true",
        "help": "use checkers of the project's own conftest files, marked untrusted",
    },
    "report": {
        "action": "append",
        "default": [],
        "metavar": "NAME=FILE",
        "help": "write one report, also one of a plugin's",
    },
}


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("deploycheck", "release gate (deploycheck)")
    group.addoption("--deploycheck", action="store_true", help="judge the release by its policies")
    for name, told in _OPTIONS.items():
        group.addoption(f"--deploycheck-{name}", **told)
    for name in builtin_reporters():
        group.addoption(f"--deploycheck-{name}", metavar="FILE", help=f"write the {name} report")
    parser.addini("deploycheck_policies", "policies of the gate", type="paths", default=[])
    parser.addini(
        "deploycheck_release", "what is to be released (default: release.yaml)", default=None
    )


@pytest.hookimpl(wrapper=True)
def pytest_cmdline_main(config: pytest.Config) -> Generator[None, int | None, int | None]:
    """Exit 0 is for a release alone, also where pytest was only asked to show something."""
    code = yield
    # -h ends the reading of options before --deploycheck is reached.
    asked = config.getoption("deploycheck", default=False)
    asked = asked or "--deploycheck" in map(str, config.invocation_params.args)
    if not asked or hasattr(config, "workerinput"):
        return code
    gate = config.pluginmanager.get_plugin("deploycheck-gate")
    if code == 0 and not (gate is not None and gate.released):
        sys.stdout.flush()  # so that this comes last, also where both go to one file
        print("deploycheck: nothing was decided, so this is no release", file=sys.stderr)  # noqa: T201
        return 1
    return code


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("deploycheck"):
        from deploycheck.pytest_plugin.gate import open_gate

        config.pluginmanager.register(open_gate(config), "deploycheck-gate")
