"""The exact enumeration that the published coverage tables are made with."""

import importlib.util
import sys
from pathlib import Path

import pytest

COVERAGE = Path(__file__).parents[2] / "benchmarks" / "coverage"


@pytest.fixture(scope="session")
def enumeration():
    name = "benchmark_coverage_enumeration"
    spec = importlib.util.spec_from_file_location(name, COVERAGE / "enumeration.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
