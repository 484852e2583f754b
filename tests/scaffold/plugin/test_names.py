"""A name that cannot be used is told with one that can."""

import re

import pytest

from deploycheck.authoring.measure import RANGES
from deploycheck.scaffold.plugin.names import UNITS, WrongName, check_id, check_measure, check_unit

TAKEN = {"fairness.impact_ratio": "deploycheck itself", "acme.there": "plugin acme-checks"}


def refused(id):
    with pytest.raises(WrongName) as told:
        check_id(id, families={"fairness", "deploycheck"}, taken=TAKEN)
    return str(told.value)


@pytest.mark.parametrize("id", ["acme.capped_values", "a.b", "my_team.x2", "acme2.a_b_c"])
def test_names_that_can_be_used(id):
    check_id(id, families={"fairness"}, taken=TAKEN)


@pytest.mark.parametrize(
    ("id", "write"),
    [
        ("Acme.CappedValues", "acme.capped_values"),
        ("acme.x-y", "acme.x_y"),
        ("acme x", "acme.acme_x"),
        ("capped", "acme.capped"),
        ("acme", "acme.capped_values"),
        ("acme.", "acme.capped_values"),
        (".x", "acme.x"),
        ("acme.b.c", "acme.b_c"),
        ("acme.9x", "acme.x"),
        ("acme/../x", "acme.x"),
        ("../../etc/passwd", "acme.etc_passwd"),
        ("äcme.ö", "acme.cme"),
        ("acme.x\n", "acme.x"),
        ("", "acme.capped_values"),
        ("...", "acme.capped_values"),
        ("a" * 10_000, "acme." + "a" * 40),
    ],
)
def test_what_is_no_name_is_told_with_one_that_is(id, write):
    said = refused(id)
    assert said.endswith(f"such as {write}")
    assert len(said) < 500
    check_id(write, families=(), taken={})


def test_control_characters_are_made_visible():
    said = refused("acme.\x1b[31mred\u202e")
    assert "\x1b" not in said
    assert "\u202e" not in said


@pytest.mark.parametrize(
    ("id", "said"),
    [
        ("fairness.mine", "the family 'fairness' is deploycheck's own: .* acme.mine"),
        ("deploycheck.mine", "deploycheck's own"),
        ("acme.there", "acme.there is there already, brought by plugin acme-checks"),
        ("acme.class", "'class' is a word of Python's own.* acme.class_rate"),
        ("acme.len", "'len' is a word of Python's own.* acme.len_rate"),
        ("acme.test_x", "looks like a file of tests"),
        ("acme.conftest", "looks like a file of tests"),
        ("acme." + "x" * 41, "too long: write at most 40"),
        ("x" * 41 + ".a", "too long: write at most 40"),
    ],
)
def test_names_that_mean_something_else(id, said):
    assert re.search(said, refused(id))


@pytest.mark.parametrize(
    ("name", "write"),
    [("Error-Rate", "error_rate"), ("", "error_rate"), ("3x", "x"), ("x" * 41, "x" * 40),
     ('a", evil', "a_evil"), ("a\n", "a")],
)  # fmt: skip
def test_measures(name, write):
    with pytest.raises(WrongName) as told:
        check_measure(name)
    assert str(told.value).endswith(f"such as {write}")
    check_measure(write)


def test_units():
    for unit in UNITS:
        check_unit(unit)
        assert unit in RANGES
    for unit in sorted(set(RANGES) - set(UNITS)):
        with pytest.raises(WrongName, match=f"no unit '{unit}': take one of: probability"):
            check_unit(unit)
    with pytest.raises(WrongName, match="there is no unit 'parsec': one of: probability"):
        check_unit("parsec")
