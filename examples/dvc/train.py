"""Draws applicants, trains a tree and exports it: ``model.onnx`` and the data it was made with."""

from pathlib import Path

import numpy as np
import yaml
from skl2onnx import to_onnx
from sklearn.tree import DecisionTreeClassifier

FEATURES = ("age", "income", "debt")


def applicants(draw: np.random.Generator, rows: int) -> dict[str, np.ndarray]:
    """Made-up applicants, of whom those with much debt for their income default more often."""
    made = {
        "age": draw.integers(18, 80, rows),
        "income": draw.lognormal(10.3, 0.5, rows).round(),
        "debt": draw.lognormal(8.5, 1.0, rows).round(),
        "sex": draw.choice(["f", "m"], rows),
    }
    odds = np.exp(8 * made["debt"] / made["income"] - 0.06 * (made["age"] - 18) - 1)
    made["defaulted"] = (draw.random(rows) < odds / (1 + odds)).astype(int)
    return made


def write(path: Path, columns: dict[str, np.ndarray]) -> None:
    """Write columns as CSV."""
    rows = zip(*columns.values(), strict=True)
    lines = [",".join(columns), *(",".join(map(str, row)) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    """Make the data sets and the model, by the parameters of ``params.yaml``."""
    given = yaml.safe_load(Path("params.yaml").read_text(encoding="utf-8"))["train"]
    draw = np.random.default_rng(given["seed"])
    train, test = (applicants(draw, given["rows"]) for _ in range(2))
    Path("data").mkdir(exist_ok=True)
    write(Path("data/train.csv"), train)
    write(Path("data/test.csv"), test)
    inputs = np.column_stack([train[name] for name in FEATURES]).astype(np.float32)
    model = DecisionTreeClassifier(max_depth=given["depth"], random_state=given["seed"])
    model.fit(inputs, train["defaulted"])
    exported = to_onnx(model, inputs[:1], options={"zipmap": False})
    Path("model.onnx").write_bytes(exported.SerializeToString())


if __name__ == "__main__":
    main()
