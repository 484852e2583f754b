"""A metric that a policy names: one function of scikit-learn or fairlearn, and no other code.

What a policy names is imported and run. So a name is taken only where it is a public function of
one of two known modules that takes true and predicted values and nothing else that is required.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module
from typing import Any

from deploycheck.authoring.errors import EvidenceError, needed

MODULES = ("sklearn.metrics", "fairlearn.metrics")
NAME = re.compile(
    rf"(?:(?P<module>{'|'.join(map(re.escape, MODULES))})\.)?(?P<name>[a-z][a-z0-9_]*)"
)
# Of these the second argument is a score, whatever it is called.
SCORED = frozenset({
    "roc_auc_score",
    "average_precision_score",
    "brier_score_loss",
    "log_loss",
    "d2_log_loss_score",
    "d2_brier_score",
    "hinge_loss",
})  # fmt: skip
# The largest of all rows has no bounds that follow from a sample.
UNBOUNDED = frozenset({"max_error"})
FIRST = frozenset({"y_true", "y1", "labels_true"})
SECOND = frozenset({"y_pred", "y_score", "y_prob", "y_proba", "pred_decision", "y2", "labels_pred"})
SHOWN = 160  # characters of what a library says


@dataclass(frozen=True)
class ImportedMetric:
    """A metric as a function of true and predicted values.

    :param name: its dotted name.
    :param function: what is called with them.
    :param reads_scores: whether it reads scores; else labels, or the numbers of a regression.
    :param weighs: whether it takes a weight for each row.
    """

    name: str
    function: Callable[..., Any]
    reads_scores: bool
    weighs: bool

    def __call__(self, true: Any, predicted: Any, weights: Any = None) -> float:
        """The metric, or NaN where it is not defined for these rows.

        :param weights: of each row, where it :attr:`weighs`.
        :raises EvidenceError: it answers something else than one number.
        """
        import warnings

        from sklearn.exceptions import UndefinedMetricWarning

        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            try:
                more = {} if weights is None else {"sample_weight": weights}
                value = self.function(true, predicted, **more)
            except TypeError as error:  # scikit-learn's word for an argument that it does not take
                raise EvidenceError(
                    f"{self.name}: {str(error)[:200]}", "mend `arguments`", "DC203"
                ) from None
            except (ValueError, ZeroDivisionError):
                return float("nan")
        if any(issubclass(each.category, UndefinedMetricWarning) for each in told):
            return float("nan")  # else nothing to divide by reads as 0, and a gap as 1
        try:
            return float(value)
        except (TypeError, ValueError):
            raise EvidenceError(
                f"{self.name} answers a {type(value).__name__}, not one number",
                "name a metric of one number, or say in `arguments` how it averages",
                "DC203",
            ) from None

    def unsaid(self, true: Any, predicted: Any) -> str:
        """Why the metric is not defined for these rows, as the library says it."""
        import warnings

        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            try:
                self.function(true, predicted)
            except (ValueError, ZeroDivisionError) as error:
                return " ".join(str(error).split())[:SHOWN]
        words = [" ".join(str(each.message).split()) for each in told]
        return words[0][:SHOWN] if words else "it is no finite number"


def metric_name(text: str) -> str:
    """``text`` where it can name a metric.

    :raises ValueError: another module, or a name that is private or no name.
    """
    if NAME.fullmatch(text) is None:
        raise ValueError(
            f"{text[:80]!r}: a metric is a function of {' or '.join(MODULES)}, as "
            "sklearn.metrics.f1_score or f1_score"
        )
    return text


def imported_metric(text: str, arguments: Mapping[str, Any]) -> ImportedMetric:
    """The metric that ``text`` names, with the arguments it is called with.

    :param arguments: keyword arguments beside true and predicted values.
    :raises EvidenceError: fairlearn is not installed (``DC206``), there is no such metric, or it
        needs or knows other arguments (``DC203``).
    """
    found = NAME.fullmatch(metric_name(text))
    given, name = (found["module"], found["name"]) if found else (None, text)
    modules = [_module(module) for module in (MODULES if given is None else (given,))]
    for module in modules:
        function = getattr(module, name, None) if name in module.__all__ else None
        if inspect.isfunction(function):
            dotted = f"{module.__name__}.{name}"
            return _bound(dotted, function, dict(arguments), name in SCORED)
    known = sorted({each for module in modules for each in module.__all__})
    near = get_close_matches(name, known, n=1, cutoff=0.6)
    hint = f"did you mean {near[0]}?" if near else "see the documentation of scikit-learn"
    raise EvidenceError(f"there is no metric {text}", hint, "DC203")


def _module(name: str) -> Any:
    """One of the known modules; never one that only a policy names."""
    try:
        return import_module(name)
    except ImportError:
        raise needed("fairlearn", "fairness", "a metric by group") from None


def _bound(
    name: str, function: Callable[..., Any], arguments: dict[str, Any], scored: bool
) -> ImportedMetric:
    parameters = list(inspect.signature(function).parameters.values())
    names = [each.name for each in parameters]
    if len(names) < 2 or names[0] not in FIRST or names[1] not in SECOND:
        raise EvidenceError(
            f"{name} is no metric of true and predicted values", "name another function", "DC203"
        )
    if names[0] in FIRST and name.rpartition(".")[2] in UNBOUNDED:
        raise EvidenceError(
            f"{name} is an extreme of all rows, which has no bounds", "name a mean", "DC203"
        )
    allowed = [each for each in names[2:] if each != "sample_weight"]
    if unknown := sorted(set(arguments) - set(allowed)):
        raise EvidenceError(
            f"{name} knows no argument {unknown[0]}", f"it knows {', '.join(allowed)}", "DC203"
        )
    empty = inspect.Parameter.empty
    variable = {inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL}
    for each in parameters[2:]:
        if each.default is empty and each.kind not in variable and each.name not in arguments:
            raise EvidenceError(
                f"{name} needs the argument {each.name}", "write it in `arguments`", "DC203"
            )

    def metric(true: Any, predicted: Any, **more: Any) -> Any:
        return function(true, predicted, **arguments, **more)

    return ImportedMetric(name, metric, scored, "sample_weight" in names)
