"""A release in a folder, and evidence made from it as the engine makes it."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from deploycheck.authoring.collector import Source
from deploycheck.authoring.files import Files
from deploycheck.authoring.params import NoParams
from deploycheck.collectors.predictions import StoredPredictions
from deploycheck.collectors.table import TableFile
from deploycheck.model.release import Release

NONE = NoParams()


@dataclass
class Bench:
    """Writes files into ``root`` and collects from them."""

    root: Path

    def source(self, subject="test", asked=(), **release):
        told = {"release": "r", "version": "1", **release}
        return Source(Release.model_validate(told), subject, Files(self.root), asked)

    def write(self, name, data):
        place = self.root / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data if isinstance(data, bytes) else data.encode())
        return name

    def data(self, path, **spec):
        return self.source(data={"test": {"path": path, **spec}})

    def table(self, source):
        description = TableFile.describe(source, NONE)
        table = TableFile.collect(source, NONE)
        assert description.columns == table.columns
        assert description.digest == table.digest
        return table

    def predictions(self, source):
        description = StoredPredictions.describe(source, NONE)
        made = StoredPredictions.collect(source, NONE, table=self.table(source))
        assert description.digest == made.digest
        return made

    def predict(self, text, asked=(), *, release=None, spec=None, **columns):
        """Predictions made of CSV text and the release's ``columns``."""
        data = {"test": {"path": self.write("t.csv", text), **(spec or {})}}
        source = self.source("test", asked, data=data, columns=columns, **(release or {}))
        return self.predictions(source)


@pytest.fixture
def bench(tmp_path):
    return Bench(tmp_path)
