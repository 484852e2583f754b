"""Which columns hold what a model answered: its predictions and its scores."""

from collections.abc import Iterator

from deploycheck.evidence.coded import label_text
from deploycheck.scaffold.found import Column, Proposal
from deploycheck.scaffold.looking.columns import Look
from deploycheck.scaffold.looking.walk import shown, words

__all__ = ["PREDICTED", "predicted_of", "predictions", "scores"]

PREDICTED = {"pred", "preds", "predicted", "prediction", "predictions", "yhat", "forecast"}
_ALONE = {"pred", "predicted", "prediction", "yhat", "y hat", "y pred", "predicted label",
          "predicted class", "pred label", "model prediction"}  # fmt: skip
_SCORED = {"score", "proba", "prob", "probability", "probabilities", "likelihood", "propensity"}
_SCORE_ALONE = {"score", "proba", "prob", "probability", "y score", "y proba", "y prob", "p 1",
                "model score", "pred proba", "predicted probability", "proba 1", "p"}  # fmt: skip
# Scores of somebody else, that a model reads.
_FOREIGN = {"credit", "fico", "bureau", "external", "ext", "exam", "test", "gpa", "text", "review"}
_FEW = 20
_NUMBERS = {"integer", "float"}


def predictions(
    look: Look, target: Column | None, notes: list[str], *, settled: bool
) -> Iterator[Proposal]:
    """Columns that may hold the prediction, in the coding of the target.

    Sure is the only one whose whole name says it, such as ``y_pred`` or ``predicted_`` with the
    target's name, if it has the target's values.

    :param settled: whether the target is sure; nothing else can be where it is not.
    :param notes: gets a sentence for each that is named so and has other values.
    """
    found: list[tuple[Column, bool]] = []
    for column in look.columns:
        said = words(column.name)
        if column is target or not (PREDICTED & set(said) or "y hat" in " ".join(said)):
            continue
        if _SCORED & set(said) or column.kind in {"date", "datetime", "other"}:
            continue
        if target is None or _same_coding(column, target, notes, look):
            found.append((column, _is_whole(column, target)))
    found.sort(key=lambda each: not each[1])
    whole = [column for column, named in found if named]
    for column, named in found[:5]:
        sure = settled and named and len(whole) == 1
        like = f" and has the values of {shown(target.name)}" if target is not None else ""
        yield Proposal("prediction", column.name, f"its name says that it is predicted{like}", sure)


def predicted_of(column: Column) -> tuple[str, ...]:
    """What a column is a prediction of, by its name: the words of it, none where it is none."""
    said = words(column.name)
    rest = tuple(word for word in said if word not in PREDICTED)
    return rest if len(rest) < len(said) else ()


def _is_whole(column: Column, target: Column | None) -> bool:
    """Whether nothing but a prediction of the target is named so."""
    if " ".join(words(column.name)) in _ALONE:
        return True
    return target is not None and predicted_of(column) == words(target.name)


def _same_coding(column: Column, target: Column, notes: list[str], look: Look) -> bool:
    """Whether the values are some of the target's; numbers where the target has many numbers."""
    if target.kind in _NUMBERS and target.distinct > _FEW:
        return column.kind in _NUMBERS
    if not target.values:
        return column.kind == target.kind
    if not column.values and column.name in look.ranges and _is_probability(column, look):
        return False  # a score by the name of a prediction
    known = {label_text(value) for value, _ in target.values}
    odd = [label_text(value) for value, _ in column.values if label_text(value) not in known]
    if column.values and not odd:
        return True
    told = f"such as {shown(odd[0])}" if odd else f"{column.distinct:,} in all"
    notes.append(
        f"{shown(column.name)} is named like a prediction and has other values than "
        f"{shown(target.name)}, {told}: write both in one coding"
    )
    return False


def scores(
    look: Look, target: Column | None, taken: set[str], *, settled: bool
) -> Iterator[Proposal]:
    """Columns that may hold the score of the positive value, the likeliest first.

    Sure is the only one that is named a score or a probability by its whole name, or with the
    target's, and lies within 0 and 1.

    :param taken: columns that have a role already.
    :param settled: as for :func:`predictions`.
    """
    found = [each for c in look.columns if (each := _scored(c, look, target, taken)) is not None]
    found = [each for each in found if each[1] > 0]
    found.sort(key=lambda each: (-each[1], len(each[0].name)))
    sure = [column for column, rank, _ in found if rank >= _SURE]
    for column, _, why in found[:5]:
        yield Proposal("score", column.name, why, settled and sure == [column])


_SURE, _NAMED, _OTHER = 3, 2, 1


def _scored(
    column: Column, look: Look, target: Column | None, taken: set[str]
) -> tuple[Column, int, str] | None:
    said = words(column.name)
    named = bool(_SCORED & set(said)) or said[:1] == ("p",)
    predicted = bool(PREDICTED & set(said)) and column.kind == "float" and not column.values
    if column is target or column.name in taken or not (named or predicted):
        return None
    if column.name not in look.ranges or column.distinct < 2:
        return None
    low, high = look.ranges[column.name]
    if not _is_probability(column, look):
        why = f"its name says score; it goes from {low:g} to {high:g}, so say the threshold"
        return (column, _OTHER - bool(_FOREIGN & set(said)), why) if named else None
    rest = tuple(word for word in said if word not in _SCORED | PREDICTED | {"p", "y"})
    of_target = target is not None and rest == words(target.name)
    whole = " ".join(said) in _SCORE_ALONE or of_target
    rank = _SURE if whole and column.kind == "float" and target is not None else _NAMED
    what = "its name says score" if named else "it is named like a prediction"
    return column, rank - 2 * bool(_FOREIGN & set(said)), f"{what}, and it lies within 0 and 1"


def _is_probability(column: Column, look: Look) -> bool:
    low, high = look.ranges[column.name]
    return low >= 0 and high <= 1 and (column.kind == "float" or column.distinct == 2)
