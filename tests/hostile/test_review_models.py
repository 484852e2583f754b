"""Models: what was measured of another is never told of this one, and no unit hides an effect."""

import pytest

RELEASE = """
release: toy
version: "1.0"
task: binary_classification
model: {{{model}, features: [a, b], limits: {{seconds: {seconds}, memory_mb: 512}}}}
data: {{test: {{path: data.csv}}}}
columns: {{target: truth, threshold: {{at_least: 0.5}}, positive: 1, favourable: 1}}
"""
PYTHON = 'python: "scoring:predict", trust: trusted'
CODE = "def predict(columns):\n    return 1 / (1 + 2.0 ** -({}))\n"
ROWS = "a,b,truth\n" + "".join(
    f"{(i * 7 % 41 - 20) / 5},{(i * 11 % 43 - 21) / 5},{int(i * 7 % 41 > 20)}\n" for i in range(800)
)


@pytest.fixture
def judged(project):
    def run(model=PYTHON, seconds=20):
        project.write("release.yaml", RELEASE.format(model=model, seconds=seconds))
        project.write("data.csv", ROWS)
        project.policy(
            project.control(
                "interpretability.dominance", id="ONE", require="{largest_share: {max: 0.8}}",
                extra="with: {data: test}",
            ),
            project.control(
                "performance.floor", id="RIGHT", require="{accuracy: {min: 0.6}}",
                extra="with: {data: test}",
            ),
        )  # fmt: skip
        done = project.pytest("policy.yaml")
        assert "Traceback" not in done.stdout + done.stderr
        return project.outcomes()

    return run


def test_attributions_of_a_function_are_made_anew_when_its_code_changes(project, judged):
    """No digest says what a function imports, so nothing that was made of one may be kept."""
    project.write("scoring.py", CODE.format("columns['a'] + columns['b']"))
    assert judged()["ONE"] == "PASS"
    project.write("scoring.py", CODE.format("columns['a']"))
    assert judged()["ONE"] == "FAIL"


def test_less_time_for_a_model_is_tried_and_not_remembered(project, judged, linear_onnx):
    linear_onnx(project.root / "model.onnx", {"a": 2.0, "b": 1.0})
    assert set(judged("path: model.onnx").values()) == {"PASS"}
    assert set(judged("path: model.onnx", 0.00001).values()) == {"ERROR"}


def test_scores_of_the_other_label_are_an_error(project, linear_onnx):
    """Of two columns the second is taken for the positive label's; where that is the first one."""
    linear_onnx(project.root / "model.onnx", {"a": 2.0, "b": 1.0})
    release = RELEASE.format(model="path: model.onnx", seconds=20)
    project.write("data.csv", ROWS)
    project.policy(
        project.control(
            "performance.floor", id="RIGHT", require="{accuracy: {min: 0.6}}",
            extra="with: {data: test}",
        ),
        project.control(
            "robustness.noise", id="NOISE", require="{loss: {max: 0.1}}",
            extra="with: {data: test}",
        ),
    )  # fmt: skip
    turned = release.replace("positive: 1, favourable: 1", "positive: 0, favourable: 0")
    project.write("release.yaml", turned)
    assert project.gate().returncode == 11
    assert all("another label" in v["reason"] for v in project.decision()["verdicts"])
    project.write("release.yaml", turned.replace("512}", "512}, outputs: {class: 0}"))
    assert project.gate().returncode == 0


def test_one_number_far_out_hides_no_effect_in_a_regression(project):
    head, *rows = ROWS.splitlines()
    far = rows[0].split(",")
    rows[0] = ",".join(["1e9", *far[1:]])
    project.write("data.csv", "\n".join([head, *rows]) + "\n")
    project.write("scoring.py", "def predict(columns):\n    return columns['a'] - columns['b']\n")
    release = RELEASE.format(model=PYTHON, seconds=20).replace(
        "binary_classification", "regression"
    )
    columns = "threshold: {at_least: 0.5}, positive: 1, favourable: 1"
    project.write("release.yaml", release.replace(f"truth, {columns}", "truth"))
    project.policy(
        project.control(
            "interpretability.forbidden", id="USED", require="{effect: {max: 0.01}}",
            extra="with: {data: test, features: [b]}",
        ),
        project.control(
            "interpretability.direction", id="SIGN", require="{agreement: {min: 0.9}}",
            extra="with: {data: test, signs: {b: increasing}}",
        ),
    )  # fmt: skip
    assert project.gate().returncode == 1
    assert project.outcomes() == {"USED": "FAIL", "SIGN": "FAIL"}
