"""Deepchecks: its suites for a train and a test set, on data where nothing is wrong."""

from _null import CATEGORICAL, FEATURES, told


def main() -> None:
    import deepchecks
    import numpy as np
    from deepchecks.tabular import Dataset
    from deepchecks.tabular.suites import model_evaluation, train_test_validation

    def dataset(table):
        return Dataset(table[[*FEATURES, "target"]], label="target", cat_features=CATEGORICAL)

    def reasons(result, *, warnings: bool) -> list[str]:
        stops = not result.passed(fail_if_warning=warnings)
        checks = result.get_not_passed_checks(fail_if_warning=warnings)
        return [found.check.name() for found in checks] if stops else []

    def ask(train, test):
        stored = {}
        for name, table in (("train", train), ("test", test)):
            score = table["score"].to_numpy()
            stored[f"y_pred_{name}"] = table["prediction"].to_numpy()
            stored[f"y_proba_{name}"] = np.column_stack([1 - score, score])
        pair = [dataset(train), dataset(test)]
        said = {}
        for name, result in (
            ("train_test_validation", train_test_validation().run(*pair)),
            ("model_evaluation", model_evaluation().run(*pair, **stored)),
        ):
            said[f"`{name}` suite: not `passed()`"] = reasons(result, warnings=True)
            said[f"`{name}` suite: not `passed(fail_if_warning=False)`"] = reasons(
                result, warnings=False
            )
        return said

    told(ask, deepchecks.__version__)


if __name__ == "__main__":
    main()
