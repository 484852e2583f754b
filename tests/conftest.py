"""Small projects on disk, and an environment in which a toy plugin is really installed."""

import json
import os
import subprocess
import sys
import sysconfig
import textwrap
from collections.abc import Mapping
from pathlib import Path

import pytest

os.environ.pop("GITHUB_ACTIONS", None)  # what is compared has no annotations in it
os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # tests connect to nobody, onnxruntime in them included

RELEASE = """
release: toy
version: "1.0"
task: binary_classification
data: {test: {path: data.csv}}
columns: {target: label, prediction: call, positive: 1, favourable: 1, protected: [g]}
"""
ROWS = "id,g,label,call\n" + "".join(
    f"{i},{'a' if i % 2 else 'b'},{int(i % 10 < 5)},{int(i % 10 < 5)}\n" for i in range(400)
)
CONTROL = """
  - id: {id}
    title: {title}
    check: {check}
    {extra}
    require: {require}
    severity: high
    enforcement: {enforcement}
"""


class Project:
    """A folder with a release, its data and policies."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.write("release.yaml", RELEASE)
        self.write("data.csv", ROWS)

    def write(self, name: str, text: str) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text), encoding="utf-8")
        return path

    def policy(self, *controls: str, name: str = "policy.yaml", head: str = "", id: str = "toy"):
        text = f'policy: {id}\nversion: "1"\n{head}controls:\n' + "".join(controls)
        return self.write(name, text)

    def control(
        self,
        check: str = "data_quality.key_unique",
        *,
        id: str = "C-1",
        require: str = "{duplicate_keys: {max: 0}}",
        extra: str = "with: {key: [id]}",
        enforcement: str = "overridable",
        title: str = "A toy control",
    ) -> str:
        return CONTROL.format(
            id=id, check=check, require=require, extra=extra, enforcement=enforcement, title=title
        )

    def run(self, *arguments: str, python: str = sys.executable, timeout: float = 120, **more):
        """Run ``python -m …`` in the project's folder."""
        return subprocess.run(
            [python, "-m", *arguments],
            cwd=self.root,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
            **more,
        )

    def gate(self, *arguments: str, policy: str = "policy.yaml", **more):
        return self.run("deploycheck", "gate", "--policy", policy, *arguments, **more)

    def pytest(self, *arguments: str, **more):
        return self.run(
            "pytest", "--deploycheck", "-p", "no:cacheprovider", "-W", "error", *arguments, **more
        )

    def decision(self, name: str = "deploycheck-reports/decision.json") -> dict:
        return json.loads((self.root / name).read_text(encoding="utf-8"))

    def outcomes(self) -> dict[str, str]:
        return {v["control"]: v["outcome"] for v in self.decision()["verdicts"]}

    def recorded(self) -> list[str]:
        """The decision of every recorded run, oldest first."""
        found = sorted(self.root.glob("**/runs/*/decision.json"), key=lambda p: p.parent.name)
        return [json.loads(path.read_text(encoding="utf-8"))["decision"] for path in found]


def linear_classifier(path: Path, weights: Mapping[str, float], intercept: float = 0.0) -> Path:
    """A logistic model in ONNX: an input for each feature, a label and two probabilities out."""
    from onnx import TensorProto, helper, save

    inputs = [helper.make_tensor_value_info(n, TensorProto.FLOAT, [None, 1]) for n in weights]
    outputs = [
        helper.make_tensor_value_info("label", TensorProto.INT64, [None]),
        helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, [None, 2]),
    ]
    values = list(weights.values())
    nodes = [
        helper.make_node("Concat", list(weights), ["x"], axis=1),
        helper.make_node(
            "LinearClassifier",
            ["x"],
            ["label", "probabilities"],
            domain="ai.onnx.ml",
            classlabels_ints=[0, 1],
            coefficients=[-v / 2 for v in values] + [v / 2 for v in values],
            intercepts=[-intercept / 2, intercept / 2],
            multi_class=0,
            post_transform="SOFTMAX",
        ),
    ]
    graph = helper.make_graph(nodes, "linear", inputs, outputs)
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)]
    path.parent.mkdir(parents=True, exist_ok=True)
    save(helper.make_model(graph, opset_imports=opsets, ir_version=8), path)
    return path


@pytest.fixture(scope="session")
def linear_onnx():
    """Makes a small ONNX model; see :func:`linear_classifier`."""
    return linear_classifier


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


@pytest.fixture(scope="session")
def python_with(tmp_path_factory: pytest.TempPathFactory):
    """Makes Pythons that have everything this one has, and the plugins of a folder installed."""

    def make(plugins: Path) -> str:
        home = tmp_path_factory.mktemp("environment")
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(home)], check=True)
        python = home / "bin" / "python"
        asked = "import sysconfig; print(sysconfig.get_path('purelib'))"
        site = subprocess.run([python, "-c", asked], capture_output=True, text=True, check=True)
        folder = Path(site.stdout.strip())
        # This reads the .pth files of this environment too: an editable install is one.
        (folder / "this.pth").write_text(
            f"import site; site.addsitedir({sysconfig.get_path('purelib')!r})\n", encoding="utf-8"
        )
        (folder / "plugins.pth").write_text(f"{plugins}\n", encoding="utf-8")
        return str(python)

    return make


@pytest.fixture(scope="session")
def toy_python(python_with) -> str:
    """A Python in which ``tests/toy_plugin`` is installed."""
    return python_with(Path(__file__).parent / "toy_plugin")
