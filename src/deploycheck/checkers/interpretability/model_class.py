"""Checker ``interpretability.model_class``."""

from collections.abc import Iterator, Mapping

from deploycheck.authoring.checker import checker
from deploycheck.authoring.columns import quoted
from deploycheck.authoring.estimates import Count, Estimate, Statistic, Undefined
from deploycheck.authoring.measure import Measure
from deploycheck.evidence.model_file import ModelFile

CLASS = "model_class"
PARAMETERS = "parameters"
OPERATORS = "operators"
SHOWN = 8

_ML = "ai.onnx.ml:"
_LINEAR = {f"{_ML}LinearClassifier", f"{_ML}LinearRegressor"}
_DENSE = {"Gemm", "MatMul", "MatMulInteger", "QLinearMatMul", "com.microsoft:FusedMatMul"}
_TREES = {f"{_ML}TreeEnsembleClassifier", f"{_ML}TreeEnsembleRegressor", f"{_ML}TreeEnsemble"}
_SVM = {f"{_ML}SVMClassifier", f"{_ML}SVMRegressor"}
_NEIGHBOURS = {"TopK", "com.microsoft:CDist"}
_NEURAL = {
    "Attention", "AveragePool", "BatchNormalization", "Conv", "ConvInteger", "ConvTranspose",
    "Einsum", "Elu", "GRU", "Gelu", "GlobalAveragePool", "GlobalMaxPool", "GroupNormalization",
    "HardSigmoid", "HardSwish", "InstanceNormalization", "LSTM", "LayerNormalization", "LeakyRelu",
    "MaxPool", "Mish", "PRelu", "QLinearConv", "RNN", "Relu", "Selu", "Softplus", "Tanh",
    "ThresholdedRelu",
}  # fmt: skip
# Operators that move, scale, encode or add values, feature by feature.
_GLUE = {
    "Add", "Cast", "Concat", "Constant", "Flatten", "Gather", "Identity", "Neg", "Reshape", "Shape",
    "Slice", "Split", "Squeeze", "Sub", "Transpose", "Unsqueeze", f"{_ML}ArrayFeatureExtractor",
    f"{_ML}Binarizer", f"{_ML}CategoryMapper", f"{_ML}DictVectorizer", f"{_ML}FeatureVectorizer",
    f"{_ML}Imputer", f"{_ML}LabelEncoder", f"{_ML}OneHotEncoder", f"{_ML}Scaler", f"{_ML}ZipMap",
}  # fmt: skip
_LINKS = {"ArgMax", "Exp", "LogSoftmax", "Sigmoid", "Softmax"}
# Beside trees: votes counted and averaged.
_VOTES = {
    "ConstantOfShape", "Div", "Equal", "Mul", "ReduceMean", "ReduceSum", "Sum", "Where",
    f"{_ML}Normalizer",
}  # fmt: skip
_BESIDE = {"text", "json", "onnx-data"}  # files beside a model that are none


@checker(
    "interpretability.model_class",
    measures=[
        Measure(
            CLASS,
            unit="text",
            better="none",
            doc="linear, tree_ensemble, neighbours, svm, neural_network, pipeline, other or "
            "unknown.",
        ),
        Measure(
            PARAMETERS,
            unit="count",
            better="lower",
            doc="Numbers that the model's tensors and trees hold.",
        ),
        Measure(
            OPERATORS, unit="count", better="lower", doc="Nodes of the model's graph, in ONNX."
        ),
    ],
    kind="exact",
)
def model_class(model: ModelFile) -> Iterator[Estimate]:
    """The model is of a class that people can follow.

    Why: Where a decision must be explained from the model itself, as for credit or release, the
    class of the model is the first question: a linear model can be read, a network cannot.

    Fix: Export a model of an allowed class. `pipeline` and `other` name in their details the
    operators that stand in the way: leave out the step that makes them, or allow the class after
    looking at it. For another format than ONNX, convert the model.

    Definition: The class follows from the operators of a model in ONNX. linear: one linear
    operator (LinearClassifier, LinearRegressor, Gemm or MatMul), beside operators that scale,
    encode, add or select, and a link such as Sigmoid. tree_ensemble: TreeEnsemble operators, and
    votes that are added; a single tree is stored as an ensemble of one, and is called so.
    neighbours: TopK over distances. svm: support-vector operators, with any kernel.
    neural_network: convolutions, recurrence, attention or activations, or several dense layers.
    pipeline: one or more of these beside operators that may combine features, such as Mul. other:
    none of these. unknown: another format, or several models. Counting operators is no proof
    against an author who hides a model: it sorts honest ones.

    Bounds: The class is a name and the counts are exact; require the class with `one_of` or
    `equals`.

    Undefined: A file that is not ONNX, an empty graph, or a folder with more than one model is
    `unknown`, which passes only a policy that lists it. Where the parameters are unknown, or there
    are no operators, their counts have no number. The data play no part: empty, constant or
    missing values in them change nothing. A release without a model file is refused when the plan
    is made.

    Cost: None beyond reading the model file once.

    Source: Rudin 2019, "Stop explaining black box machine learning models for high stakes
    decisions and use interpretable models instead" (Nature Machine Intelligence 1); the operators
    of ONNX and ONNX-ML.

    Example:
        check: interpretability.model_class
        require: {model_class: {one_of: [linear, tree_ensemble]}}
    """
    name, why = _class(model)
    yield Statistic(CLASS, name, details=(why,))
    if model.parameters is None:
        yield Undefined(PARAMETERS, 0, "the file does not say how many")
    else:
        yield Count(PARAMETERS, model.parameters)
    if not model.operators:
        yield Undefined(OPERATORS, 0, "no operators are known; only those of ONNX are")
    else:
        yield Count(OPERATORS, sum(model.operators.values()))


def _class(model: ModelFile) -> tuple[str, str]:
    """The class, and what it was told by."""
    found = sorted(kind for kind in model.formats.values() if kind not in _BESIDE)
    if found != ["onnx"]:
        what = ", ".join(found[:SHOWN]) or "nothing that is known"
        return "unknown", f"the model is {what}; only one model in ONNX shows its class"
    operators = {name: count for name, count in model.operators.items() if count > 0}
    if not operators:
        return "unknown", "the model shows no operators"
    kinds = _kinds(operators)
    if not kinds:
        return "other", _named({*operators} - _GLUE - _LINKS, "no operator of a known class")
    if len(kinds) > 1:
        return "pipeline", f"it combines {', '.join(sorted(kinds))}"
    ((kind, (core, beside)),) = kinds.items()
    if rest := {*operators} - core - beside:
        return "pipeline", _named(rest, f"{kind} beside")
    return kind, _named({*operators} & core, "told by")


def _kinds(operators: Mapping[str, int]) -> dict[str, tuple[set[str], set[str]]]:
    """The classes that occur: the operators that tell each, and those that may stand beside."""
    present = {*operators}
    kinds: dict[str, tuple[set[str], set[str]]] = {}
    dense = sum(operators.get(name, 0) for name in _DENSE)
    linear = sum(operators.get(name, 0) for name in _LINEAR)
    if present & _NEURAL or dense > 1:
        kinds["neural_network"] = (_NEURAL | _DENSE, present - _LINEAR)
        dense = 0
    if dense + linear > 1:
        # Several linear models are voted over, stacked or chained: no longer one that can be read.
        kinds["several linear models"] = (set(), set())
    elif dense + linear == 1:
        kinds["linear"] = (_LINEAR | _DENSE, _GLUE | _LINKS)
    for kind, core, beside in (
        ("tree_ensemble", _TREES, _GLUE | _LINKS | _VOTES),
        ("svm", _SVM, _GLUE | _LINKS),
    ):
        if present & core:
            kinds[kind] = (core, beside)
    if not kinds and present & _NEIGHBOURS:
        kinds["neighbours"] = (_NEIGHBOURS, present)
    return kinds


def _named(operators: set[str], before: str) -> str:
    names = sorted(operators)
    told = ", ".join(quoted(name) for name in names[:SHOWN])
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f"{before} {told}{more}" if names else before
