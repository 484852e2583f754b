"""What the pipelines are run on: small projects that are released, blocked, sent to people, or wrong."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[3]
RUNNER = ("bash", "--noprofile", "--norc", "-eo", "pipefail")  # `shell: bash` of GitHub's runner
CASES = {
    "release": ("0.7", "", 0),
    "block": ("0.999", "", 1),
    "review": ("0.87", "decide: {uncertain: review}", 10),
    "invalid": ("0.7", "severty: high", 4),
}


@dataclass(frozen=True)
class Case:
    """A project in a folder, and what the gate says of it."""

    name: str
    folder: Path
    code: int


def write_project(folder: Path, floor: str, extra: str) -> None:
    """400 rows of which 352 are predicted right: 88 %, shown to be at least 84 %."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [f"{i},{int(i % 2)},{int((i % 2) != (i % 25 < 3))}" for i in range(400)]
    (folder / "data.csv").write_text("\n".join(["id,label,call", *rows]) + "\n", encoding="utf-8")
    (folder / "release.yaml").write_text(
        'release: toy\nversion: "1.0"\ntask: binary_classification\n'
        "data: {test: {path: data.csv}}\n"
        "columns: {target: label, prediction: call, positive: 1, favourable: 1}\n",
        encoding="utf-8",
    )
    more = f"    {extra}\n" if extra else ""
    (folder / "policy.yaml").write_text(
        'policy: toy\nversion: "1"\nowner: a team\ngate: {at_least: {controls: 1}}\ncontrols:\n'
        "  - id: PERF-01\n    title: It is right\n    check: performance.floor\n"
        f"    require: {{accuracy: {{min: {floor}}}}}\n    severity: high\n"
        f"    enforcement: overridable\n    rationale: It matters.\n{more}",
        encoding="utf-8",
    )


@pytest.fixture(params=CASES)
def case(request, tmp_path) -> Case:
    """Each kind of project in turn."""
    floor, extra, code = CASES[request.param]
    folder = tmp_path / "work space"
    write_project(folder, floor, extra)
    return Case(request.param, folder, code)


@pytest.fixture
def make_case(tmp_path):
    """A project of one kind."""

    def make(name: str, folder: str = "work space") -> Case:
        floor, extra, code = CASES[name]
        write_project(tmp_path / folder, floor, extra)
        return Case(name, tmp_path / folder, code)

    return make


@pytest.fixture(scope="session")
def installed(tmp_path_factory):
    """Puts an environment with deploycheck in it where a pipeline would have made one."""
    made = tmp_path_factory.mktemp("installed") / "home"
    subprocess.run(
        [sys.executable, "-m", "venv", "--without-pip", "--symlinks", str(made)], check=True
    )
    (site,) = made.glob("lib/python*/site-packages")
    line = f"import site; site.addsitedir({sysconfig.get_path('purelib')!r})\n"
    (site / "this.pth").write_text(line, encoding="utf-8")

    def put(place: Path) -> Path:
        shutil.copytree(made, place, symlinks=True)
        return place

    return put


def clean_environment(**more: str) -> dict[str, str]:
    """The environment of a runner: nothing of this test run but where programs are."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}
    return kept | {"HOME": "/nonexistent", "PYTHONDONTWRITEBYTECODE": "1"} | more


def shell(script: str, folder: Path, environment: dict[str, str], *, by=RUNNER, timeout=120):
    """Run a script as a runner does: from a file, in the checkout."""
    file = folder.parent / "script.sh"
    file.write_text(script, encoding="utf-8")
    return subprocess.run(
        [*by, str(file)], cwd=folder, env=environment, capture_output=True, text=True,
        timeout=timeout, check=False,
    )  # fmt: skip


def validate(kind: str, path: Path) -> None:
    """Hold a file against the vendored schema of its build server; no connection is made."""
    program = Path(sys.executable).with_name("check-jsonschema")
    done = subprocess.run(
        [program, "--builtin-schema", kind, str(path)], capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def parses(script: str, by: str = "bash") -> None:
    """The script is one that the shell can read."""
    done = subprocess.run([by, "-n"], input=script, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def page_files(page: str) -> dict[str, str]:
    """The files that a page shows, by name."""
    text = (ROOT / page).read_text(encoding="utf-8")
    shown = r"^<!-- proof: file (\S+) -->\n```\w+\n(.*?)^```$"
    return dict(re.findall(shown, text, re.MULTILINE | re.DOTALL))


def load(text: str):
    """YAML without booleans, which a key `on` would become."""
    return yaml.load(text, yaml.BaseLoader)


@pytest.fixture(scope="session")
def kit():
    """The helpers of this folder."""
    return sys.modules[__name__]


@pytest.fixture(scope="session")
def checkout(tmp_path_factory) -> Path:
    """What a clone of this repository holds: its files, without what is built or ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, check=True,
    ).stdout  # fmt: skip
    folder = tmp_path_factory.mktemp("clone") / "deploycheck"
    for name in filter(None, listed.decode().split("\0")):
        wanted = name.startswith(("src/", "policies/", "reports/", "templates/")) or "/" not in name
        if wanted and (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, folder / name)
    return folder
