"""Models at work in real processes, and proof that none of them is left behind."""

import gc
import tempfile
from pathlib import Path

import pytest

from deploycheck.authoring.collector import Source
from deploycheck.authoring.files import Files
from deploycheck.authoring.params import NoParams
from deploycheck.collectors.predictor import ModelProcess
from deploycheck.model.release import Release
from deploycheck.sandbox.launch import launch_of

NONE = NoParams()


class Bench:
    """Makes sources, launches and predictors of models as the engine does."""

    models = Path(__file__).parent / "models"

    def source(self, root, model, subject="model", **more):
        told = {"release": "r", "version": "1", "model": model, **more}
        return Source(Release.model_validate(told), subject, Files(Path(root)))

    def launch(self, root, model, subject="model", **more):
        return launch_of(self.source(root, model, subject, **more))

    def predictor(self, root, model, subject="model", **more):
        return ModelProcess.collect(self.source(root, model, subject, **more), NONE)

    def children(self):
        """Processes that this one has started and not waited for, ended ones too."""
        tasks = Path("/proc/self/task").iterdir()
        return sorted({n for task in tasks for n in (task / "children").read_text().split()})


@pytest.fixture(scope="session")
def bench():
    return Bench()


def open_files():
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.fixture(scope="module", autouse=True)
def nothing_is_left(tmp_path_factory, bench):
    """No process, no folder and no open file stays of what a module of tests has started."""
    folder = tmp_path_factory.mktemp("private")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(folder))
        before, opened = bench.children(), open_files()
        yield folder
        assert bench.children() == before
        assert list(folder.iterdir()) == []
        gc.collect()
        assert open_files() <= opened + 2
