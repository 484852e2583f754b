"""completion: what the shells offer, by the shells themselves."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from deploycheck.engine.codes import CODES
from deploycheck.plugins import builtins

SCRIPTS = sysconfig.get_path("scripts")
HEAVY = {"pydantic", "numpy", "polars", "yaml", "rich", "pluggy"}
SHELLS = ("bash", "zsh", "fish")


@pytest.fixture(scope="module", params=SHELLS)
def shell(request):
    path = shutil.which(request.param)
    if path is None:
        pytest.fail(f"{request.param} is not installed; run `apt-get install {request.param}`")
    return request.param


@pytest.fixture
def env(tmp_path):
    """No settings of this machine's user, and deploycheck on the path."""
    home = tmp_path / ".home"
    home.mkdir()
    kept = {k: v for k, v in os.environ.items() if k in {"LANG", "LC_ALL", "TMPDIR"}}
    return {
        **kept,
        "PATH": f"{SCRIPTS}:{os.environ['PATH']}",
        "HOME": str(home),
        "TERM": "xterm",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


@pytest.fixture
def offered(project, env):
    """What completion answers for a line, as bash asks."""

    def ask(line, **more):
        done = subprocess.run(
            [f"{SCRIPTS}/deploycheck"],
            cwd=project.root,
            capture_output=True,
            text=True,
            check=False,
            env=env | {"COMP_WORDS": line, "_DEPLOYCHECK_COMPLETE": "bash_complete"} | more,
        )
        assert (done.returncode, done.stderr) == (0, "")
        lines = [answer.split(",", 1) for answer in done.stdout.splitlines() if answer]
        return {value: kind for kind, value in lines}

    return ask


def test_commands_are_offered_in_their_order(offered):
    assert list(offered("deploycheck "))[:2] == ["init", "gate"]
    assert offered("deploycheck ex").keys() == {"explain"}
    assert {"--help", "--version"} <= offered("deploycheck --").keys()


def test_options_of_a_command_and_of_every_reporter_are_offered(offered):
    found = offered("deploycheck gate --").keys()
    reports = {f"--{name}" for name in builtins()["reporters"].names()}
    assert {"--policy", "--release", "--timeout"} | reports <= found
    assert "--html" not in offered("deploycheck plan --")
    assert offered("deploycheck gate --html ") == {"": "file"}
    assert offered("deploycheck gate --timeout ") == {}


def test_policies_are_packs_and_yaml_files(project, offered):
    project.policy(project.control(), name="policies/credit.yaml")
    project.write(".hidden.yaml", "")
    found = offered("deploycheck gate --policy ")
    assert found == {"pack:starter": "plain", "policies/": "open", "release.yaml": "plain"}
    assert offered("deploycheck gate --policy policies/").keys() == {"policies/credit.yaml"}
    assert offered("deploycheck gate --policy pack:").keys() == {"pack:starter"}
    assert offered("deploycheck gate --policy pack:", BREAKS=" :=").keys() == {"starter"}
    assert ".hidden.yaml" in offered("deploycheck plan --policy .h")
    assert offered("deploycheck plan --policy nowhere/") == {}


def test_checks_and_codes_are_offered_to_explain(offered):
    found = offered("deploycheck explain ").keys()
    assert {*builtins()["checkers"].names(), *CODES} <= found
    assert "dc013" in offered("deploycheck explain dc01")
    assert all(name.startswith("fairness.") for name in offered("deploycheck explain fair"))
    assert "--help" in offered("deploycheck explain --")


def test_controls_of_the_newest_run_are_offered_to_explain(project, offered):
    assert "C-1" not in offered("deploycheck explain C")
    project.policy(project.control(id="OLD-1"))
    project.gate()
    project.policy(project.control(id="C-1"), project.control(id="C-2"))
    project.gate()
    assert offered("deploycheck explain C-").keys() == {"C-1", "C-2"}
    assert "OLD-1" not in offered("deploycheck explain O")


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"verdicts": 1}', "{", '{"verdicts": [{"control": "a\\u001b[2J"}]}']
)
def test_a_strange_record_offers_nothing_and_breaks_nothing(project, offered, text):
    project.write(".deploycheck/runs/20990101T000000.000000Z-0/decision.json", text)
    found = offered("deploycheck explain ")
    assert found.keys() >= {"DC013"}
    assert "\x1b" not in json.dumps(list(found))


def test_words_of_closed_lists_are_offered(offered):
    assert offered("deploycheck completion ").keys() == set(SHELLS)
    assert offered("deploycheck schema ").keys() == {"policy", "release", "decision"}


@pytest.mark.parametrize(
    "line", ["deploycheck nope ", "deploycheck gate nope ", "", "deploycheck 'g"]
)
def test_a_line_that_makes_no_sense_is_answered_in_silence(offered, line):
    offered(line)


def test_names_that_act_on_a_terminal_are_not_offered(project, offered):
    project.write("a\x1b[31m.yaml", "")
    project.write("a b.yaml", "")
    found = offered("deploycheck gate --policy a")
    assert found.keys() == {"a\\ b.yaml"}
    assert offered('deploycheck gate --policy "a').keys() == {"a b.yaml"}


@pytest.mark.parametrize(
    "line", ["deploycheck ", "deploycheck explain fair", "deploycheck schema "]
)
def test_an_answer_costs_no_heavy_import(project, env, line):
    code = (
        "import sys\nfrom deploycheck.cli.main import main\n"
        "try: main(prog_name='deploycheck')\n"
        f"finally: sys.stderr.write(' '.join({HEAVY!r} & sys.modules.keys()))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=project.root,
        capture_output=True,
        text=True,
        check=False,
        env=env | {"COMP_WORDS": line, "_DEPLOYCHECK_COMPLETE": "bash_complete"},
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout


def script_of(project, env, name):
    done = project.run("deploycheck", "completion", name, env=env)
    assert (done.returncode, done.stderr) == (0, "")
    path = project.root / "scripts" / ("_deploycheck" if name == "zsh" else name)
    path.parent.mkdir(exist_ok=True)
    path.write_text(done.stdout, encoding="utf-8")
    return path


def test_bash_completes_on_a_terminal(project, env, terminal):
    path = script_of(project, env, "bash")
    (project.root / "my dir").mkdir()
    project.write("my dir/p.yaml", "")
    bash = terminal(["bash", "--norc", "--noprofile", "-i"], project.root, env | {"PS1": "READY>"})
    bash.until("READY>")
    bash.send(f"source {path}; bind 'set bell-style none'; echo 'NOW'\n")
    bash.until("NOW\r\n")
    for typed, seen in (
        ("deploycheck expl\t", "deploycheck explain "),
        ("deploycheck gate --policy pa\t", "--policy pack:starter "),
        ("deploycheck gate --policy pack:\t", "--policy pack:starter "),
        ("deploycheck gate --policy my\t", "--policy my\\ dir/"),
        ('deploycheck gate --policy "my dir/\t', '--policy "my dir/p.yaml"'),
        ("deploycheck explain fairness.imp\t", "fairness.impact_ratio "),
    ):
        bash.raw = b""
        bash.send(typed)
        bash.until(seen)
        bash.send("\x15")


def fresh_line(zsh):
    """Ctrl-C until there is a new prompt: one that comes while zsh completes is lost."""
    zsh.raw = b""
    for _ in range(10):
        zsh.send("\x03")
        if zsh.sees("READY>", 1):
            return
    raise AssertionError(zsh.text)


def test_zsh_completes_on_a_terminal(project, env, terminal):
    path = script_of(project, env, "zsh")
    (project.root / "my dir").mkdir()
    project.write("my dir/p.yaml", "")
    project.write("my dir/p.txt", "")
    # -f: without settings; one line, so that nothing is drawn again.
    zsh = terminal(["zsh", "-f", "-i"], project.root, env | {"PS1": "READY>"}, columns=200)
    zsh.until("READY>", 60)
    zsh.send(
        f"fpath=({path.parent} $fpath); autoload -Uz compinit; compinit -u -d zdump; "
        "unsetopt beep; bindkey '^I' complete-word; echo NO''W\n"
    )
    zsh.until("NOW\r\n")
    for typed, seen in (
        ("deploycheck expl\t", "deploycheck explain "),
        ("deploycheck gate --policy pack:\t", "pack:starter"),
        ("deploycheck gate --policy my\\ dir/\t", "p.yaml"),
        ("deploycheck explain fairness.imp\t", "fairness.impact_ratio"),
    ):
        zsh.raw = b""
        zsh.send(typed)
        zsh.until(seen)
        fresh_line(zsh)


def test_fish_completes(project, env):
    path = script_of(project, env, "fish")
    project.write("my dir/p.yaml", "")

    def ask(line):
        done = subprocess.run(
            ["fish", "--no-config", "-c", f"source {path}; complete -C '{line}'"],
            cwd=project.root, env=env, capture_output=True, text=True, check=True, timeout=60,
        )  # fmt: skip
        return dict(line.partition("\t")[::2] for line in done.stdout.splitlines())

    assert ask("deploycheck expl")["explain"].startswith("Explain a check, ")
    assert ask("deploycheck gate --policy ").keys() >= {"pack:starter", "release.yaml", "my dir/"}
    assert ask("deploycheck gate --policy pack:").keys() == {"pack:starter"}
    assert ask("deploycheck explain DC013") == {"DC013": CODES["DC013"].title}


@pytest.mark.parametrize(
    ("name", "setting", "place"),
    [
        ("bash", {}, ".home/.local/share/bash-completion/completions/deploycheck"),
        ("bash", {"XDG_DATA_HOME": "{}/x"}, "x/bash-completion/completions/deploycheck"),
        ("zsh", {}, ".home/.zfunc/_deploycheck"),
        ("zsh", {"ZDOTDIR": "{}/z"}, "z/.zfunc/_deploycheck"),
        ("fish", {}, ".home/.config/fish/completions/deploycheck.fish"),
        ("fish", {"XDG_CONFIG_HOME": "{}/c"}, "c/fish/completions/deploycheck.fish"),
    ],
)
def test_install_writes_where_the_shell_looks_and_says_so(project, env, name, setting, place):
    env |= {key: value.format(project.root) for key, value in setting.items()}
    done = project.run("deploycheck", "completion", name, "--install", env=env)
    path = project.root / place
    assert (done.returncode, done.stderr) == (0, "")
    assert f"completion {path}" in done.stdout
    assert path.read_text() == project.run("deploycheck", "completion", name, env=env).stdout
    assert project.run("deploycheck", "completion", name, "--install", env=env).returncode == 0
    path.write_text("# somebody else's\n")
    done = project.run("deploycheck", "completion", name, "--install", env=env)
    assert (done.returncode, path.read_text()) == (11, "# somebody else's\n")
    assert "move it away" in done.stderr


def test_nothing_is_written_unless_asked_and_what_cannot_be_is_told(project, env):
    assert project.run("deploycheck", "completion", "bash", env=env).returncode == 0
    assert list(Path(env["HOME"]).iterdir()) == []
    assert project.run("deploycheck", "completion", "tcsh", env=env).returncode == 2
    (Path(env["HOME"]) / ".zfunc").write_text("in the way")
    done = project.run("deploycheck", "completion", "zsh", "--install", env=env)
    assert done.returncode == 11
    assert "Traceback" not in done.stderr
