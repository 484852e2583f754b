"""What is taken, what waits for a person, and what a person says instead."""

import pytest

from deploycheck.scaffold.found import Column, DataFile, Found, ModelFile, Proposal
from deploycheck.scaffold.project.asking import next_question
from deploycheck.scaffold.project.choices import Given
from deploycheck.scaffold.project.choosing import choose
from deploycheck.scaffold.project.closing import closing_lines
from deploycheck.scaffold.project.left import left_to_say, options_of
from deploycheck.scaffold.project.said import SaidError, said
from deploycheck.scaffold.project.telling import found_lines, proposed_lines

BINARY = ((0, 70), (1, 30))
COLUMNS = (
    Column("id", "integer", 100, 0.0),
    Column("sex", "text", 2, 0.0, (("f", 50), ("m", 50))),
    Column("age", "integer", 60, 0.0),
    Column("defaulted", "integer", 2, 0.0, BINARY),
    Column("predicted", "integer", 2, 0.0, BINARY),
    Column("p", "float", 90, 0.0),
)
TEST = DataFile("test.csv", 100, COLUMNS, "test", "the name says test")
ONNX = ModelFile("model.onnx", "onnx", True, "an ONNX file", ("age",))
TARGET = Proposal("target", "defaulted", "the name says it", True)
PREDICTION = Proposal("prediction", "predicted", "the name says it", True)
SCORE = Proposal("score", "p", "between 0 and 1", False)
SEX = Proposal("protected", "sex", "the name says it", False)
ID = Proposal("id", "id", "another in each row", True)


def project(*proposals, data=(TEST,), models=(), task="binary_classification", positive=(1, "1")):
    return Found("credit", "1.0", data, models, (), proposals, task, positive)


def tell(found, given=None, **roles):
    from pathlib import Path

    given = given or Given()
    for role, words in roles.items():
        several = (words,) if isinstance(words, str) else words
        given = said(found, given, role, several, Path("nowhere"))
    return given


def states(chosen):
    names = ("target", "task", "positive", "prediction", "score", "threshold", "id")
    made = {name: getattr(chosen, name) for name in names}
    return {name: choice.state for name, choice in made.items() if choice is not None}


def test_what_is_sure_is_taken():
    chosen = choose(project(TARGET, PREDICTION, ID), Given())
    assert set(states(chosen).values()) == {"sure"}
    assert chosen.judged == "prediction"
    assert left_to_say(chosen) == ()


def test_what_is_not_sure_waits_and_is_taken_with_yes():
    unsure = Proposal("target", "defaulted", "holds 0 and 1", False)
    found = project(unsure, PREDICTION)
    assert states(choose(found, Given())) | {"prediction": ""} == {
        "target": "open", "task": "open", "positive": "open", "prediction": "",
    }  # fmt: skip
    assert choose(found, Given(), yes=True).target.state == "taken"
    (left,) = left_to_say(choose(found, Given()))
    assert left.option == ("--target", "defaulted")
    assert left.needed


def test_yes_never_says_who_is_protected_and_what_is_favourable():
    chosen = choose(project(TARGET, PREDICTION, SEX), Given(), yes=True)
    assert chosen.groups == ()
    assert chosen.favourable is None
    assert [left.option for left in left_to_say(chosen)] == [
        ("--protected", "sex"),
        ("--favourable", "VALUE"),
    ]


def test_a_model_is_asked_and_stored_answers_are_left_alone():
    chosen = choose(project(TARGET, PREDICTION, models=(ONNX,)), Given())
    assert chosen.judged == "model"
    assert not chosen.stored
    assert chosen.features.value == ("age",)
    assert chosen.threshold.value == 0.5


def test_a_prediction_that_somebody_names_is_judged_beside_a_model():
    found = project(TARGET, PREDICTION, models=(ONNX,))
    chosen = choose(found, tell(found, prediction="predicted"))
    assert chosen.judged == "prediction"
    assert chosen.stored
    assert chosen.asked is not None
    assert chosen.threshold is None


def test_of_several_models_none_is_taken_for_sure():
    other = ModelFile("older.onnx", "onnx", True, "an ONNX file", ("age",))
    found = project(TARGET, models=(ONNX, other))
    chosen = choose(found, Given())
    assert chosen.judged is None
    (left,) = [item for item in left_to_say(chosen) if "--model" in item.option]
    assert "older.onnx could be meant as well" in left.what
    assert choose(found, Given(), yes=True).judged == "model"


def test_the_order_of_features_is_never_guessed():
    one_table = ModelFile("model.onnx", "onnx", True, "an ONNX file", ("X",))
    found = project(TARGET, SEX, models=(one_table,))
    chosen = choose(found, Given(), yes=True)
    assert chosen.judged is None
    assert chosen.named_model is None
    (left,) = [item for item in left_to_say(chosen) if "--feature" in item.option]
    assert "the order is that of training" in left.what
    assert choose(found, tell(found, features=("age",))).judged == "model"


def test_a_score_needs_a_threshold_that_somebody_says():
    found = project(TARGET, SCORE)
    chosen = choose(found, Given(), yes=True)
    assert chosen.judged is None
    assert chosen.threshold.state == "open"
    assert ("--threshold", "NUMBER") in [left.option for left in left_to_say(chosen)]
    assert choose(found, tell(found, score="p", threshold="0.4")).judged == "score"


def test_without_prediction_and_model_it_says_what_to_add():
    (left,) = left_to_say(choose(project(TARGET), Given()))
    assert left.what.startswith("no prediction and no model: add a column")
    (left,) = left_to_say(choose(Found("empty", "1"), Given()))
    assert left.what.startswith("no test data: add a file such as test.csv")


def test_another_target_gets_its_own_task_and_positive_value():
    found = project(TARGET)
    chosen = choose(found, tell(found, target="p"))
    assert chosen.task.value == "regression"
    assert chosen.positive is None
    chosen = choose(found, tell(found, target="sex"))
    assert chosen.task.value == "binary_classification"
    assert chosen.positive is None  # neither f nor m says which the model looks for
    assert ("--positive", "VALUE") in [left.option for left in left_to_say(chosen)]


def test_a_role_goes_to_one_column_only():
    twice = Proposal("prediction", "defaulted", "two values", True)
    assert choose(project(TARGET, twice, PREDICTION), Given()).prediction.value == "predicted"


@pytest.mark.parametrize(
    ("role", "word", "message"),
    [
        ("target", "defualted", "test.csv has no column 'defualted'; did you mean 'defaulted'?"),
        ("favourable", "2", "defaulted never is '2'; it is one of: 0, 1"),
        ("positive", "\x1b[1m", r"defaulted never is '\u{001b}[1m'; it is one of: 0, 1"),
        ("threshold", "half", "'half' is no number"),
        ("threshold", "nan", "'nan' is not finite"),
        ("task", "ranking", "no task 'ranking'; one of: binary_classification, multiclass, regr"),
        ("test", "nowhere.csv", "nowhere.csv: no such file"),
        ("test", "a\0b", r"a\u{0000}b: "),
    ],
)
def test_what_does_not_fit_is_refused_in_words(role, word, message):
    found = project(TARGET, PREDICTION)
    with pytest.raises(SaidError) as told:
        tell(found, **{role: word})
    assert message in str(told.value)


def test_nothing_said_is_refused():
    with pytest.raises(SaidError, match="nothing was said"):
        tell(project(), protected=())


def test_values_have_the_type_of_the_target():
    found = project(TARGET)
    assert tell(found, favourable="0").favourable == 0
    flags = (Column("ok", "boolean", 2, 0.0, ((True, 5), (False, 5))),)
    found = project(Proposal("target", "ok", "", True), positive=None,
                    data=(DataFile("test.csv", 10, flags, "test", ""),))  # fmt: skip
    assert tell(found, favourable="false").favourable is False
    assert choose(found, Given()).positive.value is True


def test_files_outside_the_project_are_refused(tmp_path):
    (tmp_path / "project").mkdir()
    (tmp_path / "out.csv").write_text("a\n")
    (tmp_path / "project" / "in.csv").symlink_to(tmp_path / "out.csv")
    (tmp_path / "project" / "data[1].csv").write_text("a\n")
    for word, message in (
        ("../out.csv", "lies outside"),
        ("in.csv", "lies outside"),
        ("data[1].csv", "rename the file"),
    ):
        with pytest.raises(SaidError, match=message):
            said(project(), Given(), "test", (word,), tmp_path / "project")


def test_a_file_is_named_from_the_project_or_from_here(tmp_path, monkeypatch):
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "my data.csv").write_text("a\n")
    monkeypatch.chdir(tmp_path)
    for word in ("my data.csv", "project/my data.csv", str(tmp_path / "project/my data.csv")):
        assert said(project(), Given(), "test", (word,), tmp_path / "project").test == "my data.csv"


def answered(found, **answers):
    """The questions in order, each answered as given, else by its default."""
    from pathlib import Path

    given, asked = Given(), []
    while (question := next_question(found, given)) is not None:
        asked.append(question.role)
        answer = answers.get(question.role, question.default)
        words = [w.strip() for w in answer.split(",")] if question.many else [answer]
        given = said(found, given, question.role, tuple(words), Path("nowhere"))
    return asked, choose(found, given)


def test_each_role_is_asked_once_with_its_proposal():
    asked, chosen = answered(project(TARGET, PREDICTION, SCORE, SEX, ID), favourable="0")
    assert asked == [
        "target", "positive", "prediction", "score", "protected", "favourable", "id",
    ]  # fmt: skip
    assert left_to_say(chosen) == ()
    assert chosen.groups == ("sex",)
    assert chosen.favourable.value == 0


def test_none_is_an_answer():
    asked, chosen = answered(project(TARGET, PREDICTION, SEX, ID), protected="none", id="none")
    assert "favourable" not in asked
    assert chosen.protected == ()
    assert chosen.id is None


def test_without_a_prediction_the_score_is_cut_where_a_person_says():
    asked, chosen = answered(project(TARGET, SCORE), threshold="0.3")
    assert asked[2:5] == ["prediction", "score", "threshold"]
    assert (chosen.judged, chosen.threshold.value) == ("score", 0.3)


def test_what_a_person_said_can_be_said_again_as_options():
    found = project(TARGET, PREDICTION, SEX)
    given = tell(found, target="defaulted", features=("age",), protected=("sex",), favourable="0",
                 id="none")  # fmt: skip
    words = options_of(given)
    assert words == ("--target", "defaulted", "--favourable", "0", "--id", "none", "--feature",
                     "age", "--protected", "sex")  # fmt: skip


def test_the_last_lines_hold_the_exact_command():
    from pathlib import Path

    spaced = Proposal("protected", "my sex", "the name says it", False)
    columns = (*COLUMNS, Column("my sex", "text", 2, 0.0, (("f", 50), ("m", 50))))
    found = project(TARGET, PREDICTION, spaced, data=(
        DataFile("test.csv", 100, columns, "test", ""),))  # fmt: skip
    given = Given(target="defaulted")
    lines = list(closing_lines(choose(found, given), given, Path("my project"), more=["--yes"],
                               sound=True))  # fmt: skip
    assert (
        "  deploycheck init 'my project' --target defaulted --yes --force --protected 'my sex' "
        "--favourable VALUE"
    ) in lines
    assert lines[-1] == (
        "  deploycheck gate --policy 'my project/policy.yaml' --release 'my project/release.yaml'"
    )


def test_what_is_told_holds_nothing_that_acts_on_a_terminal():
    nasty = "a\x1b[31mb\u202ec\nd"
    columns = (Column(nasty, "integer", 2, 0.0, BINARY),)
    found = Found("x", "1", (DataFile(nasty, 1, columns, "test", nasty),),
                  (ModelFile(nasty, "pickle", False, nasty),), (),
                  (Proposal("target", nasty, nasty, True),), None, None, notes=(nasty,))  # fmt: skip
    chosen = choose(found, Given())
    shown = "\n".join([*found_lines(chosen), *proposed_lines(chosen)])
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "no release can name it" in shown
