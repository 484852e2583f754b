"""Policy-as-code release gates for machine-learning models, with stated error rates."""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from deploycheck.authoring.checker import Checker, checker
    from deploycheck.authoring.clock import AsOf
    from deploycheck.authoring.collector import Collector, Description, Source, collector
    from deploycheck.authoring.errors import EvidenceError, Undecidable
    from deploycheck.authoring.estimates import (
        Auc,
        AucDifference,
        BoundedMean,
        ChiSquared,
        Count,
        Difference,
        Distance,
        Estimate,
        Group,
        Mean,
        Member,
        Paired,
        Proportion,
        Quantile,
        Range,
        Ratio,
        RatioRange,
        Resampled,
        Smooth,
        Spread,
        Statistic,
        Undefined,
    )
    from deploycheck.authoring.figures import Bar, Bars, Curve, Distribution, Point
    from deploycheck.authoring.groups import GroupParams
    from deploycheck.authoring.hookspecs import hookimpl
    from deploycheck.authoring.measure import Measure
    from deploycheck.authoring.packs import PolicyPack
    from deploycheck.authoring.params import Column, Columns, From, Params
    from deploycheck.authoring.reporter import Reporter, reporter
    from deploycheck.authoring.requests import Counts, Duplicates, Shared, TopTwo, Values
    from deploycheck.authoring.sampling import Chosen, Sampling
    from deploycheck.authoring.seed import Seed
    from deploycheck.evidence.approval import Approval
    from deploycheck.evidence.attributions import Attributions
    from deploycheck.evidence.card import Card
    from deploycheck.evidence.environment import Environment
    from deploycheck.evidence.examples import Examples
    from deploycheck.evidence.lineage import Lineage
    from deploycheck.evidence.manifest import Manifest
    from deploycheck.evidence.model_file import ModelFile
    from deploycheck.evidence.predictions import Predictions
    from deploycheck.evidence.predictor import Answers, Predictor
    from deploycheck.evidence.project_files import ProjectFiles
    from deploycheck.evidence.samples import Samples
    from deploycheck.evidence.scores import Scores
    from deploycheck.evidence.table import Table
    from deploycheck.evidence.targets import Targets
    from deploycheck.evidence.timings import Timings
    from deploycheck.model.decision import Decision
    from deploycheck.model.release import Release
    from deploycheck.model.verdict import Verdict

# Public names are resolved when they are asked for (PEP 562): the pytest plugin is imported by
# every pytest run of every project it is installed in, and must not pay for pydantic.
_HOMES = {
    "authoring.checker": ("Checker", "checker"),
    "authoring.clock": ("AsOf",),
    "authoring.collector": ("Collector", "Description", "Source", "collector"),
    "authoring.errors": ("EvidenceError", "Undecidable"),
    "authoring.estimates": (
        "Auc",
        "AucDifference",
        "BoundedMean",
        "ChiSquared",
        "Count",
        "Difference",
        "Distance",
        "Estimate",
        "Group",
        "Mean",
        "Member",
        "Paired",
        "Proportion",
        "Quantile",
        "Range",
        "Ratio",
        "RatioRange",
        "Resampled",
        "Smooth",
        "Spread",
        "Statistic",
        "Undefined",
    ),
    "authoring.figures": ("Bar", "Bars", "Curve", "Distribution", "Point"),
    "authoring.groups": ("GroupParams",),
    "authoring.hookspecs": ("hookimpl",),
    "authoring.measure": ("Measure",),
    "authoring.packs": ("PolicyPack",),
    "authoring.params": ("Column", "Columns", "From", "Params"),
    "authoring.reporter": ("Reporter", "reporter"),
    "authoring.requests": ("Counts", "Duplicates", "Shared", "TopTwo", "Values"),
    "authoring.sampling": ("Chosen", "Sampling"),
    "authoring.seed": ("Seed",),
    "evidence.approval": ("Approval",),
    "evidence.attributions": ("Attributions",),
    "evidence.card": ("Card",),
    "evidence.environment": ("Environment",),
    "evidence.examples": ("Examples",),
    "evidence.lineage": ("Lineage",),
    "evidence.manifest": ("Manifest",),
    "evidence.model_file": ("ModelFile",),
    "evidence.predictions": ("Predictions",),
    "evidence.predictor": ("Answers", "Predictor"),
    "evidence.project_files": ("ProjectFiles",),
    "evidence.samples": ("Samples",),
    "evidence.scores": ("Scores",),
    "evidence.table": ("Table",),
    "evidence.targets": ("Targets",),
    "evidence.timings": ("Timings",),
    "model.decision": ("Decision",),
    "model.release": ("Release",),
    "model.verdict": ("Verdict",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__version__ = "0.1.0"
# Written out, so that type checkers know what is exported.
__all__ = [
    "Answers",
    "Approval",
    "AsOf",
    "Attributions",
    "Auc",
    "AucDifference",
    "Bar",
    "Bars",
    "BoundedMean",
    "Card",
    "Checker",
    "ChiSquared",
    "Chosen",
    "Collector",
    "Column",
    "Columns",
    "Count",
    "Counts",
    "Curve",
    "Decision",
    "Description",
    "Difference",
    "Distance",
    "Distribution",
    "Duplicates",
    "Environment",
    "Estimate",
    "EvidenceError",
    "Examples",
    "From",
    "Group",
    "GroupParams",
    "Lineage",
    "Manifest",
    "Mean",
    "Measure",
    "Member",
    "ModelFile",
    "Paired",
    "Params",
    "Point",
    "PolicyPack",
    "Predictions",
    "Predictor",
    "ProjectFiles",
    "Proportion",
    "Quantile",
    "Range",
    "Ratio",
    "RatioRange",
    "Release",
    "Reporter",
    "Resampled",
    "Samples",
    "Sampling",
    "Scores",
    "Seed",
    "Shared",
    "Smooth",
    "Source",
    "Spread",
    "Statistic",
    "Table",
    "Targets",
    "Timings",
    "TopTwo",
    "Undecidable",
    "Undefined",
    "Values",
    "Verdict",
    "__version__",
    "checker",
    "collector",
    "hookimpl",
    "reporter",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module 'deploycheck' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"deploycheck.{_HOME_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
