"""Every place at which the chain is broken is told, with what mends it."""

import pytest
from pydantic import ValidationError

from deploycheck.authoring.estimates import Count
from deploycheck.checkers.reproducibility.lineage import LineageParams, lineage
from deploycheck.evidence.lineage import Lineage
from deploycheck.evidence.manifest import Artefact, Manifest

A, B, C = ("sha256:" + letter * 64 for letter in "abc")
COMMIT = "0123456789" * 4
TRAINING = {"seed": "42", "data": {"train": A, "test": B}, "model": C, "commit": COMMIT[:12]}


def made_of(**changed):
    told = {"commit": COMMIT, "training": TRAINING, "training_commit": "ancestor"}
    return Lineage(**{**told, **changed})


def artefacts(**changed):
    made = {
        "data.train": Artefact("data.train", "train.csv", A, A),
        "data.test": Artefact("data.test", "test.csv", B, B),
        "model": Artefact("model", "m.onnx", C, C),
        "documents.card": Artefact("documents.card", "CARD.md", None, A),
    } | {name.replace("_", "."): made for name, made in changed.items()}
    return Manifest(tuple(one for one in made.values() if one is not None))


@pytest.fixture
def broken(run):
    def broken(made=None, manifest=None, **params):
        asked = {"lineage": made or made_of(), "manifest": manifest or artefacts()}
        (found,) = run(lineage, params, **asked)
        assert isinstance(found, Count), found
        told = [d for d in found.details if not d.startswith("commit ")]
        assert found.value == len(told)
        return told

    return broken


def test_a_whole_chain_has_no_missing_link(broken):
    assert broken() == []


def test_where_the_code_is_from_is_told(run):
    made = made_of(branch="main", tags=("v1", "v1.0"), remote="https://example.org/x.git")
    (found,) = run(lineage, lineage=made, manifest=artefacts())
    assert found.details == (
        f"commit {COMMIT}, branch 'main', tag 'v1', tag 'v1.0', of 'https://example.org/x.git'",
    )


def test_an_empty_release_misses_every_link(broken):
    made = Lineage("", "no repository", training_problem="the release names no document 'training'")
    assert broken(made, Manifest(())) == [
        "code: no repository; commit the code with the release",
        "data: the release names no data set",
        "model: the release names none",
        "parameters: the release names no document 'training'",
    ]


def test_code_that_is_not_in_the_commit(broken):
    made = made_of(changes=("a.py", "b\n.py"), changed=2)
    assert broken(made) == [
        "code: 2 files are not as commit 012345678901 has them: 'a.py', 'b\\n.py'; commit or ignore them"
    ]
    made = made_of(changes=tuple(f"{i}.py" for i in range(200)), changed=9999)
    assert "9,999 files" in broken(made)[0]
    assert "'4.py' and others" in broken(made)[0]


@pytest.mark.parametrize(
    ("artefact", "told"),
    [
        (Artefact("data.train", "t.csv", None, A), "data.train: no digest is declared"),
        (Artefact("data.train", "t.csv", B, A), "data.train: sha256:bbb"),
        (
            Artefact("data.train", "t.csv", A, None, "it does not exist"),
            "data.train: it does not exist",
        ),
        (Artefact("data.train", "t.csv", None, None), "data.train: cannot be read"),
    ],
)
def test_each_data_set_has_its_digest(broken, artefact, told):
    (found,) = broken(manifest=artefacts(data_train=artefact), links=["data"])
    assert found.startswith(told)


def test_the_model_has_its_digest(broken):
    (found,) = broken(manifest=artefacts(model=Artefact("model", "m", None, C)), links=["model"])
    assert found == f"model: no digest is declared; write `digest: {C}` into the release"
    assert broken(manifest=artefacts(model=None), links=["model"]) == [
        "model: the release names none"
    ]
    served = Artefact("model", "http://x", None, None, "not a file, so it has no digest")
    assert broken(manifest=artefacts(model=served), links=["model"]) == [
        "model: not a file, so it has no digest"
    ]


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"seed": None}, "no whole number as `seed`"),
        ({"seed": "random"}, "no whole number as `seed`"),
        ({"seed": "1.5"}, "no whole number as `seed`"),
        ({"seed": ["1"]}, "no whole number as `seed`"),
        ({"seed": "٤٢"}, "no whole number as `seed`"),
        ({"data": None}, "no digests under `data`"),
        ({"data": {}}, "no digests under `data`"),
        ({"data": A}, "no digests under `data`"),
        ({"data": {"train": B}}, "trained on another 'train' than the release has"),
        ({"data": {"train": ""}}, "trained on another 'train' than the release has"),
        ({"data": {"train": A, "gone": A}}, "'gone' is no data set of the release"),
        ({"data": {"test": B}}, "nothing is said of the data set 'train'"),
        ({"model": A}, "`model` is not the digest of the released model"),
        ({"model": ["x"]}, "`model` is not the digest of the released model"),
    ],
)
def test_the_record_of_the_training(broken, changed, told):
    training = {k: v for k, v in {**TRAINING, **changed}.items() if v is not None}
    (found,) = broken(made_of(training=training), links=["parameters"])
    assert told in found


def test_model_and_commit_may_be_left_out_of_the_record(broken):
    training = {"seed": "-7", "data": {"train": A}}
    assert broken(made_of(training=training, training_commit="")) == []


@pytest.mark.parametrize(
    ("ancestry", "told"),
    [
        ("unrelated", "is not an earlier one"),
        ("unknown", "fetch its whole history"),
        ("", "fetch its whole history"),
    ],
)
def test_the_commit_of_the_training_lies_before_the_released_one(broken, ancestry, told):
    (found,) = broken(made_of(training_commit=ancestry), links=["parameters"])
    assert told in found
    (found,) = broken(made_of(commit="", training_commit=ancestry), links=["parameters"])
    assert "the release has none" in found


def test_an_unreadable_data_set_is_none_that_was_trained_on(broken):
    lost = artefacts(data_train=Artefact("data.train", "t", None, None))
    training = {**TRAINING, "data": {"train": None}}
    (found,) = broken(made_of(training=training), lost, links=["parameters"])
    assert "trained on another" in found


def test_what_git_could_not_tell_is_an_error_where_it_is_needed(run, code, broken):
    made = Lineage("", unknown="git is not installed", training=TRAINING)
    for links in (["code"], ["parameters"]):
        found = run(lineage, {"links": links}, lineage=made, manifest=artefacts())
        assert code(found) == "DC201"
    assert broken(made, links=["data", "model"]) == []
    plain = Lineage("", unknown="x", training={"seed": "1", "data": {"train": A}})
    assert broken(plain, links=["parameters"]) == []


def test_many_are_counted_whole_and_told_in_part(run):
    many = {f"data.{i}": Artefact(f"data.{i}", "x", None, A) for i in range(1000)}
    (found,) = run(
        lineage, {"links": ["data"]}, lineage=Lineage(""), manifest=Manifest(tuple(many.values()))
    )
    assert (found.value, len(found.details), found.details[-1]) == (1000, 201, "and 800 more")


@pytest.mark.parametrize("links", [[], ["code", "code"], ["docs"], "code", [None]])
def test_parameters_that_fit_nothing_are_refused(links):
    with pytest.raises(ValidationError):
        LineageParams(links=links)
