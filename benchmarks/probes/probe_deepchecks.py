"""Deepchecks: an empty suite, an empty table, and its drift checks where nothing drifted."""

import sys

from _told import answer, counted, frames, tell


def main(runs: int) -> None:
    from deepchecks.tabular import Dataset, Suite
    from deepchecks.tabular.checks import FeatureDrift
    from deepchecks.tabular.suites import data_integrity

    def dataset(table: object) -> Dataset:
        return Dataset(table, cat_features=[])

    def drift(reference: object, current: object) -> bool:
        check = FeatureDrift().add_condition_drift_score_less_than()
        suite = Suite("drift", check)
        return bool(suite.run(dataset(reference), dataset(current)).passed())

    reference, current = frames(0)
    nothing = current.mask(current.notna())
    tell(
        {
            "nothing asked": answer(lambda: bool(Suite("empty").run(dataset(reference)).passed())),
            "no rows": answer(lambda: drift(reference, current.iloc[:0])),
            "no values": answer(lambda: bool(data_integrity().run(dataset(nothing)).passed())),
            "alarms": counted(lambda seed, rows: not drift(*frames(seed, rows)), runs),
        }
    )


if __name__ == "__main__":
    main(int(sys.argv[1]))
