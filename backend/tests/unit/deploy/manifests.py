"""The manifests of deploy/kubernetes as they are written."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).resolve().parents[4] / "deploy" / "kubernetes"
BASE = FOLDER / "base"
# Laid over every role, and no objects themselves.
PATCHES = {"every-role.yaml", "after-prepare.yaml"}

Object = dict[str, Any]


def read(path: Path) -> list[Object]:
    """The documents of a file; raises for one that is no YAML."""
    return [document for document in yaml.safe_load_all(path.read_text()) if document]


def objects(folder: Path) -> list[Object]:
    """Everything in a folder but its kustomization and patches."""
    files = sorted(path for path in folder.rglob("*.yaml") if path.name not in {"kustomization.yaml", *PATCHES})
    return [document for file in files for document in read(file)]


def named(kind: str, folder: Path = BASE) -> dict[str, Object]:
    """All of a kind, by name."""
    return {one["metadata"]["name"]: one for one in objects(folder) if one["kind"] == kind}


def roles() -> dict[str, Object]:
    """The specifications of the pods of each role, by the name of its Deployment or Job."""
    return {
        name: one["spec"]["template"]["spec"] for kind in ("Deployment", "Job") for name, one in named(kind).items()
    }


def role_labels() -> dict[str, dict[str, str]]:
    """The labels of the pods of each Deployment and Job."""
    return {
        name: one["spec"]["template"]["metadata"]["labels"]
        for kind in ("Deployment", "Job")
        for name, one in named(kind).items()
    }


def container(pod: Object) -> Object:
    """The one of ours."""
    (only,) = pod["containers"]
    assert only["name"] == "placar"
    found: Object = only
    return found


def settings_of_all() -> dict[str, str]:
    """What stands in placar.env."""
    lines = [line for line in (BASE / "placar.env").read_text().splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


def made_secrets(**given: str) -> dict[str, Object]:
    """What make_secrets.py writes, by name."""
    environment = {**os.environ, "DATABASE_URL": "postgres://placar:secret@database/placar", **given}
    script = [sys.executable, str(FOLDER / "make_secrets.py")]
    run = subprocess.run(script, env=environment, capture_output=True, text=True, check=True)
    return {one["metadata"]["name"]: one for one in json.loads(run.stdout)["items"]}


def build(overlay: str) -> list[Object] | None:
    """The objects of an overlay as they would be applied; None where nothing is here to build it with."""
    if not shutil.which("kubectl"):
        return None
    command = ["kubectl", "kustomize", str(FOLDER / "overlays" / overlay)]
    built = subprocess.run(command, capture_output=True, text=True, check=True)
    return [document for document in yaml.safe_load_all(built.stdout) if document]


def mounted(pod: dict[str, Any]) -> dict[str, set[str]]:
    """Path -> the files below it, as the secrets of a pod and those of every role give them."""
    (common,) = read(BASE / "every-role.yaml")
    every = common["spec"]["template"]["spec"]
    volumes = {one["name"]: one for one in [*every["volumes"], *pod.get("volumes", [])]}
    mounts = [*container(every)["volumeMounts"], *container(pod).get("volumeMounts", [])]
    made = made_secrets()
    found = {}
    for mount in mounts:
        if secret := volumes[mount["name"]].get("secret"):
            keys = made.get(secret["secretName"], {"stringData": {"ca.crt"}})["stringData"]
            chosen = {item["key"]: item["path"] for item in secret.get("items", [])} or {key: key for key in keys}
            assert set(chosen) <= set(keys), f"{secret['secretName']} has no {set(chosen) - set(keys)}"
            found[mount["mountPath"]] = set(chosen.values())
    return found
