"""Models at work in real processes, and proof that none of them is left behind."""

import os
import tempfile
from pathlib import Path

import pytest

from deploycheck.authoring.collector import Source
from deploycheck.authoring.files import Files
from deploycheck.authoring.params import NoParams
from deploycheck.collectors.predictor import ModelProcess
from deploycheck.model.release import Release

NONE = NoParams()
MODELS = Path(__file__).parent / "models"


def source_of(root, model, subject="model", **more):
    """A source as the engine makes it."""
    told = {"release": "r", "version": "1", "model": model, **more}
    return Source(Release.model_validate(told), subject, Files(Path(root)))


def predictor_of(root, model, subject="model", **more):
    return ModelProcess.collect(source_of(root, model, subject, **more), NONE)


def children():
    """Processes that this one has started and not waited for, those that have ended too."""
    tasks = Path("/proc/self/task").iterdir()
    return sorted({n for task in tasks for n in (task / "children").read_text().split()})


@pytest.fixture(scope="module", autouse=True)
def nothing_is_left(tmp_path_factory):
    """No process, no folder and no open file stays of what a module of tests has started."""
    folder = tmp_path_factory.mktemp("private")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(folder))
        before, opened = children(), len(os.listdir("/proc/self/fd"))
        yield folder
        assert children() == before
        assert list(folder.iterdir()) == []
        assert len(os.listdir("/proc/self/fd")) <= opened + 2
