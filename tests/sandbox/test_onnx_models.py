"""Models in ONNX in their process answer what they answer anywhere else."""

import random

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType, StringTensorType
from sklearn.compose import ColumnTransformer
from sklearn.datasets import make_classification, make_regression
from sklearn.ensemble import GradientBoostingClassifier, RandomForestRegressor
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from deploycheck.authoring.errors import EvidenceError, RoleError

NAMES = ("a", "b", "c", "d")
RNG = np.random.default_rng(7)


def columns_of(matrix, names=NAMES):
    return {name: matrix[:, at].astype(np.float64) for at, name in enumerate(names)}


def in_process(path, fed):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # sums depend on how trees are shared out among threads
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    return session.run(None, fed)


def graph(inputs, outputs, nodes, initializers=(), opsets=(("", 17), ("ai.onnx.ml", 3)), **more):
    made = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info(*each) for each in inputs],
        [helper.make_tensor_value_info(*each) for each in outputs],
        list(initializers),
    )
    return helper.make_model(
        made, opset_imports=[helper.make_opsetid(*o) for o in opsets], ir_version=9, **more
    )


F, D, INT, S, B = (getattr(TensorProto, n) for n in ("FLOAT", "DOUBLE", "INT64", "STRING", "BOOL"))


@pytest.fixture
def ask(bench, tmp_path):
    made = []

    def ask(model, columns, name="m.onnx", **told):
        path = tmp_path / name
        if model is not None:
            path.write_bytes(model if isinstance(model, bytes) else model.SerializeToString())
        more = {k: told.pop(k) for k in ("task",) if k in told}
        made.append(bench.predictor(tmp_path, {"path": name, **told}, **more))
        return made[-1].answers(columns)

    yield ask
    for predictor in made:
        predictor.close()


class TestAgreement:
    """The same numbers as scikit-learn, and the same bits as onnxruntime in this process."""

    def test_gradient_boosting(self, ask):
        X, y = make_classification(600, 4, n_informative=3, n_redundant=0, random_state=1)
        X = X.astype(np.float32)
        model = GradientBoostingClassifier(n_estimators=20, random_state=0).fit(X, y)
        made = to_onnx(model, X[:1], options={"zipmap": False}).SerializeToString()
        answers = ask(made, columns_of(X), features=NAMES)
        assert np.abs(answers.scores - model.predict_proba(X)[:, 1]).max() < 1e-6
        assert [answers.labels[code] for code in answers.codes] == [
            str(v) for v in model.predict(X)
        ]
        label, probabilities = in_process(made, {"X": X})
        assert answers.scores.tolist() == probabilities[:, 1].astype(float).tolist()
        assert answers.codes.tolist() == label.tolist()
        first = ask(None, columns_of(X), features=NAMES, outputs={"class": 0})
        assert first.scores.tolist() == probabilities[:, 0].astype(float).tolist()

    def test_three_classes(self, ask, tmp_path):
        X, y = make_classification(
            300, 4, n_informative=4, n_redundant=0, n_classes=3, random_state=2
        )
        X = X.astype(np.float32)
        names = np.array(["low", "middle", "high"])[y]
        model = LogisticRegression(max_iter=500).fit(X, names)
        made = to_onnx(model, X[:1], options={"zipmap": False}).SerializeToString()
        answers = ask(made, columns_of(X), features=NAMES)
        assert answers.scores is None
        assert [answers.labels[code] for code in answers.codes] == model.predict(X).tolist()
        chosen = ask(None, columns_of(X), features=NAMES, outputs={"class": 2})
        assert np.abs(chosen.scores - model.predict_proba(X)[:, 2]).max() < 1e-6
        with pytest.raises(RoleError, match="the columns 0 to 2"):
            ask(None, columns_of(X), features=NAMES, outputs={"class": 3})
        with pytest.raises(RoleError, match="3 columns, one for each class"):
            ask(None, columns_of(X), features=NAMES, outputs={"score": "probabilities"})

    def test_a_regression(self, ask):
        X, y = make_regression(200, 4, random_state=3)
        X = X.astype(np.float32)
        model = RandomForestRegressor(10, random_state=0).fit(X, y)
        answers = ask(to_onnx(model, X[:1]), columns_of(X), features=NAMES, task="regression")
        assert np.allclose(answers.scores, model.predict(X), rtol=1e-5, atol=1e-4)
        assert answers.codes is None

    def test_numbers_and_texts_by_name(self, ask):
        numbers = RNG.normal(size=(400, 2)).astype(np.float32)
        city = np.array(["Bonn", "Köln", "Aachen"], dtype=object)[RNG.integers(0, 3, 400)]
        y = (numbers[:, 0] + (city == "Bonn") > 0.3).astype(int)
        import pandas as pd

        frame = pd.DataFrame({"age": numbers[:, 0], "pay": numbers[:, 1], "city": city})
        model = make_pipeline(
            ColumnTransformer(
                [("n", StandardScaler(), ["age", "pay"]), ("t", OneHotEncoder(), ["city"])]
            ),
            LogisticRegression(),
        ).fit(frame, y)
        types = [
            ("age", FloatTensorType([None, 1])),
            ("pay", FloatTensorType([None, 1])),
            ("city", StringTensorType([None, 1])),
        ]
        made = to_onnx(model, initial_types=types, options={"zipmap": False})
        columns = {
            "city": city,
            "age": numbers[:, 0].astype(float),
            "pay": numbers[:, 1].astype(float),
        }
        answers = ask(made, columns)
        assert np.abs(answers.scores - model.predict_proba(frame)[:, 1]).max() < 1e-6
        again = ask(None, columns, features=["city", "pay", "age"])  # their order is no matter
        assert again.scores.tolist() == answers.scores.tolist()
        with pytest.raises(EvidenceError, match="1 of 400 rows have no city"):
            ask(None, {**columns, "city": np.array([None, *city[1:]], dtype=object)})
        with pytest.raises(EvidenceError, match="reads city as text, and it is numbers"):
            ask(None, {**columns, "city": numbers[:, 0].astype(float)})
        with pytest.raises(EvidenceError, match="reads age as a number, and it is text"):
            ask(None, {**columns, "age": city})
        with pytest.raises(RoleError, match="'city', which `features` leaves out"):
            ask(None, columns, features=["age", "pay"])
        with pytest.raises(RoleError, match="names 'tax', which the model does not read"):
            ask(None, columns, features=["age", "pay", "city", "tax"])

    def test_two_matrices_take_the_features_in_order(self, ask):
        n = helper.make_node
        model = graph(
            [("x", F, [None, 2]), ("k", INT, ["N", 2])],
            [("s", F, [None, 1])],
            [
                n("Cast", ["k"], ["kf"], to=F),
                n("Concat", ["x", "kf"], ["all"], axis=1),
                n("MatMul", ["all", "w"], ["s"]),
            ],
            [numpy_helper.from_array(np.array([[1], [10], [100], [1000]], dtype=np.float32), "w")],
        )
        columns = {
            "p": np.array([1.0, 2]),
            "q": np.array([3.0, 4]),
            "r": np.array([5.0, 6]),
            "s": np.array([7.0, 8]),
        }
        assert ask(model, columns, features=["p", "q", "r", "s"]).scores.tolist() == [7531, 8642]
        assert ask(None, columns, features=["q", "p", "s", "r"]).scores.tolist() == [5713, 6824]

    def test_many_rows_go_in_parts(self, ask):
        model = graph(
            [("x", D, [None])], [("s", D, [None])], [helper.make_node("Identity", ["x"], ["s"])]
        )
        x = RNG.normal(size=140_000)
        assert ask(model, {"x": x}).scores.tolist() == x.tolist()

    def test_missing_numbers_reach_the_model(self, ask):
        model = graph(
            [("x", F, [None, 1])],
            [("label", B, [None, 1])],
            [helper.make_node("IsNaN", ["x"], ["label"])],
        )
        answers = ask(model, {"x": np.array([1.0, np.nan, 2.0])})
        assert (answers.labels, answers.codes.tolist()) == (("false", "true"), [0, 1, 0])


def identity(kind, shape=(None,), out=None):
    return graph(
        [("x", kind, shape)],
        [("y", kind, shape if out is None else out)],
        [helper.make_node("Identity", ["x"], ["y"])],
    )


class TestInputs:
    """Which columns a model can be given."""

    @pytest.mark.parametrize(
        ("values", "said"),
        [
            ([1.0, np.nan], "1 of 2 rows have no finite x, which the model reads as int64"),
            ([1.0, np.inf], "1 of 2 rows have no finite x"),
            ([1.0, 0.5], "1 of 2 rows have a x that is no int64"),
            ([1.0, 1e18], "1 of 2 rows have a x that is no int64"),
        ],
    )
    def test_whole_numbers(self, ask, values, said):
        with pytest.raises(EvidenceError, match=said) as caught:
            ask(identity(INT), {"x": np.array(values)})
        assert caught.value.code == "DC204"

    def test_whole_numbers_that_are(self, ask):
        answers = ask(identity(INT), {"x": np.array([3.0, -(2.0**53), 3.0])})
        assert [answers.labels[c] for c in answers.codes] == ["3", "-9007199254740992", "3"]

    @pytest.mark.parametrize(
        ("kind", "bad"),
        [
            (TensorProto.UINT8, 256.0),
            (TensorProto.INT8, -129.0),
            (TensorProto.UINT32, -1.0),
            (B, 2.0),
        ],
    )
    def test_the_range_of_narrow_numbers(self, ask, kind, bad):
        assert ask(identity(kind), {"x": np.array([0.0, 1.0])}).rows == 2
        with pytest.raises(EvidenceError, match="1 of 2 rows have a x"):
            ask(None, {"x": np.array([0.0, bad])})

    def test_a_number_too_large_for_the_model(self, ask):
        with pytest.raises(EvidenceError, match="answered an infinite number for 1 of 2 rows"):
            ask(identity(F), {"x": np.array([1.0, 1e300])})

    def test_a_matrix_without_names(self, ask):
        with pytest.raises(
            RoleError, match=r"a matrix \(x: 3 wide\).*list them in `features`"
        ) as caught:
            ask(identity(F, (None, 3)), {})
        assert caught.value.role == "features"

    @pytest.mark.parametrize("features", [["a"], ["a", "b"], ["a", "b", "c", "d"]])
    def test_another_number_of_features(self, ask, features):
        with pytest.raises(
            RoleError, match=f"reads 3 columns, and `features` names {len(features)}"
        ):
            ask(identity(F, (None, 3)), {}, features=features)

    def test_a_width_that_is_open(self, ask):
        model = graph([("x", F, [None, None])], [("s", F, [None, 1])], [helper.make_node("ReduceSum", ["x", "axis"], ["s"], keepdims=1)],
                      [numpy_helper.from_array(np.array([1]), "axis")])  # fmt: skip
        columns = columns_of(np.ones((3, 4)))
        assert ask(model, columns, features=NAMES).scores.tolist() == [4, 4, 4]
        with pytest.raises(RoleError, match="list them"):
            ask(None, columns)

    @pytest.mark.parametrize(
        ("shape", "said"),
        [
            ((1, 2), "reads exactly 1 rows at a time"),
            ((None, 2, 2), "with 3 dimensions"),
            ((), "with 0 dimensions"),
            (None, "an unknown number of dimensions"),
        ],
    )
    def test_shapes_that_are_no_rows(self, ask, shape, said):
        with pytest.raises(EvidenceError, match=said) as caught:
            ask(identity(F, shape), {}, features=["a", "b"])
        assert caught.value.code == "DC204"

    def test_what_is_no_tensor(self, ask):
        sequence = helper.make_tensor_sequence_value_info("x", F, None)
        made = helper.make_graph([helper.make_node("SequenceLength", ["x"], ["y"])], "g", [sequence],
                                 [helper.make_tensor_value_info("y", INT, [])])  # fmt: skip
        with pytest.raises(EvidenceError, match="sequence that no column"):
            ask(
                helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=9),
                {},
            )

    def test_no_input_at_all(self, ask):
        constant = numpy_helper.from_array(np.array([1.0], dtype=np.float32), "y")
        with pytest.raises(EvidenceError, match="no inputs"):
            ask(graph([], [("y", F, [1])], [], [constant]), {})


PAIR = {"x": np.array([1.0, 2.0])}


class TestOutputs:
    """Which answer is read."""

    def several(self, *outputs):
        nodes = [
            helper.make_node("Identity", ["x" if kind == F else "k"], [name])
            for name, kind in outputs
        ]
        nodes.append(helper.make_node("Cast", ["x"], ["k"], to=INT))
        nodes.reverse()
        return graph([("x", F, [None])], [(name, kind, [None]) for name, kind in outputs], nodes)

    def test_two_scores(self, ask):
        model = self.several(("p", F), ("q", F))
        with pytest.raises(
            RoleError,
            match=r"more than one output may be the score: say `outputs.score`, one of p, q",
        ):
            ask(model, PAIR)
        assert ask(None, PAIR, outputs={"score": "q"}).scores.tolist() == [1, 2]

    def test_two_labels(self, ask):
        model = self.several(("p", INT), ("q", INT))
        with pytest.raises(RoleError, match="may be the label"):
            ask(model, PAIR)
        assert ask(None, PAIR, outputs={"label": "q"}).labels == ("1", "2")

    def test_whole_numbers_as_scores_where_the_release_says_so(self, ask):
        answers = ask(self.several(("n", INT)), PAIR, outputs={"score": "n"})
        assert answers.scores.tolist() == [1, 2]
        assert answers.codes is None

    def test_a_regression_has_no_labels(self, ask):
        with pytest.raises(RoleError, match="no output of the model is a score"):
            ask(self.several(("n", INT)), PAIR, task="regression")

    def test_an_output_that_is_not_there(self, ask):
        with pytest.raises(RoleError, match="no output 'z'; it has p"):
            ask(self.several(("p", F)), PAIR, outputs={"label": "z"})

    def test_a_map_for_each_row(self, ask):
        X, y = make_classification(50, 4, random_state=1)
        made = to_onnx(LogisticRegression().fit(X, y), X[:1].astype(np.float32))
        columns = columns_of(X)
        with pytest.raises(
            EvidenceError, match=r"as ZipMap makes it; export it without: options={'zipmap': False}"
        ):
            ask(made, columns, features=NAMES)
        assert ask(None, columns, features=NAMES, outputs={"label": "output_label"}).labels == (
            "0",
            "1",
        )

    def test_another_number_of_rows(self, ask):
        n = helper.make_node
        model = graph(
            [("x", F, [None])], [("s", F, [None])], [n("Concat", ["x", "x"], ["s"], axis=0)]
        )
        with pytest.raises(EvidenceError, match="answered 4 answers for 2 rows"):
            ask(model, PAIR)

    def test_not_a_number(self, ask):
        model = graph(
            [("x", F, [None])], [("s", F, [None])], [helper.make_node("Sqrt", ["x"], ["s"])]
        )
        with pytest.raises(EvidenceError, match="answered NaN for 1 of 2 rows") as caught:
            ask(model, {"x": np.array([1.0, -1.0])})
        assert caught.value.code == "DC204"

    def test_more_columns_than_it_said(self, ask):
        n = helper.make_node
        model = graph(
            [("x", F, [None, 1])], [("s", F, None)], [n("Concat", ["x", "x", "x"], ["s"], axis=1)]
        )
        with pytest.raises(
            EvidenceError, match=r"3 columns, and `outputs.class` does not say which"
        ):
            ask(model, PAIR)
        assert ask(None, PAIR, outputs={"class": 2}).scores.tolist() == [1, 2]
        with pytest.raises(EvidenceError, match="no column 7"):
            ask(None, PAIR, outputs={"class": 7})


class TestLoading:
    """What is loaded, and what is not."""

    def test_an_operator_that_nobody_has(self, ask):
        model = graph(
            [("x", F, [None])], [("y", F, [None])], [helper.make_node("Frobnicate", ["x"], ["y"])]
        )
        with pytest.raises(EvidenceError, match=r"could not be loaded: .*Frobnicate") as caught:
            ask(model, {"x": np.zeros(1)})
        assert caught.value.code == "DC204"

    def test_memory_that_it_may_not_have(self, ask):
        n = helper.make_node
        shape = numpy_helper.from_array(np.array([1 << 30]), "shape")
        model = graph([("x", F, [None])], [("y", F, [None])],
                      [n("ConstantOfShape", ["shape"], ["big"]), n("ReduceSum", ["big"], ["sum"], keepdims=1), n("Add", ["x", "sum"], ["y"])], [shape])  # fmt: skip
        with pytest.raises(EvidenceError, match=r"ran out of memory .limit 256 MiB."):
            ask(model, {"x": np.zeros(1)}, limits={"memory_mb": 256})

    def test_a_loop_without_end(self, ask):
        n, info = helper.make_node, helper.make_tensor_value_info
        body = helper.make_graph([n("Identity", ["c"], ["c2"]), n("Identity", ["v"], ["v2"])], "body",
                                 [info("i", INT, []), info("c", B, []), info("v", F, None)], [info("c2", B, []), info("v2", F, None)])  # fmt: skip
        model = graph([("x", F, [None])], [("y", F, [None])], [n("Loop", ["", "go", "x"], ["y"], body=body)],
                      [numpy_helper.from_array(np.array(True), "go")])  # fmt: skip
        with pytest.raises(EvidenceError, match="was stopped after 1 s"):
            ask(model, {"x": np.zeros(1)}, limits={"seconds": 1})

    def test_the_bytes_that_were_digested_are_those_that_run(self, bench, tmp_path):
        n = helper.make_node
        path = tmp_path / "m.onnx"
        path.write_bytes(identity(F).SerializeToString())
        predictor = bench.predictor(tmp_path, {"path": "m.onnx"})
        negative = graph([("x", F, [None])], [("y", F, [None])], [n("Neg", ["x"], ["y"])])
        path.write_bytes(negative.SerializeToString())
        assert predictor.answers({"x": np.array([2.0])}).scores.tolist() == [2]
        predictor.close()

    def weights_beside(self, folder, values=(2.0, 3.0)):
        folder.mkdir(parents=True, exist_ok=True)
        weights = numpy_helper.from_array(np.array(values, dtype=np.float32).reshape(2, 1), "w")
        model = graph(
            [("x", F, [None, 2])],
            [("s", F, [None, 1])],
            [helper.make_node("MatMul", ["x", "w"], ["s"])],
            [weights],
        )
        onnx.save(
            model,
            folder / "m.onnx",
            save_as_external_data=True,
            location="data/m.bin" if (folder / "data").exists() else "m.bin",
            size_threshold=0,
        )
        return {"a": np.array([1.0, 10.0]), "b": np.array([1.0, 0.0])}

    @pytest.mark.parametrize("path", ["sub/m.onnx", "sub"])
    def test_weights_in_a_file_beside_it(self, bench, tmp_path, path, nothing_is_left):
        columns = self.weights_beside(tmp_path / "sub")
        model = {"path": path, "features": ["a", "b"]}
        predictor = bench.predictor(tmp_path, model)
        assert predictor.answers(columns).scores.tolist() == [5, 20]
        (private,) = nothing_is_left.iterdir()
        assert sorted(p.name for p in (private / "model").iterdir()) == ["m.bin", "model.onnx"]
        predictor.close()
        before = bench.launch(tmp_path, model).digest
        self.weights_beside(tmp_path / "sub", (2.0, 4.0))
        assert bench.launch(tmp_path, model).digest != before

    def test_weights_below_its_folder(self, bench, tmp_path):
        (tmp_path / "data").mkdir()
        columns = self.weights_beside(tmp_path)
        predictor = bench.predictor(tmp_path, {"path": "m.onnx", "features": ["a", "b"]})
        assert predictor.answers(columns).scores.tolist() == [5, 20]
        predictor.close()

    def test_weights_that_change_after_they_were_digested(self, bench, tmp_path):
        columns = self.weights_beside(tmp_path)
        predictor = bench.predictor(tmp_path, {"path": "m.onnx", "features": ["a", "b"]})
        (tmp_path / "m.bin").write_bytes(b"\0" * 8)
        with pytest.raises(EvidenceError, match="changed") as caught:
            predictor.answers(columns)
        assert caught.value.code == "DC202"

    def test_a_digest_of_the_model_alone_does_not_vouch_for_its_weights(self, bench, tmp_path):
        self.weights_beside(tmp_path / "sub")
        model = {"path": "sub/m.onnx", "features": ["a", "b"]}
        source = bench.source(tmp_path, model)
        with pytest.raises(EvidenceError, match="put both into a folder") as caught:
            bench.launch(tmp_path, {**model, "digest": source.files.digest("sub/m.onnx")})
        assert caught.value.code == "DC202"
        whole = {**model, "path": "sub", "digest": source.files.tree("sub").digest}
        assert bench.launch(tmp_path, whole).kind == "onnx"
        with pytest.raises(EvidenceError, match="changed"):
            bench.launch(tmp_path, {**whole, "digest": "sha256:" + "1" * 64})

    def test_the_digest_is_of_the_model_and_of_how_it_is_asked(self, bench, tmp_path):
        (tmp_path / "m.onnx").write_bytes(identity(F, (None, 2)).SerializeToString())
        (tmp_path / "n.onnx").write_bytes(identity(F, (None, 2)).SerializeToString())

        def digest(path="m.onnx", features=("a", "b"), **more):
            return bench.launch(tmp_path, {"path": path, "features": features, **more}).digest

        same = {digest(), digest("n.onnx"), digest(limits={"seconds": 3})}
        assert len(same) == 1
        assert len({digest(features=("b", "a")), digest(outputs={"class": 0}), *same}) == 3

    def test_a_champion(self, bench, tmp_path):
        (tmp_path / "m.onnx").write_bytes(identity(F).SerializeToString())
        champion = {"model": {"path": "m.onnx"}}
        predictor = bench.predictor(
            tmp_path, {"path": "absent.onnx"}, "champion", champion=champion
        )
        assert predictor.name == "champion"
        assert predictor.answers({"x": np.array([4.0])}).scores.tolist() == [4]
        with pytest.raises(EvidenceError, match="the champion answered"):
            predictor.answers({"x": np.array([np.nan])})
        predictor.close()
        for subject in ("model", "champion"):
            with pytest.raises(RoleError) as caught:
                bench.launch(tmp_path, "none", subject)
            assert caught.value.role == subject

    def test_damaged_models_that_look_sound(self, bench, tmp_path):
        """What passes the look at its structure may still be nonsense; it harms no more than itself."""
        X, y = make_classification(100, 4, random_state=1)
        model = GradientBoostingClassifier(n_estimators=3, random_state=0).fit(
            X.astype(np.float32), y
        )
        whole = to_onnx(
            model, X[:1].astype(np.float32), options={"zipmap": False}
        ).SerializeToString()
        draw, asked = random.Random(5), 0
        while asked < 12:
            data = bytearray(whole)
            for _ in range(3):
                data[draw.randrange(len(data))] = draw.randrange(256)
            (tmp_path / "m.onnx").write_bytes(data)
            try:
                launch = bench.launch(tmp_path, {"path": "m.onnx", "features": NAMES})
            except (EvidenceError, RoleError):
                continue
            asked += 1
            try:
                with launch.start() as running:
                    assert running.ask(columns_of(X)).rows == 100
            except EvidenceError as error:
                assert error.code == "DC204"
