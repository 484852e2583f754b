"""bdp-model-gate: its gate with its default thresholds, on a release where nothing is wrong."""

from _null import FEATURES, told

CARD = {
    "legal_basis": "consent",
    "data_minimization_justification": "every column is needed",
    "training_data_source": "drawn",
    "use_case": "simulation",
    "validation_strategy": "random_split",
    "explainability_method": "none needed",
}


class Stored:
    """A model that answers with what is stored for a row, whatever its columns say."""

    def __init__(self, table) -> None:
        self.table = table
        self.feature_names_in_ = FEATURES

    def predict(self, rows):
        return self.table.loc[rows.index, "prediction"].to_numpy()

    def predict_proba(self, rows):
        import numpy as np

        score = self.table.loc[rows.index, "score"].to_numpy()
        return np.column_stack([1 - score, score])


def main() -> None:
    import bdp_model_gate
    from bdp_model_gate import Champion, ModelGate, StructuredGateContext

    def ask(train, test):
        found = ModelGate().run(
            StructuredGateContext(
                model=Stored(test),
                X=test[FEATURES],
                y_true=test["target"],
                y_pred=test["score"].to_numpy(),
                protected_df=test[["group"]],
                X_train=train[FEATURES],
                model_card=CARD,
                champion=Champion(predictions=test["champion_score"].to_numpy()),
            )
        )
        flags = [(f"{flag.check_name} {flag.flag}", flag.blocking) for flag in found.flags]
        return {
            "`ModelGate().run(…)` with a champion: BLOCKED": [f for f, blocks in flags if blocks],
            "`ModelGate().run(…)` with a champion: BLOCKED or NEEDS_REVIEW": [f for f, _ in flags],
        }

    told(ask, bdp_model_gate.__version__)


if __name__ == "__main__":
    main()
