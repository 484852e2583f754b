"""Credentials are counted by place; nothing of them is ever told."""

import random
import string
from pathlib import Path

import pytest
from pydantic import ValidationError

from deploycheck.authoring.estimates import Count, Undefined
from deploycheck.checkers.security.secrets import Secrets, secrets
from deploycheck.evidence.project_files import FileText, ProjectFiles

ROOT = Path(__file__).parents[3]
draw = random.Random(7)
TOKEN = "gh" + "p_" + "".join(draw.choices(string.ascii_letters + string.digits, k=36))
PASSWORD = "k7#" + "".join(draw.choices(string.ascii_letters + string.digits, k=12))


def project(files=None, left_out=(), **more):
    named = {**(files or {}), **more}
    made = [
        FileText(p, d if isinstance(d, bytes) else d.encode()) for p, d in sorted(named.items())
    ]
    return ProjectFiles(tuple(made), sum(len(f.data) for f in made), tuple(left_out))


def searched(run, files, **params):
    (found,) = run(secrets, params, files=project(files))
    assert isinstance(found, Count), found
    return found.value, found.details


def test_each_place_is_told_by_file_line_and_kind(run):
    value, details = searched(
        run,
        {
            "a.py": f"x = 1\ntoken = '{TOKEN}'\n",
            "conf/b.yaml": f"db:\n  password: {PASSWORD}\nagain: {TOKEN}\n",
            "c.md": "# Nothing\n",
        },
    )
    assert value == 3
    assert details[:3] == (
        "a.py:2: GitHub token",
        "conf/b.yaml:2: password",
        "conf/b.yaml:3: GitHub token",
    )
    assert details[3].startswith("3 files of ")


def test_nothing_of_a_credential_is_ever_told(run):
    files = {
        f"{TOKEN[:3]}.py": f"a='{TOKEN}'",
        "b.env": f"PASSWORD={PASSWORD}\nurl=db://u:{PASSWORD}@h",
    }
    value, details = searched(run, files)
    assert value == 3
    told = " ".join(details)
    pieces = [s[i : i + 6] for s in (TOKEN, PASSWORD) for i in range(len(s) - 5)]
    assert not [piece for piece in pieces if piece in told]


def test_a_notebook_is_searched_with_its_outputs(run):
    import json

    book = {
        "cells": [
            {"source": [f'api_key = "{PASSWORD}"\n'], "outputs": []},
            {"source": ["print(key)"], "outputs": [{"text": [f"using {TOKEN}\n"]}]},
        ]
    }
    value, details = searched(run, {"n.ipynb": json.dumps(book, indent=1)})
    assert value == 2
    assert [d.rpartition(": ")[2] for d in details[:2]] == ["secret by its name", "GitHub token"]


def test_one_credential_is_counted_once_although_its_name_tells_too(run):
    assert searched(run, {"a.py": f"secret_token = api_key = '{TOKEN}'"})[0] == 1
    assert searched(run, {"a.py": f"password = 'pg://u:{PASSWORD}@h/x'"})[0] == 1
    assert searched(run, {"a.py": f"'{TOKEN}' '{TOKEN}'"})[0] == 2


def test_only_settings_need_no_quotes(run):
    line = f"PASSWORD = {PASSWORD}\n"
    for name in (
        "a.env",
        ".env",
        ".env.prod",
        "b/.env.local",
        "a.ini",
        "a.yaml",
        "a.sh",
        "Dockerfile",
    ):
        assert searched(run, {name: line})[0] == 1, name
    assert searched(run, {"a.py": line, "a.md": line})[0] == 0


def test_declared_exceptions_are_told_with_their_reason(run):
    files = {
        "tests/keys/a.py": f"'{TOKEN}' '{TOKEN}'",
        "tests/keys/x/b.py": f"'{TOKEN}'",
        "a.py": f"'{TOKEN}'",
    }
    value, details = searched(run, files, allow={"tests/keys/*": "throw-away", "old.py": "gone"})
    assert value == 1
    assert details[0] == "a.py:1: GitHub token"
    assert "allowed tests/keys/*: 3 not counted (throw-away)" in details
    assert "allowed old.py: nothing found there (gone)" in details
    assert searched(run, files, allow={"a.py": "x", "*": "all"})[0] == 0


def test_what_was_not_searched_is_told(run):
    (found,) = run(secrets, files=project({"a.py": "x"}, left_out=[".git/", "big.json"]))
    assert found == Count(
        "secrets",
        0,
        details=("1 files of 1 bytes were searched", "2 not searched: .git/, big.json"),
    )


def test_a_binary_file_tells_the_place_of_the_run(run):
    made = ProjectFiles(
        (FileText("m.bin", f"weights {'x' * 9}\n'{TOKEN}'".encode(), ((0, 64), (18, 4096))),), 5000
    )
    (found,) = run(secrets, files=made)
    assert found.details[0] == "m.bin:byte 4096: GitHub token"


@pytest.mark.parametrize("made", [project(), project({"a.py": ""}), project({"a": "", "b": ""})])
def test_where_nothing_was_searched_nothing_can_be_said(run, made):
    (found,) = run(secrets, files=made)
    assert isinstance(found, Undefined)
    assert not found.context


def test_one_line_and_one_byte(run):
    assert searched(run, {"a.py": TOKEN})[0] == 1
    assert searched(run, {"a.py": "x"})[0] == 0
    assert searched(run, {"a.py": b"\xff\xfe\x00"})[0] == 0


def test_many_are_counted_whole_and_told_in_part(run):
    value, details = searched(run, {"a.py": f"'{TOKEN}'\n" * 1000})
    assert value == 1000
    assert (details[199], details[200]) == ("a.py:200: GitHub token", "and 800 more")


def test_a_hostile_name_is_one_line(run):
    files = {"a\n\x1b[31m" + "b" * 500 + ".py": f"'{TOKEN}'"}
    (detail, *_) = searched(run, files)[1]
    assert detail.isprintable()
    assert len(detail) < 250


def test_this_repository_holds_none(run):
    """Its own sources and pages talk about credentials a lot."""
    files = {}
    for folder in ("src", "docs", "policies", "examples"):
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in {".py", ".md", ".yaml", ".toml", ".json"}:
                files[path.relative_to(ROOT).as_posix()] = path.read_bytes()
    assert len(files) > 200
    assert searched(run, files)[0] == 0


@pytest.mark.parametrize(
    "allow", [{"a": ""}, {"a": " "}, {"a": None}, ["a"], "a", {"a": {"kind": "x"}}]
)
def test_an_exception_has_a_reason(allow):
    with pytest.raises(ValidationError):
        Secrets(allow=allow)
