from collections import Counter

import numpy as np
import onnx
import pytest
from skl2onnx import to_onnx
from sklearn.ensemble import RandomForestClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, PolynomialFeatures, StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeRegressor

from deploycheck.authoring.estimates import Undefined
from deploycheck.checkers.interpretability.model_class import model_class
from deploycheck.evidence.model_file import ModelFile


@pytest.fixture
def classed(run):
    def classed(operators=(), formats=("onnx",), parameters=7):
        names = {f"file{i}": kind for i, kind in enumerate(formats)}
        model = ModelFile("m", dict.fromkeys(names, 1), "", names, dict(operators), parameters)
        return {e.name: e for e in run(model_class, model=model)}

    return classed


def operators(model):
    nodes = model.graph.node
    return Counter(f"{n.domain}:{n.op_type}" if n.domain else n.op_type for n in nodes)


@pytest.mark.parametrize(
    ("model", "name"),
    [
        (LogisticRegression(), "linear"),
        (LinearRegression(), "linear"),
        (make_pipeline(StandardScaler(), LogisticRegression()), "linear"),
        (make_pipeline(SimpleImputer(), LogisticRegression()), "linear"),
        (make_pipeline(MinMaxScaler(), LogisticRegression()), "pipeline"),
        (make_pipeline(PolynomialFeatures(2), LogisticRegression()), "pipeline"),
        (DecisionTreeRegressor(), "tree_ensemble"),
        (RandomForestClassifier(3), "tree_ensemble"),
        (KNeighborsClassifier(), "neighbours"),
        (SVC(), "svm"),
        (MLPRegressor(hidden_layer_sizes=(3,), random_state=0), "neural_network"),
    ],
    ids=str,
)
@pytest.mark.filterwarnings("ignore")
def test_models_of_scikit_learn_in_onnx(classed, model, name):
    matrix = np.random.default_rng(0).normal(size=(60, 3)).astype(np.float32)
    model.fit(matrix, (matrix[:, 0] > 0).astype(int))
    made = operators(to_onnx(model, matrix[:1]))
    found = classed(made)
    assert found["model_class"].value == name, made
    assert found["operators"].value == sum(made.values())


def test_the_linear_model_of_the_other_tests(classed, linear_onnx, tmp_path):
    made = onnx.load(linear_onnx(tmp_path / "m.onnx", {"a": 1.0, "b": 2.0}))
    assert classed(operators(made))["model_class"].value == "linear"


@pytest.mark.parametrize(
    ("made", "name"),
    [
        ({"Gemm": 1}, "linear"),
        ({"MatMul": 1, "Add": 1, "Sigmoid": 1}, "linear"),
        ({"Gemm": 2}, "neural_network"),
        ({"MatMul": 1, "Tanh": 1}, "neural_network"),
        ({"Conv": 3, "Mystery": 1}, "neural_network"),
        ({"Gemm": 1, "If": 1}, "pipeline"),
        ({"Gemm": 1, "acme:Anything": 1}, "pipeline"),
        ({"Gemm": 1, "Mul": 1}, "pipeline"),
        ({"LinearRegressor": 1}, "other"),  # only the one of ONNX-ML is known
        ({"ai.onnx.ml:LinearRegressor": 2}, "pipeline"),
        ({"ai.onnx.ml:LinearRegressor": 1, "ai.onnx.ml:TreeEnsembleRegressor": 1}, "pipeline"),
        ({"ai.onnx.ml:TreeEnsembleRegressor": 2, "Sum": 1}, "tree_ensemble"),
        ({"ai.onnx.ml:TreeEnsembleRegressor": 1, "Loop": 1}, "pipeline"),
        ({"ai.onnx.ml:TreeEnsembleRegressor": 1, "Gemm": 1}, "pipeline"),
        ({"ai.onnx.ml:TreeEnsembleRegressor": 1, "Relu": 1}, "pipeline"),
        ({"ai.onnx.ml:SVMClassifier": 1, "Cast": 2}, "svm"),
        ({"Identity": 1}, "other"),
        ({"Mystery": 1}, "other"),
        ({"Gemm": 0, "Mystery": 1}, "other"),
    ],
)
def test_operators_tell_the_class(classed, made, name):
    assert classed(made)["model_class"].value == name


def test_details_name_what_stands_in_the_way(classed):
    found = classed({"Gemm": 1, **{f"Odd{i:02}": 1 for i in range(20)}})["model_class"]
    assert found.details[0].startswith("linear beside 'Odd00', 'Odd01'")
    assert found.details[0].endswith("and 12 more")


@pytest.mark.parametrize(
    ("made", "formats"),
    [
        ({}, ("pickle",)),
        ({}, ("safetensors",)),
        ({}, ("unknown",)),
        ({}, ()),
        ({}, ("onnx",)),
        ({"Gemm": 1}, ("onnx", "onnx")),
        ({"Gemm": 1}, ("onnx", "pickle")),
        ({"Gemm": 1}, ("onnx", "unknown")),
        ({"Gemm": 1}, ("pickle",)),
    ],
)
def test_what_cannot_be_told_is_unknown(classed, made, formats):
    assert classed(made, formats)["model_class"].value == "unknown"


def test_a_text_beside_the_model_is_no_model(classed):
    assert classed({"Gemm": 1}, ("text", "onnx"))["model_class"].value == "linear"


def test_counts_that_are_not_known_are_no_zero(classed):
    found = classed({}, ("pickle",), None)
    assert {type(found[name]) for name in ("parameters", "operators")} == {Undefined}
    assert classed({"Gemm": 1}, parameters=0)["parameters"].value == 0


def test_weights_in_a_file_of_their_own_are_no_second_model(classed):
    found = classed({"ai.onnx.ml:LinearClassifier": 1}, formats=("onnx", "onnx-data"))
    assert found["model_class"].value == "linear"
