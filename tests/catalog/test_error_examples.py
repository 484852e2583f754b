"""Examples of error codes that show when a plan is made; tests/engine has those of single files."""

import pytest

from deploycheck.engine.codes import CODES

RATIO = "check: fairness.impact_ratio\nrequire: {impact_ratio: {min: 0.8}}\n"
BY = "with: {by: [sex]}\n"
SIZED = "model: {path: model.onnx}\n"
PREDICTED = "data: {test: {path: data/test.csv}}\n"
# What stands around the fragment: of a control, or of a release that a control is planned for.
CONTROLS = {
    "DC013": "require: {impact_ratio: {min: 0.8}}\n" + BY,
    "DC014": RATIO,
    "DC015": RATIO + "with: {by: [sex], ",
    "DC016": "check: fairness.impact_ratio\n" + BY,
    "DC018": "check: budgets.latency_quantile\nwith: {batch: 1}\n",
    "DC019": RATIO,
    "DC020": "check: performance.floor\n",
}
RELEASES = {
    "DC021": RATIO + BY,
    "DC031": "check: documentation.model_card\nrequire: {missing_sections: {max: 0}}\n"
    "with: {sections: [Intended use]}\n",
    "DC110": "check: performance.floor\n",
    "DC111": "check: performance.calibration\nrequire: {calibration_slope: {min: 0.5}}\n",
    "DC113": "check: performance.floor\n",
}


def control(code, example):
    """The control that an example is a part of."""
    around = CONTROLS[code]
    if around.endswith(", "):  # the example is a part of `with`, which needs more
        return around + example.partition("with: {")[2] + "\n"
    return around + example + "\n"


def asked(release):
    """The release of an example whose model is asked."""
    columns = "columns: {target: defaulted, positive: 1, favourable: 0, threshold: {at_least: 0.5}}"
    return release + "\n" + columns if "\nmodel:" in release else release


@pytest.mark.parametrize("code", CONTROLS)
def test_a_control_with_the_wrong_example_has_this_mistake_and_the_right_one_none(desk, code):
    release = SIZED + "columns: {target: defaulted, positive: 1, threshold: {at_least: 0.5}}\n"
    release = release if code == "DC018" else ""
    assert desk.codes(control(code, CODES[code].example_bad), release) == {code}
    assert desk.codes(control(code, CODES[code].example_good), release) == set()


@pytest.mark.parametrize("code", RELEASES)
def test_a_release_with_the_wrong_example_has_this_mistake_and_the_right_one_none(desk, code):
    policy = RELEASES[code]
    wrong, right = CODES[code].example_bad, CODES[code].example_good
    swap = ("target: default,", "target: defaulted,")
    assert desk.codes(policy, asked(wrong.replace(*swap))) == {code}
    found = desk.codes(policy, asked(right.replace(*swap)))
    assert code not in found
    # Where logs lie is another matter than which format they have.
    assert found <= ({"?", "DC201"} if code == "DC110" else set())


def test_a_policy_that_is_not_in_force_is_told(desk):
    assert desk.codes(CODES["DC027"].example_bad) == {"DC027"}
    assert desk.codes(CODES["DC027"].example_good) == set()


def test_a_check_for_another_task_is_told(desk):
    release = "task: regression\ncolumns: {target: income, prediction: age}\n"
    asked = {
        "bad": "require: {false_positive_rate: {max: 0.3}}",
        "good": "require: {mean_absolute_error_ratio: {min: 0.8}}",
    }
    for word, example in (
        ("bad", CODES["DC032"].example_bad), ("good", CODES["DC032"].example_good),
    ):  # fmt: skip
        found = desk.codes(f"{example}\n{asked[word]}\n{BY}", release)
        assert ("DC032" in found) == (word == "bad"), found
