"""Roles of columns: what is proposed, why, and what is sure."""

import pytest

from deploycheck.scaffold.looking.look import look

ROWS = 60


@pytest.fixture
def seen(tmp_path):
    """What is found in a test set with these columns, each given by the values that it repeats."""

    def look_at(**columns):
        lines = [",".join(f'"{name}"' for name in columns)]
        for at in range(ROWS):
            values = (made[at % len(made)] if made is not None else at for made in columns.values())
            lines.append(",".join(f'"{value}"' for value in values))
        (tmp_path / "test.csv").write_text("\n".join(lines) + "\n")
        return look(tmp_path)

    return look_at


def sure(found, role):
    return [p.column for p in found.of(role) if p.sure]


def proposed(found, role):
    return [p.column for p in found.of(role)]


MANY = [at / 97 for at in range(1, 50)]
TWO = [0, 1]


@pytest.mark.parametrize("name", ["target", "label", "y", "outcome", "Ground_Truth", "yTrue"])
def test_a_name_that_only_an_outcome_has_is_sure(seen, name):
    found = seen(default=TWO, x=MANY, **{name: [0, 1, 1]}, z=TWO)
    assert sure(found, "target") == [name]
    assert proposed(found, "target")[0] == name


def test_two_names_that_only_outcomes_have_are_not_sure(seen):
    found = seen(target=TWO, label=TWO)
    assert sure(found, "target") == []
    assert "label could be as well" in found.of("target")[0].why


@pytest.mark.parametrize("name", ["churned", "Survived", "loan_defaulted"])
def test_what_happened_is_sure_where_nothing_else_could_be(seen, name):
    assert sure(seen(x=MANY, **{name: TWO}, z=MANY), "target") == [name]
    assert sure(seen(x=MANY, **{name: TWO}, approved=TWO), "target") == []
    assert sure(seen(**{f"previously_{name}": TWO}, z=MANY), "target") == []


@pytest.mark.parametrize("name", ["income", "class", "status", "loan_approved", "is_fraud"])
def test_what_could_be_a_feature_is_not_sure(seen, name):
    found = seen(**{name: TWO}, z=MANY)
    assert proposed(found, "target") == [name]
    assert sure(found, "target") == []


def test_an_income_of_many_values_is_no_outcome(seen):
    assert proposed(seen(income=MANY, x=MANY), "target") == []


def test_the_last_column_is_a_weak_hint(seen):
    found = seen(a=MANY, b=["x", "y"])
    assert [(p.column, p.sure) for p in found.of("target")] == [("b", False)]
    assert "last column" in found.of("target")[0].why
    assert proposed(seen(a=MANY, sex=["f", "m"]), "target") == []
    assert proposed(seen(a=MANY, b=[1]), "target") == []


def test_the_outcome_is_what_another_column_predicts(seen):
    found = seen(a=TWO, late=["no", "yes"], predicted_late=["no", "no", "yes"], z=MANY)
    assert sure(found, "target") == ["late"]
    assert sure(found, "prediction") == ["predicted_late"]
    assert found.positive == ("yes", "the other value is no")


def test_the_outcome_has_the_values_of_the_prediction(seen):
    found = seen(a=["x", "y"], employed=TWO, year=[2015, 2016], prediction=[0, 0, 1])
    assert proposed(found, "target") == ["employed"]
    assert sure(found, "target") == sure(found, "prediction") == []


@pytest.mark.parametrize(
    ("values", "task", "positive"),
    [
        ([0, 1], "binary_classification", 1),
        ([-1, 1], "binary_classification", 1),
        ([1, 2], "binary_classification", None),
        (["0.0", "1.0"], "binary_classification", 1),
        (["True", "False"], "binary_classification", True),
        (["yes", "no"], "binary_classification", "yes"),
        (["N", "Y"], "binary_classification", "Y"),
        (["<=50K", ">50K"], "binary_classification", ">50K"),
        (["fraud", "legit"], "binary_classification", "fraud"),
        (["Charged Off", "Fully Paid"], "binary_classification", "Charged Off"),
        (["not churned", "churned"], "binary_classification", "churned"),
        (["No default", "default"], "binary_classification", "default"),
        (["good", "bad"], "binary_classification", None),
        (["a", "b"], "binary_classification", None),
        (["a", "b", "c"], "multiclass", None),
        ([0, 1, 2], "multiclass", None),
        (["0.5", "1", "1.5"], None, None),
        (list(range(15)), None, None),
        (MANY, "regression", None),
        ([f"t{at}" for at in range(30)], None, None),
    ],
)
def test_task_and_positive_value(seen, values, task, positive):
    found = seen(target=values)
    assert found.task == task
    assert (found.positive or (None,))[0] == positive
    assert type((found.positive or (None,))[0]) is type(positive)


def test_the_value_is_named_like_the_column(seen):
    assert seen(attrition=["attrition", "kept"], z=MANY).positive[0] == "attrition"


@pytest.mark.parametrize("name", ["prediction", "y_pred", "yhat", "predicted", "label_pred"])
def test_a_prediction_in_the_coding_of_the_target_is_sure(seen, name):
    found = seen(label=["a", "b"], **{name: ["a", "a", "b"]})
    assert sure(found, "prediction") == [name]
    assert "values of label" in found.of("prediction")[0].why


def test_a_prediction_in_another_coding_is_a_note(seen):
    found = seen(label=["yes", "no"], prediction=TWO)
    assert found.of("prediction") == ()
    assert any("prediction" in n and "one coding" in n for n in found.notes)


def test_two_predictions_are_not_sure(seen):
    found = seen(label=TWO, prediction=TWO, y_pred=TWO, old_pred=TWO)
    assert set(proposed(found, "prediction")) == {"prediction", "y_pred", "old_pred"}
    assert sure(found, "prediction") == []


def test_a_number_is_predicted(seen):
    found = seen(price=MANY, predicted_price=MANY)
    assert found.task == "regression"
    assert sure(found, "prediction") == ["predicted_price"]
    assert found.of("score") == ()


def test_values_are_compared_as_the_engine_compares_them(seen):
    assert sure(seen(label=TWO, y_pred=["0.0", "1.0"]), "prediction") == ["y_pred"]


@pytest.mark.parametrize("name", ["score", "y_proba", "p_label", "label_score", "probability"])
def test_a_probability_is_sure(seen, name):
    assert sure(seen(label=TWO, **{name: MANY}), "score") == [name]


def test_scores_that_are_not_sure(seen):
    found = seen(label=TWO, risk_score=MANY, decile_score=[1, 5, 10], credit_score=[300, 500, 850])
    assert proposed(found, "score") == ["risk_score", "decile_score"]
    assert sure(found, "score") == []
    assert sure(seen(label=TWO, score=MANY, y_proba=MANY), "score") == []


def test_a_probability_named_as_a_prediction_is_a_score(seen):
    found = seen(label=TWO, prediction=MANY)
    assert proposed(found, "score") == ["prediction"]
    assert found.of("prediction") == ()
    assert found.notes == ()


def test_nothing_is_sure_of_an_outcome_that_is_not(seen):
    found = seen(approved=TWO, prediction=TWO, score=MANY)
    assert [p.role for p in found.proposals] == ["target", "prediction", "score"]
    assert not any(p.sure for p in found.proposals)


@pytest.mark.parametrize(
    "name",
    ["sex", "Gender", "is_female", "race", "ethnicity", "ethnic_group", "nationality", "religion",
     "disability", "marital_status", "MaritalStatus", "native_country", "foreign_worker",
     "pregnant", "age_band", "AgeGroup", "personal_status_sex", "veteran_status"],
)  # fmt: skip
def test_protected_columns_are_proposed_and_never_sure(seen, name):
    found = seen(**{name: ["a", "b", "c"]}, label=TWO)
    assert proposed(found, "protected") == [name]
    assert sure(found, "protected") == []
    assert found.of("protected")[0].why


@pytest.mark.parametrize(
    "name", ["account_age", "vehicle_age", "page", "programming_language", "essex", "black_box",
             "exchange_race_score", "agency"]
)  # fmt: skip
def test_names_that_only_sound_protected(seen, name):
    assert seen(**{name: ["a", "b", "c"]}, label=TWO).of("protected") == ()


def test_an_age_in_years_is_to_be_binned(seen):
    found = seen(age=list(range(20, 60)), label=TWO)
    assert "derive: {age_band: {bin: age, edges: [25, 40, 60]}}" in found.of("protected")[0].why
    both = seen(age=list(range(20, 60)), age_band=["young", "old"], label=TWO)
    assert proposed(both, "protected") == ["age_band"]
    assert any("age_band has its groups" in n for n in both.notes)


def test_groups_that_cannot_be_compared_are_notes(seen):
    found = seen(sex=["f"], nationality=None, religion=MANY, label=TWO)
    assert proposed(found, "protected") == ["nationality"]  # 60 groups
    assert any("sex may say sex and has one value" in n for n in found.notes)
    assert any("religion may say" in n for n in found.notes)


def test_columns_of_the_american_census(seen):
    found = seen(AGEP=[30, 40], MAR=[1, 2], RAC1P=[1, 2], DIS=[1, 2], label=TWO)
    assert proposed(found, "protected") == ["AGEP", "MAR", "RAC1P", "DIS"]
    assert seen(MAR=[1, 2], DIS=[1, 2], label=TWO).of("protected") == ()


@pytest.mark.parametrize("name", ["id", "PassengerId", "application_id", "uuid", "customerID"])
def test_an_id_of_its_own_in_every_row_is_sure(seen, name):
    found = seen(**{name: None}, label=TWO)
    assert sure(found, "id") == [name]
    assert "all of 60 rows" in found.of("id")[0].why


def test_ids_that_are_not_sure(seen):
    assert sure(seen(customer_id=None, order_id=None, label=TWO), "id") == []
    repeated = seen(customer_id=list(range(30)), label=TWO)
    assert [(p.column, p.sure) for p in repeated.of("id")] == [("customer_id", False)]
    assert "60 rows have 30 values" in repeated.of("id")[0].why
    assert seen(shop_id=[1, 2, 3], label=TWO).of("id") == ()
    text = seen(email=[f"a{at}@example.org" for at in range(ROWS)], label=TWO)
    assert [(p.column, p.sure) for p in text.of("id")] == [("email", False)]


def test_an_id_is_no_float_and_no_plain_number(seen):
    assert seen(id=[at / 7 for at in range(1, 61)], label=TWO).of("id") == ()
    assert seen(amount=None, label=TWO).of("id") == ()


def test_times(seen):
    day = [f"2026-11-{at:02}" for at in range(1, 29)]
    found = seen(month=day, label=TWO)
    assert [(p.column, p.sure) for p in found.of("time")] == [("month", True)]
    two = seen(born=day, served_at=day, label=TWO)
    assert [(p.column, p.sure) for p in two.of("time")] == [("served_at", False), ("born", False)]


def test_no_column_is_both_outcome_and_group(seen):
    found = seen(marital_status=["a", "b"], label=TWO)
    assert proposed(found, "target") == ["label"]
    assert proposed(found, "protected") == ["marital_status"]
