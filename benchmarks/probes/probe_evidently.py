"""Evidently: a report of nothing, an empty table, and its drift preset where nothing drifted."""

import sys

from _told import answer, counted, frames, tell


def main(runs: int) -> None:
    from evidently import Report
    from evidently.presets import DataDriftPreset

    def statuses(report: Report, current: object, reference: object) -> list[str]:
        tests = report.run(current, reference).dict()["tests"]
        return [str(test["status"]).rpartition(".")[2] for test in tests]

    def good(told: list[str]) -> bool:
        return not {"FAIL", "ERROR", "WARNING"} & set(told)

    def drift() -> Report:
        return Report([DataDriftPreset()], include_tests=True)

    reference, current = frames(0)
    empty = current.iloc[:0]
    nothing = current.mask(current.notna())

    def alarm(seed: int, rows: int) -> bool:
        before, now = frames(seed, rows)
        return "FAIL" in statuses(drift(), now, before)

    tell(
        {
            "nothing asked": answer(
                lambda: good(statuses(Report([], include_tests=True), current, reference))
            ),
            "no rows": answer(lambda: good(statuses(drift(), empty, reference))),
            "no values": answer(lambda: good(statuses(drift(), nothing, reference))),
            "alarms": counted(alarm, runs),
        }
    )


if __name__ == "__main__":
    main(int(sys.argv[1]))
