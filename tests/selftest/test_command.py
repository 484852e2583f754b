"""``deploycheck selftest`` on a release that is all right."""

import hashlib
import json

import pytest

from deploycheck.selftest.run import Alarms, share
from deploycheck.selftest.run import Tested as Found
from deploycheck.selftest.telling import lines


def digests(folder):
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.iterdir()}


@pytest.fixture
def told(small):
    """What the command says as JSON."""

    def make(*more, runs="6", trials="2"):
        ran = small.run(
            "deploycheck", "selftest", "--policy", "policy.yaml", "--release", "release.yaml",
            "--runs", runs, "--trials", trials, "--json", "--as-of", "2026-06-01T00:00:00Z", *more,
        )  # fmt: skip
        assert ran.returncode == 0, ran.stderr
        return json.loads(ran.stdout)

    return make


def test_alarms_and_faults(small, told):
    before = digests(small.root)
    found = told()
    assert digests(small.root) == before
    assert found["schema"] == "deploycheck/selftest/1"
    alarms = {a["control"]: a for a in found["alarms"]}
    assert [a for a in alarms if not alarms[a]["holds"]] == ["HOPELESS"]
    assert alarms["HOPELESS"]["fails"] is None
    assert found["left_out"] == ["LEAK"]
    for name in ("ACC", "FPR", "DRIFT"):
        assert alarms[name]["fails"]["hits"] == 0
        assert alarms[name]["fails"]["of"] == 6
        assert alarms[name]["passes"]["hits"] == 6
    # 0 of 6: 1 - 0.05^(1/6), Clopper and Pearson.
    assert found["any_fail"]["high"] == pytest.approx(1 - 0.05 ** (1 / 6))
    faults = {f["fault"]: f for f in found["faults"]}
    assert faults["label noise"]["share"]["hits"] == 2
    assert set(faults["label noise"]["by"]) == {"ACC", "FPR"}
    assert faults["leaked rows"]["by"] == {"LEAK": 2}
    assert faults["flipped group"]["share"]["hits"] == 2
    assert faults["leaked target"]["share"] == {"hits": 0, "of": 1, "low": 0.0, "high": 0.95}
    assert faults["sleep"]["share"] is None
    assert faults["sleep"]["why_not"] == "there is no model"


def test_the_same_seed_gives_the_same_answer(told):
    one, same = told(runs="2", trials="1"), told(runs="2", trials="1")
    assert one == same


def test_the_table_is_readable(small):
    ran = small.run(
        "deploycheck", "selftest", "--policy", "policy.yaml", "--release", "release.yaml",
        "--runs", "2", "--trials", "1",
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert "any of them" in ran.stdout
    assert "HOPELESS     performance.floor     does not hold in these data" in ran.stdout
    assert "leaked target    the stored prediction is the target itself" in ran.stdout
    assert all(len(line) < 160 for line in ran.stdout.splitlines())


def test_controls_that_cannot_be_judged_have_no_rate_of_false_alarms(small):
    """No bound is claimed of trials in which nothing was judged."""
    path = small.root / "release.yaml"
    path.write_text(path.read_text().replace("positive: 1", 'positive: "yes"'))
    ran = small.run(
        "deploycheck", "selftest", "--policy", "policy.yaml", "--release", "release.yaml",
        "--runs", "2", "--trials", "1", "--json",
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    alarms = {a["control"]: a for a in json.loads(ran.stdout)["alarms"]}
    assert alarms["FPR"]["fails"] is None
    assert "yes" in alarms["FPR"]["error"]
    assert not alarms["HOPELESS"]["holds"]


def test_nothing_is_claimed_where_nothing_was_judged(small):
    made = Found(2, share(0, 0), (Alarms("A", "x.y", holds=False, error="why\x1b[31m"),), (), ())
    told = list(lines(made))
    assert "A            x.y    ERROR: why\\x1b[31m" in told
    assert "any of them         -" in told


def test_a_release_with_mistakes_is_told_and_nothing_is_tried(small):
    small.write("policy.yaml", "policy: x\n")
    ran = small.run("deploycheck", "selftest", "--policy", "policy.yaml")
    assert ran.returncode == 4
    assert "DC0" in ran.stderr
    assert ran.stdout == ""


def test_data_that_cannot_be_read(small):
    (small.root / "test.csv").unlink()
    ran = small.run("deploycheck", "selftest", "--policy", "policy.yaml", "--runs", "1")
    assert ran.returncode == 11
    assert "test.csv" in ran.stderr
