"""deploycheck docs, as a shell sees it."""

import os
from pathlib import Path

import pytest

AS_OF = "2026-11-25T00:00:00Z"
CONTROL = """
  - id: FAIR-01
    title: Groups are favoured alike
    check: fairness.impact_ratio
    with: {by: "${inputs.by}"}
    require: {impact_ratio: {min: 0.8}}
    severity: high
    enforcement: overridable
"""
HEAD = "inputs: {by: {type: columns, required: true}}\n"


def docs(project, *arguments: str, code: int = 0, **more):
    done = project.run("deploycheck", "docs", *arguments, "--as-of", AS_OF, **more)
    assert done.returncode == code, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done


def test_markdown_is_printed_and_files_are_written(project):
    project.policy(CONTROL, head=HEAD)
    printed = docs(project, "policy.yaml").stdout
    assert "by (open input)" in printed
    done = docs(project, "policy.yaml", "--html", "out/p.html", "--markdown", "p.md")
    assert done.stdout == "html      out/p.html\nmarkdown  p.md\n"
    assert (project.root / "p.md").read_text(encoding="utf-8") == printed
    assert (project.root / "out/p.html").read_text(encoding="utf-8").endswith("</html>\n")


def test_values_come_from_the_release_and_the_command_line(project):
    project.policy(CONTROL, head=HEAD)
    release = project.root / "release.yaml"
    release.write_text(release.read_text() + "inputs: {by: [g]}\n", encoding="utf-8")
    (project.root / "data.csv").unlink()  # no data are opened
    assert "g (input by)" in docs(project, "policy.yaml", "--release", "release.yaml").stdout
    more = ("--release", "release.yaml", "--input", "by=h,i")
    assert "h, i (input by)" in docs(project, "policy.yaml", *more).stdout


def test_mistakes_are_told_with_their_places_and_nothing_is_written(project):
    project.policy(CONTROL.replace("impact_ratio: {min", "impact_ratoi: {min"), head=HEAD)
    done = docs(project, "policy.yaml", "--html", "p.html", code=4)
    assert "error[DC016]" in done.stderr
    assert "policy.yaml:10:" in done.stderr
    assert "did you mean 'impact_ratio'" in done.stderr
    assert done.stdout == ""
    assert not (project.root / "p.html").exists()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "Missing argument"),
        (("absent.yaml",), "no such file"),
        (("pack:nothing",), "no pack 'nothing'"),
        (("policy.yaml", "--release", "absent.yaml"), "no such file"),
        (("policy.yaml", "--input", "by"), "write NAME=VALUE"),
        (("policy.yaml", "--html", "policy.yaml"), "name another file"),
        (("policy.yaml", "--markdown", "./sub/../policy.yaml"), "name another file"),
        (("policy.yaml", "--html", "x", "--markdown", "x"), "the same file"),
    ],
)
def test_a_wrongly_worded_command_is_usage_and_overwrites_nothing(project, arguments, told):
    path = project.policy(CONTROL, head=HEAD)
    before = path.read_bytes()
    assert told in docs(project, *arguments, code=2).stderr
    assert path.read_bytes() == before


def test_a_wrong_clock_is_usage(project):
    project.policy(CONTROL, head=HEAD)
    done = project.run("deploycheck", "docs", "policy.yaml", "--as-of", "yesterday")
    assert done.returncode == 2


def test_what_cannot_be_written_is_told_and_nothing_is_left(project):
    project.policy(CONTROL, head=HEAD)
    (project.root / "folder").mkdir()
    done = docs(project, "policy.yaml", "--html", "folder", code=11)
    assert "folder cannot be written" in done.stderr
    assert list((project.root / "folder").iterdir()) == []


def test_a_link_to_the_policy_is_not_overwritten(project):
    path = project.policy(CONTROL, head=HEAD)
    (project.root / "page.html").symlink_to(path)
    assert "name another file" in docs(
        project, "policy.yaml", "--html", "page.html", code=2
    ).stderr  # fmt: skip


def test_a_policy_given_twice_is_told_once(project):
    project.policy(CONTROL, head=HEAD)
    printed = docs(project, "policy.yaml", "policy.yaml").stdout
    assert printed.count("### FAIR-01: ") == 1


def test_a_hostile_file_is_a_mistake_and_no_crash(project):
    for name, data in (("bytes.yaml", b"\xff\xfe\x00"), ("empty.yaml", b""), ("list.yaml", b"- 1")):
        (project.root / name).write_bytes(data)
        assert docs(project, name, code=4).stdout == ""
    os.mkfifo(project.root / "pipe")
    assert "no regular file" in docs(project, "pipe", code=4).stderr


def test_the_starter_is_one_document(project):
    printed = docs(project, "pack:starter").stdout
    assert printed.startswith("# A first gate for tabular classification\n")
    given = docs(project, "pack:starter", "--input", "target=label").stdout
    assert "| `target` | label | the command line |" in given
    assert "| `target` | open | the release must give it |" in printed


def test_data_in_other_folders_are_not_needed(project):
    sub = Path("policies")
    (project.root / sub).mkdir()
    project.policy(CONTROL, head=HEAD, name="policies/p.yaml")
    assert "| File | `policies/p.yaml` |" in docs(project, "policies/p.yaml").stdout
