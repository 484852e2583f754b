"""How many rows stand behind a number, in words."""

from deploycheck.engine.wording import quantity
from deploycheck.model.measurement import Measurement


def row_count(m: Measurement, unit: str = "") -> str:
    """The rows, and how many independent ones they are worth where that is fewer.

    Empty where a number is of no rows: "400, worth 212", or in a sentence (``unit="rows"``) "400
    rows, worth 212 independent ones".
    """
    if m.n is None:
        return ""
    text = quantity(m.n, unit)
    if m.n_effective is None:
        return text
    worth = f"{text}, worth {quantity(round(m.n_effective, 1))}"
    return f"{worth} independent ones" if unit else worth
