"""The release that init writes: its values as they are, its proposals as comments."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from deploycheck.engine.document import parse
from deploycheck.engine.load import load_release
from deploycheck.scaffold.found import Column, DataFile, Document, Found, ModelFile, Proposal
from deploycheck.scaffold.project.choices import Given
from deploycheck.scaffold.project.choosing import choose
from deploycheck.scaffold.project.release_text import MODELINE, release_text
from deploycheck.scaffold.project.yaml_text import comment, entry, expressible, flow, scalar

DIGEST = "sha256:" + "0" * 64
COLUMNS = tuple(Column(n, "integer", 2, 0.0, ((0, 5), (1, 5))) for n in ("y", "p", "sex", "id"))
DATA = DataFile("test.csv", 10, COLUMNS, "test", "the name says test")


def found(*proposals, **more):
    return Found(**{"name": "credit", "version": "1.0", "data": (DATA,), "proposals": proposals,
                    "task": "binary_classification", "positive": (1, "1 of 0 and 1")} | more)  # fmt: skip


def release(text):
    problems = []
    made = load_release(parse("release.yaml", text.encode(), problems), problems)
    assert problems == []
    return made


ALL = (
    Proposal("target", "y", "the name says it", True),
    Proposal("prediction", "p", "looks like y", False),
    Proposal("protected", "sex", "the name says it", True),
)


def test_what_is_sure_is_a_value_and_the_rest_a_comment():
    text = release_text(choose(found(*ALL), Given()), lambda _: DIGEST)
    made = release(text)
    assert text.startswith(MODELINE.format(kind="release") + "\n")
    assert made.columns.target == "y"
    assert made.columns.prediction is None
    assert made.columns.protected == ()
    assert made.data["test"].digest == DIGEST
    lines = {" ".join(line.split()) for line in text.splitlines()}
    assert "# CONFIRM: prediction: p # looks like y" in lines
    assert "# CONFIRM: protected: [sex] # sex: the name says it" in lines
    assert "init --renew" in text


def test_confirmed_lines_are_those_of_a_release():
    text = release_text(choose(found(*ALL), Given()), lambda _: DIGEST)
    made = release(
        text.replace("# CONFIRM: favourable: [0, 1]", "favourable: 0").replace("# CONFIRM: ", "")
    )
    assert made.columns.prediction == "p"
    assert made.columns.protected == ("sex",)
    assert made.columns.favourable == 0


def test_nobody_confirms_a_favourable_value_by_accident():
    text = release_text(choose(found(*ALL), Given()), lambda _: DIGEST).replace("# CONFIRM: ", "")
    problems = []
    load_release(parse("release.yaml", text.encode(), problems), problems)
    assert [problem.code for problem in problems] == ["DC009"]


def test_what_was_taken_says_that_it_was_proposed():
    text = release_text(choose(found(*ALL), Given(), yes=True), lambda _: DIGEST)
    assert "prediction: p # proposed: looks like y; confirm" in " ".join(text.split())


def test_a_part_of_proposals_alone_is_a_comment_and_can_be_confirmed():
    models = tuple(
        ModelFile(f"{n}.onnx", "onnx", True, "an ONNX file", ("p", "sex")) for n in ("new", "old")
    )
    text = release_text(choose(found(ALL[0], models=models), Given()), lambda _: DIGEST)
    assert release(text).model == "none"
    made = release(text.replace("# CONFIRM:   ", "  ").replace("# CONFIRM: model", "model"))
    assert made.model.path == "new.onnx"
    assert made.model.features == ("p", "sex")


def test_with_a_model_the_stored_answers_are_named_as_unused():
    models = (ModelFile("m.onnx", "onnx", True, "an ONNX file", ("sex",)),)
    made = found(ALL[0], Proposal("prediction", "p", "named so", True), models=models)
    text = release_text(choose(made, Given()), lambda _: DIGEST)
    assert release(text).columns.prediction is None
    assert "# unused: the model is asked" in text
    stored = release_text(choose(made, Given(prediction="p")), lambda _: DIGEST)
    assert release(stored).columns.stored is True


def test_documents_and_a_file_without_digest():
    made = found(*ALL, documents=(Document("MODEL_CARD.md", "card", "the name says it"),
                                  Document("other/CARD.md", "card", "the name says it")))  # fmt: skip
    made = release(release_text(choose(made, Given()), lambda _: None))
    assert made.documents == {"card": "MODEL_CARD.md"}
    assert made.data["test"].digest is None


@pytest.mark.parametrize(
    ("name", "made"),
    [("my model!", "my-model"), ("--", "my-model"), ("", "my-model"), ("é", "my-model"),
     ("yes", "yes"), ("1e5", "1e5"), ("x" * 300, "x" * 100)],
)  # fmt: skip
def test_names_are_made_such_as_a_release_may_have(name, made):
    text = release_text(choose(found(*ALL, name=name), Given()), lambda _: None)
    assert release(text).release == made


@pytest.mark.parametrize("version", ["1.10", "2026-01-01", "1e5", "${x}", "\x1b", "", "v1"])
def test_versions_stay_as_they_are_written(version):
    text = release_text(choose(found(*ALL, version=version), Given()), lambda _: None)
    assert release(text).version == (version if expressible(version) else "0.1.0")


@given(st.text())
def test_a_text_is_read_back_as_it_was(text):
    if not expressible(text):
        return
    problems = []
    document = parse(
        "x", f"a: {scalar(text)}\nb: {flow([text, {text: text}])}\n".encode(), problems
    )
    assert problems == []
    assert document.root == {"a": text, "b": [text, {text: text}]}
    assert yaml.safe_load(f"a: {scalar(text)}")["a"] == text  # nor do readers of YAML 1.1 differ


@given(st.lists(st.text().filter(expressible)), st.integers(0, 60))
def test_long_lists_are_folded_and_read_back(items, width):
    problems = []
    value = {"by": items, "x" * width: 0.5}
    document = parse("x", entry("with", value).encode(), problems)
    assert problems == []
    assert document.root == {"with": value}


@given(st.text())
def test_a_comment_is_one_line_that_hides_nothing(text):
    problems = []
    document = parse("x", f"a: 1  # {comment(text)}\n".encode(), problems)
    assert problems == []
    assert document.root == {"a": 1}
