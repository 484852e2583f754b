"""Every difference between a lock and the environment is a mismatch, and told as what it is."""

import pytest
from pydantic import ValidationError

from deploycheck.authoring.estimates import Undefined
from deploycheck.checkers.reproducibility.env_lock import EnvLock, env_lock
from deploycheck.evidence.environment import Environment, Pin


@pytest.fixture
def compared(run):
    def compared(pins, installed, params=None, **more):
        lock, unlocked = run(env_lock, params, lock=Environment.of(pins, installed, **more))
        assert unlocked.name == "unlocked_packages"
        assert unlocked.value == len(unlocked.details)
        return lock, unlocked.details

    return compared


def test_an_environment_as_locked(compared):
    lock, unlocked = compared({"a": "1.0", "b": "2"}, {"a": "1.0", "b": "2"})
    assert (lock.value, lock.of, lock.details) == (0, 2, ())
    assert unlocked == ()


def test_each_mismatch_is_told(run):
    pins = (
        Pin("other", "1.0", "line 1"),
        Pin("gone", "2.0", "line 2"),
        Pin("free", None, "line 3", ">=1 instead of one version"),
        Pin("", None, "line 4", "a direct reference instead of a version"),
        Pin("fine", "3", "line 5"),
        Pin("broken", "1", "line 6"),
    )
    made = Environment("x.lock", pins, {"other": "1.1", "fine": "3", "broken": ""}, "3.12.1")
    lock, _ = run(env_lock, lock=made)
    assert lock.details == (
        "other (line 1): 1.0 is locked, 1.1 is installed",
        "gone (line 2): 2.0 is locked, none is installed",
        "free (line 3): not pinned: >=1 instead of one version",
        "an entry without a name (line 4): not pinned: a direct reference instead of a version",
        "broken (line 6): 1 is locked, no version is installed",
    )
    assert (lock.value, lock.of) == (5, 6)


@pytest.mark.parametrize(
    ("locked", "found", "same"),
    [
        ("1.0", "1.0.0", True),
        ("1.0.0", "1", True),
        ("2.0", "2.0+cpu", True),
        ("2.0+cpu", "2.0+cpu", True),
        ("2.0+cpu", "2.0", False),
        ("2.0+cpu", "2.0+cu121", False),
        ("1.0rc1", "1.0rc1", True),
        ("1.0", "1.0rc1", False),
        ("1.0", "1.0.post1", False),
        ("1!1.0", "1.0", False),
        ("2004d", "2004d", True),
        ("weird", "1.0", False),
        ("1.0", "weird", False),
        ("1.*", "1.2", True),
    ],
)  # fmt: skip
def test_versions_are_compared_as_pep_440_has_it(compared, locked, found, same):
    assert (compared({"a": locked}, {"a": found})[0].value == 0) is same


def test_the_interpreter_is_compared_too(compared):
    def told(python, **more):
        params = {"python_version": more.pop("wanted")} if "wanted" in more else None
        return compared({"a": "1"}, {"a": "1"}, params, python=python, **more)[0].details

    assert told("3.12.4", wanted="3.12") == ()
    assert told("3.12.4", wanted="3.12.4") == ()
    assert told("3.12.4", wanted="3.1") == ("python: 3.1 is demanded, 3.12.4 runs",)
    assert told("3.1.2", wanted="3.12") == ("python: 3.12 is demanded, 3.1.2 runs",)
    assert told("3.12.4", requires_python=">=3.11,<3.13") == ()
    assert told("3.13.0", requires_python=">=3.11,<3.13") == (
        "python: the lock is for >=3.11,<3.13, 3.13.0 runs",
    )
    assert told("3.13.0rc1", requires_python=">=3.12") == ()
    assert told("3.12.0", requires_python="whatever") == (
        "python: the lock is for whatever, 3.12.0 runs",
    )


def test_what_is_ignored_is_neither_missing_nor_unlocked(compared):
    installed = {"a": "2", "pip": "25", "my-app": "0.1", "extra": "1"}
    lock, unlocked = compared({"a": "1", "b": "1"}, installed, {"ignore": ["A", "PIP", "My_App"]})
    assert (lock.value, lock.of) == (1, 1)
    assert unlocked == ("extra 1",)


@pytest.mark.parametrize(("pins", "params"), [({}, None), ({"a": "1"}, {"ignore": ["a"]})])
def test_a_lock_that_pins_nothing_locks_nothing(compared, pins, params):
    lock, _ = compared(pins, {"a": "1"}, params, requires_python="<3")
    assert isinstance(lock, Undefined)
    assert not lock.context


def test_an_empty_environment_misses_all(compared):
    lock, unlocked = compared({"a": "1"}, {})
    assert (lock.value, unlocked) == (1, ())


def test_many_are_counted_whole_and_told_in_part(run):
    made = Environment.of({f"p{i}": "1" for i in range(1000)}, {f"q{i}": "1" for i in range(500)})
    lock, unlocked = run(env_lock, lock=made)
    assert (lock.value, len(lock.details), lock.details[-1]) == (1000, 201, "and 800 more")
    assert (unlocked.value, unlocked.details[-1]) == (500, "and 300 more")


def test_entries_for_elsewhere_are_told(run):
    made = Environment("x", (Pin("a", "1"),), {"a": "1"}, "3.12.1", elsewhere=3)
    (lock, _) = run(env_lock, lock=made)
    assert (lock.value, lock.details) == (0, ("3 entries of the lock are for other environments",))


@pytest.mark.parametrize(
    "params",
    [
        {"ignore": ["a b"]},
        {"ignore": "a"},
        {"python_version": 3.12},
        {"python_version": "2.7"},
        {"python_version": ">=3.12"},
        {"ignore": [""]},
    ],
)
def test_parameters_that_fit_nothing_are_refused(params):
    with pytest.raises(ValidationError):
        EnvLock(**params)
