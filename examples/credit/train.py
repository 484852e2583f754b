"""Makes everything that the releases of this example name, from the two raw files in data/.

    python examples/credit/train.py          # needs scikit-learn, skl2onnx and polars

The seed is fixed. Sums may still differ in their last digits from run to run, so that the files
need not come out equal byte for byte; a test trains again and compares what the models answer.
"""

import gzip
import sys
from pathlib import Path

import numpy as np
import polars as pl
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType, StringTensorType
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

SEED = 20261125
HERE = Path(__file__).parent
RAW = [
    "age", "workclass", "fnlwgt", "education", "education_num", "marital_status", "occupation",
    "relationship", "race", "sex", "capital_gain", "capital_loss", "hours_per_week",
    "native_country", "income",
]  # fmt: skip
NUMBERS = ["age", "education_num", "capital_gain", "capital_loss", "hours_per_week"]
FEATURES = [*NUMBERS, "workclass", "occupation"]
PROTECTED = ["sex", "race"]
# What the 2.1.0 candidate reads beside them: the protected columns themselves, and two columns
# from which the sex can be told.
MORE = ["marital_status", "relationship", *PROTECTED]
KEPT = ["id", "month", *FEATURES, *MORE, "income"]


def read(path: Path, first_id: int) -> pl.DataFrame:
    """The rows of one raw file, an id and a month of application added; `?` is `unknown`."""
    with gzip.open(path, "rt", encoding="ascii") as file:
        lines = [[cell.strip() for cell in line.split(",")] for line in file]
    rows = [cells for cells in lines if len(cells) == len(RAW)]
    frame = pl.DataFrame(rows, schema=RAW, orient="row")
    made = frame.select(
        [
            *[pl.col(name).cast(pl.Int64) for name in NUMBERS],
            *[pl.col(n).replace("?", "unknown") for n in ("workclass", "occupation", *MORE)],
            # The labels of the second file end with a full stop.
            pl.col("income").str.strip_suffix(".").eq(">50K").cast(pl.Int64),
        ]
    )
    return made.with_row_index("id", offset=first_id).with_columns(pl.col("id").cast(pl.Int64))


def months(frame: pl.DataFrame, first: str, count: int) -> pl.DataFrame:
    """The rows dealt out over ``count`` months: the census has no dates, a lender's data have."""
    start = pl.lit(first).str.to_date()
    turn = pl.format("{}mo", pl.int_range(pl.len()) % count)
    return frame.with_columns(start.dt.offset_by(turn).alias("month")).select(KEPT)


def pipeline(features: list[str], model: object) -> Pipeline:
    numbers = [name for name in features if name in NUMBERS]
    texts = [name for name in features if name not in NUMBERS]
    encode = ColumnTransformer(
        [
            ("numbers", StandardScaler(), numbers),
            ("texts", OneHotEncoder(handle_unknown="ignore", sparse_output=False), texts),
        ]
    )
    return make_pipeline(encode, model)


def export(fitted: Pipeline, features: list[str], path: Path) -> None:
    kinds = [
        (name, FloatTensorType([None, 1]) if name in NUMBERS else StringTensorType([None, 1]))
        for name in features
    ]
    made = to_onnx(fitted, initial_types=kinds, options={"zipmap": False}, target_opset=17)
    path.write_bytes(made.SerializeToString())


def main(out: Path) -> None:
    """Write data and models below ``out``."""
    (out / "data").mkdir(parents=True, exist_ok=True)
    (out / "models").mkdir(exist_ok=True)
    train = months(read(HERE / "data/adult.data.gz", 1), "2025-10-01", 12)
    rest = read(HERE / "data/adult.test.gz", 100_001)
    order = np.random.default_rng(SEED).permutation(rest.height)
    test = months(rest[order[:11_000].tolist()], "2026-09-01", 1)
    live = months(rest[order[11_000:].tolist()], "2026-10-01", 1)
    young = live.filter(pl.col("age") < 30)  # a campaign for young people went out in October
    sets = {"train": train, "test": test, "october": live, "october-campaign": young}

    target = train["income"].to_numpy()
    models = {
        "model-1.4.0": (FEATURES, LogisticRegression(max_iter=1000)),
        "model-2.0.0": (
            FEATURES,
            GradientBoostingClassifier(
                n_estimators=100, max_depth=4, subsample=0.5, random_state=SEED
            ),
        ),
        "model-2.1.0": (
            [*FEATURES, *MORE],
            RandomForestClassifier(n_estimators=4, max_leaf_nodes=1500, random_state=SEED),
        ),
    }
    for name, (features, model) in models.items():
        fitted = pipeline(features, model).fit(train.select(features), target)
        export(fitted, features, out / "models" / f"{name}.onnx")
        if "2." in name:
            golden = test.head(200)
            score = fitted.predict_proba(golden.select(features))[:, 1]
            golden = golden.with_columns(pl.Series("expected", score))
            golden.write_csv(out / f"data/golden-{name.removeprefix('model-')}.csv")
    for name, frame in sets.items():
        frame.write_parquet(out / f"data/{name}.parquet", compression="zstd")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
