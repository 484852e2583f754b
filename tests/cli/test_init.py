"""``deploycheck init``: from a folder with data to a decision."""

import json
import os
import pty
import random
import select
import shlex
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
FILES = ["policy.yaml", "release.yaml"]


def run(folder, *arguments, cwd=None, **more):
    return subprocess.run(
        [sys.executable, "-m", "deploycheck", *arguments],
        cwd=cwd or folder, capture_output=True, text=True, timeout=120, check=False,
        stdin=subprocess.DEVNULL, **more,
    )  # fmt: skip


def init(folder, *arguments, **more):
    return run(folder, "init", *arguments, **more)


def gate(folder, *arguments):
    ended = run(folder, "gate", "--policy", "policy.yaml", *arguments)
    path = folder / "deploycheck-reports" / "decision.json"
    return ended, json.loads(path.read_text()) if path.exists() else None


def there(folder):
    return sorted(
        p.relative_to(folder).as_posix()
        for p in folder.rglob("*")
        if p.is_file() and ".deploycheck" not in p.parts
    )


@pytest.fixture
def applicants(tmp_path):
    """A folder with nothing but test.csv."""
    draw = random.Random(7)
    lines = ["id,sex,defaulted,predicted"]
    for number in range(2000):
        defaulted, wrong = draw.random() < 0.3, draw.random() < 0.12
        lines.append(
            f"{number},{'fm'[draw.random() < 0.5]},{int(defaulted)},{int(defaulted != wrong)}"
        )
    (tmp_path / "test.csv").write_text("\n".join(lines) + "\n")
    return tmp_path


def test_from_a_file_to_a_decision(applicants):
    ended = init(applicants, "--yes", "--protected", "sex", "--favourable", "0")
    assert ended.returncode == 0, ended.stderr
    assert ended.stderr == ""
    assert "target:          defaulted — its name says what happened" in ended.stdout
    assert ended.stdout.endswith("To decide:\n  deploycheck gate --policy policy.yaml\n")
    ended, decision = gate(applicants)
    assert ended.returncode == 0, ended.stdout
    assert decision["decision"] == "RELEASE"
    families = {v["check"].partition(".")[0] for v in decision["verdicts"]}
    assert {"data_quality", "performance", "fairness", "security"} <= families


def test_what_needs_a_persons_word_is_a_comment_and_told(applicants):
    ended = init(applicants, "--yes")
    assert ended.returncode == 0, ended.stderr
    text = (applicants / "release.yaml").read_text()
    assert "# CONFIRM: protected: [sex]" in text
    assert "# CONFIRM: favourable: [0, 1]" in text
    assert "fairness." not in (applicants / "policy.yaml").read_text().replace("# ", "")
    (again,) = [line for line in ended.stdout.splitlines() if line.startswith("  deploycheck init")]
    assert again == "  deploycheck init --yes --force --protected sex --favourable VALUE"
    words = again.replace("VALUE", "0").split()[1:]
    assert run(applicants, *words).returncode == 0
    assert "fairness.equalized_odds" in (applicants / "policy.yaml").read_text()


def test_without_a_prediction_nothing_is_released(applicants):
    ended = init(applicants, "--prediction", "none")
    assert ended.returncode == 4
    assert "no prediction and no model: add a column" in ended.stdout
    assert "--prediction COLUMN" in ended.stdout
    assert gate(applicants)[0].returncode == 4


def test_roles_are_those_of_the_test_set_that_is_named(applicants):
    """As in competitions: test.csv has no outcome, and a file of another name has."""
    (applicants / "test.csv").rename(applicants / "holdout.csv")
    bare = "id,sex,port\n" + "".join(f"{i},{'fm'[i % 2]},{'SCQ'[i % 3]}\n" for i in range(50))
    (applicants / "test.csv").write_text(bare)
    told = init(applicants, "--dry-run", "--test", "holdout.csv").stdout
    for line in ("path: holdout.csv", "target: defaulted", "prediction: predicted"):
        assert line in told, told
    assert "CONFIRM: target" not in told


def test_an_empty_folder_gets_files_that_say_what_to_add(tmp_path):
    ended = init(tmp_path)
    assert ended.returncode == 4
    assert "no test data: add a file such as test.csv" in ended.stdout
    assert there(tmp_path) == FILES
    assert gate(tmp_path)[0].returncode == 4


def test_the_credit_example_without_its_files(tmp_path):
    project = tmp_path / "credit"
    shutil.copytree(EXAMPLES / "credit", project,
                    ignore=shutil.ignore_patterns("*.yaml", ".deploycheck", "*.gz"))  # fmt: skip
    options = ("--target", "income", "--model", "models/model-2.0.0.onnx", "--production",
               "data/october.parquet", "--protected", "sex", "--favourable", "1")  # fmt: skip
    ended = init(project, *options)
    assert ended.returncode == 0, ended.stderr
    planned = run(project, "plan", "--policy", "policy.yaml")
    assert planned.returncode == 0, planned.stderr
    assert "will be ERROR" not in planned.stdout
    ended, decision = gate(project)
    assert ended.returncode == 0, ended.stdout
    made = {verdict["control"]: verdict["outcome"] for verdict in decision["verdicts"]}
    assert {"ROB-01", "INT-01", "DRIFT-01", "LAT-01", "DOC-01", "PERF-03"} <= set(made)
    assert set(made.values()) == {"PASS", "FAIL"}  # the one that fails is advisory


def test_the_recidivism_example_without_its_files(tmp_path):
    project = tmp_path / "risk"
    shutil.copytree(EXAMPLES / "recidivism", project,
                    ignore=shutil.ignore_patterns("*.yaml", ".deploycheck"))  # fmt: skip
    first = init(project)
    assert first.returncode == 4
    assert "--threshold NUMBER" in first.stdout
    options = ("--target", "two_year_recid", "--score", "decile_score", "--threshold", "5",
               "--protected", "race", "--favourable", "0")  # fmt: skip
    ended = init(project, *options, "--force")
    assert ended.returncode == 0, ended.stderr
    ended, decision = gate(project)
    assert (ended.returncode, decision["decision"]) == (1, "BLOCK")
    assert "FAIL  FAIR-02" in ended.stdout


def test_nothing_is_overwritten(applicants):
    (applicants / "policy.yaml").write_text("mine\n")
    ended = init(applicants, "--yes")
    assert ended.returncode == 2
    assert "policy.yaml is there already; --force overwrites" in ended.stderr
    assert there(applicants) == ["policy.yaml", "test.csv"]
    assert (applicants / "policy.yaml").read_text() == "mine\n"
    assert init(applicants, "--yes", "--force").returncode == 0
    assert (applicants / "policy.yaml").read_text().startswith("# yaml-language-server")


def test_dry_run_prints_and_writes_nothing(applicants):
    (applicants / "release.yaml").write_text("mine\n")
    ended = init(applicants, "--dry-run", "--ci", "gitlab")
    assert ended.returncode == 0, ended.stderr
    names = [line.split()[-1] for line in ended.stdout.splitlines() if line.startswith("# -----")]
    assert names == ["release.yaml", "policy.yaml", ".gitlab-ci.yml"]
    assert there(applicants) == ["release.yaml", "test.csv"]
    assert not (applicants / ".deploycheck").exists()


def test_pipelines_and_gitignore(applicants):
    (applicants / ".git").mkdir()
    (applicants / ".gitignore").write_text("*.pyc\n")
    (applicants / ".gitlab-ci.yml").write_text("stages: [theirs]\n")
    ended = init(applicants, "--yes", "--ci", "github", "--ci", "gitlab", "--ci", "jenkins")
    assert ended.returncode == 0, ended.stderr
    assert (
        "then   add to .gitlab-ci.yml:  include: [{local: .gitlab/deploycheck.yml}]" in ended.stdout
    )
    assert (applicants / ".gitlab-ci.yml").read_text() == "stages: [theirs]\n"
    assert there(applicants) == [
        ".github/workflows/deploycheck.yml", ".gitignore", ".gitlab-ci.yml",
        ".gitlab/deploycheck.yml", "Jenkinsfile", *FILES, "test.csv",
    ]  # fmt: skip
    assert (applicants / ".gitignore").read_text().splitlines()[0] == "*.pyc"
    assert ".deploycheck/" in (applicants / ".gitignore").read_text()
    before = (applicants / ".gitignore").read_text()
    assert init(applicants, "--yes", "--force", "--ci", "jenkins").returncode == 0
    assert (applicants / ".gitignore").read_text() == before
    assert (applicants / "Jenkinsfile").exists()
    assert not (applicants / "Jenkinsfile.deploycheck").exists()  # it knows its own


def test_without_a_word_gitignore_is_only_spoken_of(applicants):
    (applicants / ".git").mkdir()
    ended = init(applicants)
    assert "then   add .deploycheck/ and deploycheck-reports/ to .gitignore" in ended.stdout
    assert not (applicants / ".gitignore").exists()


def test_the_schemas_that_the_first_lines_name_are_there(applicants):
    init(applicants, "--yes")
    for name in FILES:
        first = (applicants / name).read_text().splitlines()[0]
        assert (applicants / first.partition("$schema=")[2]).is_file()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--target", "defualted"], "--target: test.csv has no column 'defualted'; did you mean"),
        (["--favourable", "7"], "--favourable: defaulted never is '7'; it is one of: 0, 1"),
        (["--test", "nowhere.csv"], "--test: nowhere.csv: no such file"),
        (["--task", "ranking"], "--task: no task 'ranking'"),
        (["nowhere"], "nowhere: no such folder"),
        (["--ci", "travis"], "'travis' is not one of"),
    ],
)
def test_what_is_wrongly_said_writes_nothing(applicants, arguments, message):
    ended = init(applicants, *arguments)
    assert ended.returncode == 2
    assert message in ended.stderr
    assert there(applicants) == ["test.csv"]


def test_another_folder_is_named_in_the_next_command(applicants):
    ended = init(applicants, applicants.name, cwd=applicants.parent)
    assert ended.returncode == 0, ended.stderr
    name = applicants.name
    assert f"deploycheck gate --policy {name}/policy.yaml --release {name}/release.yaml" in (
        ended.stdout
    )


def test_a_folder_in_which_nothing_can_be_written(applicants):
    """A file where a folder is needed stops everybody, root too."""
    (applicants / ".github").write_text("a file\n")
    ended = init(applicants, "--ci", "github")
    assert ended.returncode == 11, ended.stderr
    assert "nothing was written" in ended.stderr
    assert there(applicants) == [".github", "test.csv"]


def test_a_full_disk(applicants):
    """A limit on the size of files, which every user has."""
    ended = subprocess.run(
        ["bash", "-c", f"ulimit -f 1; exec {shlex.quote(sys.executable)} -B -m deploycheck init"],
        cwd=applicants, capture_output=True, text=True, timeout=60, check=False,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert ended.returncode == 11, ended.stderr
    assert "File too large; nothing was written" in ended.stderr
    assert there(applicants) == ["test.csv"]


def test_a_link_out_of_the_folder_is_not_followed(applicants, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (applicants / ".github").symlink_to(elsewhere)
    ended = init(applicants, "--ci", "github")
    assert ended.returncode == 2
    assert "is a link out of" in ended.stderr
    assert list(elsewhere.iterdir()) == []
    assert there(applicants) == ["test.csv"]


def test_hostile_names_of_columns(tmp_path):
    (tmp_path / "test.csv").write_text(
        '"yes","\x1b[31mred","${inputs.x}","no: 1","y"\n' + "f,1,1,0,0\nm,0,0,1,1\n" * 300
    )
    ended = init(tmp_path, "--target", "y", "--prediction", "no: 1", "--protected", "yes",
                 "--favourable", "1")  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    assert "\x1b" not in ended.stdout
    ended, decision = gate(tmp_path)
    made = {verdict["control"]: verdict["outcome"] for verdict in decision["verdicts"]}
    assert made["PERF-01"] == "PASS"
    assert "ERROR" not in made.values()


def test_digests_are_renewed_and_nothing_else(applicants):
    init(applicants, "--yes")
    before = (applicants / "release.yaml").read_text()
    assert init(applicants, "--renew").stdout == "0 digests renewed in release.yaml\n"
    with (applicants / "test.csv").open("a") as file:
        file.write("9999,f,1,1\n")
    assert gate(applicants)[0].returncode == 11
    ended = init(applicants, "--renew")
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.startswith("data.test  test.csv  sha256:")
    after = (applicants / "release.yaml").read_text()
    changed = [line for line in after.splitlines() if line not in before.splitlines()]
    assert [line.split()[0] for line in changed] == ["digest:"]
    assert gate(applicants)[0].returncode == 0


def test_digests_of_a_release_with_mistakes_are_not_renewed(applicants):
    (applicants / "release.yaml").write_text("release: x\nversion: 1\ndatas: {}\n")
    ended = init(applicants, "--renew")
    assert ended.returncode == 4
    assert "unknown key 'datas'" in ended.stderr
    (applicants / "release.yaml").unlink()
    assert init(applicants, "--renew").returncode == 4


# On a terminal


class Talk:
    """The command on a terminal of its own."""

    def __init__(self, folder):
        self.ours, theirs = pty.openpty()
        # A runner in the background ignores Ctrl-C, and what it starts would, too.
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "deploycheck", "init"],
            cwd=folder, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
            env={**os.environ, "TERM": "dumb", "COLUMNS": "200"},
        )  # fmt: skip
        signal.signal(signal.SIGINT, before)
        os.close(theirs)
        self.said = ""
        self.heard = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        os.close(self.ours)

    def hear(self, text=None):
        """Listen until something is said, or to the end."""
        while text is None or text not in self.said[self.heard :]:
            ready, _, _ = select.select([self.ours], [], [], 60)
            assert ready, self.said
            try:
                piece = os.read(self.ours, 4096)
            except OSError:  # how Linux says that the other side is closed
                piece = b""
            if not piece:
                assert text is None, self.said
                return
            self.said += piece.decode()
        self.heard = self.said.index(text, self.heard) + len(text)

    def answer(self, question, text):
        self.hear(question)
        os.write(self.ours, f"{text}\n".encode())

    def end(self):
        self.hear()
        return self.process.wait(timeout=60)


def test_on_a_terminal_it_asks(applicants):
    with Talk(applicants) as talk:
        talk.answer("Which column holds what turned out to be true? [defaulted]", "defualted")
        talk.hear("did you mean 'defaulted'?")
        talk.answer("Which column holds what turned out to be true? [defaulted]", "")
        talk.answer("Which value of defaulted does the model look for? [1]", "")
        talk.answer("Which column holds the model's prediction? [predicted]", "")
        talk.answer("Which column holds the score of 1? [none]", "")
        talk.answer("such as sex or age? [sex]", "")
        talk.answer("Which prediction is good for the person?", "0")
        talk.answer("Which column says whom a row is about? [id]", "none")
        assert talk.end() == 0, talk.said
        assert "to choose from: id, sex, defaulted, predicted" in talk.said
    text = (applicants / "release.yaml").read_text()
    assert "favourable: 0" in text
    assert "protected: [sex]" in text
    assert "\n  id:" not in text
    assert "DATA-05" not in (applicants / "policy.yaml").read_text()


def test_ctrl_c_leaves_nothing(applicants):
    with Talk(applicants) as talk:
        talk.hear("[defaulted]")
        time.sleep(0.5)  # until it waits for the answer
        os.killpg(talk.process.pid, signal.SIGINT)
        assert talk.end() == 1
    assert there(applicants) == ["test.csv"]
    assert not (applicants / ".deploycheck").exists()
