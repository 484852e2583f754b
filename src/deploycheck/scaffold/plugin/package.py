"""What a package of checks has beside its checks: the same whatever they measure."""

__all__ = ["PACKAGE", "SHARED_TESTS"]

SHARED_TESTS = '''\
def test_the_example_is_released() -> None:
    judged = judge(Path("policy.yaml"), EXAMPLE, checkers=[«check»])
    assert judged.decision.decision == "RELEASE", judged.decision.reasons


def test_the_plugin_offers_it() -> None:
    assert «check» in deploycheck_checkers()


def test_its_page_is_current() -> None:
    """If not: ``deploycheck explain «id» > docs/«check».md``."""
    written = (ROOT / "docs" / "«check».md").read_text(encoding="utf-8")
    assert written.strip() == page(«check»).strip()
'''

_PYPROJECT = """\
[build-system]
requires = ["hatchling>=1.27"]
build-backend = "hatchling.build"

[project]
name = "«distribution»"
version = "0.1.0"
description = "Checks of «family» for deploycheck."    # Yours
readme = "README.md"
requires-python = ">=3.11"
classifiers = ["Typing :: Typed"]
dependencies = [
  "deploycheck«range»",
  "numpy>=1.26",
  "pydantic>=2.11",
]

[project.optional-dependencies]
dev = ["mypy>=1.18", "pytest>=8.4", "ruff>=0.14"]

# What makes it a plugin: a module with hooks, advertised in this group.
[project.entry-points.deploycheck]
«family» = "«package»"

[tool.hatch.build.targets.wheel]
packages = ["src/«package»"]

[tool.pytest.ini_options]
testpaths = ["tests"]
pythonpath = ["src"]
addopts = "-ra --strict-markers --strict-config --import-mode=importlib"
filterwarnings = ["error"]
xfail_strict = true

[tool.mypy]
strict = true
files = ["src", "tests"]
mypy_path = "src"

[tool.ruff]
line-length = 100
"""

_README = """\
# «distribution»

Checks of «family» for deploycheck, which policies name as `«family».NAME`.

```console
$ pip install -e '.[dev]'
$ pytest
$ deploycheck explain «id»
$ deploycheck gate --policy examples/«check»/policy.yaml --release examples/«check»/release.yaml
```

Another check: `deploycheck new checker «family».NAME`, here. Each has four places:

| place | what it is |
|---|---|
| `src/«package»/NAME.py` | the check; what to change is marked with "Yours" |
| `tests/test_NAME.py` | its tests: by itself, through the engine, its page |
| `docs/NAME.md` | its page: `deploycheck explain «family».NAME > docs/NAME.md` |
| `examples/NAME/` | a small project that is judged by it |

`src/«package»/__init__.py` finds every check by itself. `ruff check` and `mypy` pass as they are.
"""

_INIT = '''\
"""Checks of «family» for deploycheck: every checker in a module of this package."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from deploycheck import hookimpl

if TYPE_CHECKING:
    from deploycheck import Checker


@hookimpl
def deploycheck_checkers() -> "Iterator[Checker]":
    """Every checker that a module of this package defines; imported when a run asks, not before."""
    from importlib import import_module
    from pkgutil import iter_modules

    from deploycheck import Checker

    for found in iter_modules(__path__):
        module = import_module(f"{__name__}.{found.name}")
        for value in vars(module).values():
            if isinstance(value, Checker) and value.measure.__module__ == module.__name__:
                yield value
'''

_IGNORED = """\
__pycache__/
.mypy_cache/
.pytest_cache/
.ruff_cache/
.venv/
dist/
# What runs of deploycheck leave: records and reports.
.deploycheck/
deploycheck-reports/
"""

# Files by name below the package's folder; names have open words too.
PACKAGE = {
    "pyproject.toml": _PYPROJECT,
    "README.md": _README,
    ".gitignore": _IGNORED,
    "src/«package»/__init__.py": _INIT,
    "src/«package»/py.typed": "",
}
