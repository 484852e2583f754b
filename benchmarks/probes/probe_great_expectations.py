"""Great Expectations: an empty suite, a table without rows, a column without values."""

import sys

from _told import answer, tell


def main() -> None:
    import great_expectations as gx
    import pandas as pd

    context = gx.get_context(mode="ephemeral")
    source = context.data_sources.add_pandas("source")
    between = gx.expectations.ExpectColumnValuesToBeBetween(column="x", min_value=0, max_value=1)

    def passes(name: str, values: list[float], asked: object) -> bool:
        table = pd.DataFrame({"x": pd.Series(values, dtype=float)})
        asset = source.add_dataframe_asset(name)
        batch = asset.add_batch_definition_whole_dataframe("all").get_batch({"dataframe": table})
        return bool(batch.validate(asked).success)

    tell(
        {
            "nothing asked": answer(lambda: passes("a", [0.5], gx.ExpectationSuite(name="empty"))),
            "no rows": answer(lambda: passes("b", [], between)),
            "no values": answer(lambda: passes("c", [float("nan")] * 5, between)),
        }
    )


if __name__ == "__main__":
    sys.exit(main())
