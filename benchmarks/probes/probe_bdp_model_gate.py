"""bdp-model-gate: a gate without checks, a table without rows, a column without values."""

import sys

from _told import answer, tell


def main() -> None:
    import numpy as np
    import pandas as pd
    from bdp_model_gate import ModelGate, StructuredGateContext
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(0)
    table = pd.DataFrame(rng.normal(size=(2000, 5)), columns=list("abcde"))
    truth = (rng.random(2000) < 1 / (1 + np.exp(-3 * table["a"]))).astype(int)
    model = LogisticRegression().fit(table, truth)

    def passes(gate: ModelGate, rows: int, *, values: bool = True) -> bool:
        X = table.iloc[:rows]  # noqa: N806 - the name that the tool uses
        answers = model.predict_proba(X)[:, 1] if rows else np.array([])
        y_pred = answers if values else np.full(rows, np.nan)
        context = StructuredGateContext(model=model, X=X, y_true=truth.iloc[:rows], y_pred=y_pred)
        return bool(gate.run(context).gate_status == "PASS")

    tell(
        {
            "nothing asked": answer(lambda: passes(ModelGate(checks=[]), 2000)),
            "no rows": answer(lambda: passes(ModelGate(), 0)),
            "no values": answer(lambda: passes(ModelGate(), 2000, values=False)),
        }
    )


if __name__ == "__main__":
    sys.exit(main())
