"""Puts a model file into an MLflow registry, with the run that brought it and its digest.

    python register.py credit-decisions ../credit/models/model-2.0.0.onnx

The tracking server is the one that MLflow is set to: ``MLFLOW_TRACKING_URI``, here a SQLite file.
"""

import argparse
import contextlib
from hashlib import sha256
from pathlib import Path

import mlflow


def register(name: str, model: Path) -> str:
    """Log the file to a run of its own and make a version of it.

    :param name: of the registered model; made where there is none.
    :return: the version, such as ``"2"``.
    """
    digest = f"sha256:{sha256(model.read_bytes()).hexdigest()}"
    client = mlflow.MlflowClient()
    with contextlib.suppress(mlflow.MlflowException):  # it is there already
        client.create_registered_model(name)
    mlflow.set_experiment(name)
    with mlflow.start_run(run_name=f"register {model.name}") as run:
        mlflow.log_artifact(str(model), "model")
        made = client.create_model_version(
            name, f"{run.info.artifact_uri}/model", run.info.run_id, tags={"digest": digest}
        )
    return str(made.version)


def main() -> None:
    """Register what the command line names, and say which version it became."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("name", help="name of the registered model")
    parser.add_argument("model", type=Path, help="the model file")
    given = parser.parse_args()
    print(f"{given.name} version {register(given.name, given.model)}: {given.model.name}")


if __name__ == "__main__":
    main()
