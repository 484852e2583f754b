"""Evidently: its presets with their tests by default, on data where nothing is wrong."""

from _null import CATEGORICAL, FEATURES, NUMERIC, told


def main() -> None:
    import evidently
    from evidently import BinaryClassification, DataDefinition, Dataset, Report
    from evidently.presets import ClassificationPreset, DataDriftPreset

    columns = DataDefinition(numerical_columns=NUMERIC, categorical_columns=CATEGORICAL)
    labels = DataDefinition(
        classification=[
            BinaryClassification(
                target="target", prediction_labels="prediction", prediction_probas="score"
            )
        ],
        numerical_columns=["score"],
        categorical_columns=["target", "prediction"],
    )

    def failed(preset, definition, names, train, test) -> list[str]:
        reference, current = (
            Dataset.from_pandas(table[names], data_definition=definition) for table in (train, test)
        )
        tests = Report([preset], include_tests=True).run(current, reference).dict()["tests"]
        if not tests:
            raise SystemExit("the preset has no tests")
        # "FPR metric: Equal 0.074 ± 0.015": the numbers are those of one run.
        wrong = [t["name"] for t in tests if str(t["status"]).endswith(("FAIL", "ERROR"))]
        return [name.partition(" metric:")[0] for name in wrong]

    def ask(train, test):
        drift = failed(DataDriftPreset(), columns, FEATURES, train, test)
        names = ["target", "prediction", "score"]
        quality = failed(ClassificationPreset(), labels, names, train, test)
        share = [name for name in drift if name.lower().startswith("share of drifted")]
        return {
            "`DataDriftPreset`, tests on: any test FAIL": drift,
            "`DataDriftPreset`, tests on: the test of the share of drifted columns FAIL": share,
            "`ClassificationPreset`, tests on: any test FAIL": quality,
        }

    told(ask, evidently.__version__)


if __name__ == "__main__":
    main()
