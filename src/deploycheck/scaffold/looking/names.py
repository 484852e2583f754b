"""What the name of a data file says it is for, with the reason."""

from deploycheck.scaffold.found import DataRole
from deploycheck.scaffold.looking.walk import Entry, words

__all__ = ["answers_apart", "features_apart", "likeliest", "role_of"]

# The best test set first: a validation set may have been used for tuning.
_TEST = (
    "test", "testing", "holdout", "oot", "heldout", "eval", "evaluation", "validation", "valid",
    "val",
)  # fmt: skip
_TRAIN = ("train", "training", "fit")
_PRODUCTION = ("production", "prod", "serving", "live", "current", "inference")
_ROLES: tuple[tuple[DataRole, tuple[str, ...]], ...] = (
    ("test", _TEST),
    ("train", _TRAIN),
    ("production", _PRODUCTION),
)
_TUNED = {"validation", "valid", "val"}
_FIXTURES = {"tests", "fixtures", "testdata", "testing", "docs", "examples"}
_ANSWERS = {"y", "label", "labels", "target", "targets", "answers"}


def role_of(entry: Entry) -> tuple[DataRole, str]:
    """What the file is for by its own name, else by the folder that it lies in."""
    *folders, _ = entry.path.split("/")
    for text, where in ((entry.stem, "its name"), *((f, "its folder") for f in folders[::-1])):
        if where == "its folder" and text.lower() in _FIXTURES:
            continue  # `tests` holds what tests a program
        found = _said(text)
        if len(found) > 1:
            return "other", f"{where} says both {' and '.join(found.values())}"
        for role, word in found.items():
            tuned = "; one that was used for tuning shows too much" if word in _TUNED else ""
            return role, f"{where} says {word}{tuned}"
    return "other", "its name says neither test, train nor production"


def _said(text: str) -> dict[DataRole, str]:
    """The roles that a name says, each with the word that says it."""
    said = words(text)
    joined = "".join(said)
    made: dict[DataRole, str] = {}
    for role, known in _ROLES:
        word = next((w for w in known if w in said or w == joined), None)
        if word is not None:
            made[role] = word
    return made


def likeliest(entry: Entry) -> tuple[object, ...]:
    """A key that puts first what is likeliest a project's own test, training or production data."""
    parts = [part.lower() for part in entry.path.split("/")[:-1]]
    role, _ = role_of(entry)
    said = words(entry.path)
    rank = next((at for at, word in enumerate(_TEST) if word in said), len(_TEST))
    order = ("test", "other", "production", "train").index(role)
    return (
        any(part in _FIXTURES for part in parts),
        role == "other",
        order,
        answers_apart(entry) or features_apart(entry),
        rank,
        entry.depth,
        entry.path,
    )


def answers_apart(entry: Entry) -> bool:
    """Whether the name says that only the outcome is in there, as in ``y_test.csv``."""
    return bool(_ANSWERS & set(words(entry.stem)))


def features_apart(entry: Entry) -> bool:
    """Whether the name says that the outcome is not in there, as in ``X_test.csv``."""
    return bool({"x", "features"} & set(words(entry.stem)))
