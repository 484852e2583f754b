"""Puts the model that was released where services take it from: the folder ``published``.

DVC comes here only when the gate has said RELEASE. That the decision is about this very file is
looked at once more: a stage can be run by itself.
"""

import json
import shutil
import sys
from hashlib import sha256
from pathlib import Path


def main() -> int:
    """Copy the model with its decision, or refuse."""
    decision = json.loads(Path("reports/decision.json").read_text(encoding="utf-8"))
    digest = f"sha256:{sha256(Path('model.onnx').read_bytes()).hexdigest()}"
    if decision["decision"] != "RELEASE" or decision["release"]["digests"]["model"] != digest:
        print("refused: there is no RELEASE of this model.onnx", file=sys.stderr)
        return 1
    folder = Path("published")
    folder.mkdir(exist_ok=True)
    for name in ("model.onnx", "reports/decision.json"):
        shutil.copy(name, folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
