"""How a measure varies from sample to sample, so that rows and power can be planned for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from deploycheck.authoring.errors import DefinitionError

Model = Literal[
    "proportion",  # hits of rows
    "jaccard",  # TP / (TP + FP + FN)
    "f1",  # 2p / (1 + p) of p = TP / (TP + FP + FN)
    "balanced",  # (recall + specificity) / 2
    "difference",  # of the rates of two data sets
    "range",  # largest minus smallest rate over groups
    "ratio_range",  # smallest divided by largest rate over groups
    "paired",  # difference of two rates on the same rows
    "auc",  # area under the ROC curve
    "auc_difference",  # difference of two such areas on the same rows
    "mean",  # mean of numbers
    "smooth",  # a smooth function of means, or anything else whose error shrinks with the root
]
_OF_ALL = frozenset({"jaccard", "f1", "balanced", "auc", "auc_difference"})
Counted = Literal["rows", "positives", "negatives", "predicted", "not_predicted"]


@dataclass(frozen=True)
class Sampling:
    """The sampling model of a measure: which rows it counts, and how.

    :param model: how the number is made of what is counted.
    :param of: the rows that are the denominator; of two, the worse of both rates counts.
    :param by: whether there is a number in each group, or one that compares them, where the checker
        takes the parameters of groups (``by``, ``min_n`` and so on).
    :param data: arguments of the checker that the rows come from; by default its first data set.
    :raises DefinitionError: a word that is none of those there are.
    """

    model: Model
    of: Counted | tuple[Counted, ...] = "rows"
    by: bool = True
    data: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        of = self.of if isinstance(self.of, tuple) else (self.of,)
        for word, known in ((self.model, Model), *((each, Counted) for each in of)):
            if word not in get_args(known):
                raise DefinitionError(f"unknown {word!r}; one of {', '.join(get_args(known))}")

    @property
    def counted(self) -> tuple[Counted, ...]:
        """The denominators, each of which is judged; all rows where a model takes both classes."""
        if self.model in _OF_ALL:
            return ("rows",)
        return self.of if isinstance(self.of, tuple) else (self.of,)


@dataclass(frozen=True)
class Chosen:
    """A sampling model that a parameter of the checker chooses.

    :param parameter: name of the parameter.
    :param models: the model of each of its values; a value that is not there has none.
    """

    parameter: str
    models: Mapping[str, Sampling]
