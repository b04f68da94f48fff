"""The script that compares manifests with schemas refuses what no schema knows."""

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

SCRIPT = Path(__file__).resolve().parents[4] / "scripts" / "check_kubernetes.py"
DEFINITIONS: dict[str, Any] = {
    "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta": {"type": "object", "properties": {"name": {"type": "string"}}},
    "io.k8s.api.core.v1.Service": {
        "type": "object",
        "properties": {
            "apiVersion": {"type": "string"},
            "kind": {"type": "string"},
            "metadata": {"$ref": "#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"},
            "spec": {"$ref": "#/definitions/io.k8s.api.core.v1.ServiceSpec"},
        },
    },
    "io.k8s.api.core.v1.ServiceSpec": {
        "type": "object",
        "properties": {"port": {"type": "string", "format": "int-or-string"}, "type": {"type": "string"}},
    },
}
RESOURCE: dict[str, Any] = {
    "kind": "CustomResourceDefinition",
    "spec": {
        "group": "example.com",
        "names": {"kind": "Queue"},
        "versions": [
            {
                "name": "v1",
                "schema": {
                    "openAPIV3Schema": {
                        "type": "object",
                        "properties": {
                            "apiVersion": {"type": "string"},
                            "kind": {"type": "string"},
                            "metadata": {"type": "object"},
                            "spec": {
                                "type": "object",
                                # Fields that are called as keywords of JSON Schema are.
                                "properties": {"properties": {"type": "integer"}, "count": {"type": "integer"}},
                                "required": ["count"],
                            },
                            "free": {"type": "object", "properties": {}, "x-kubernetes-preserve-unknown-fields": True},
                        },
                    }
                },
            }
        ],
    },
}


@pytest.fixture
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("check_kubernetes", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def schemas(tmp_path: Path) -> Path:
    (tmp_path / "deeper").mkdir()
    (tmp_path / "swagger.json").write_text(json.dumps({"definitions": DEFINITIONS}))
    (tmp_path / "deeper" / "queues.yaml").write_text(yaml.safe_dump(RESOURCE))
    return tmp_path


def service(**changed: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}, "spec": {"port": 80}, **changed}


def queue(**spec: Any) -> dict[str, Any]:
    return {"apiVersion": "example.com/v1", "kind": "Queue", "metadata": {"name": "q"}, "spec": spec}


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (service(), None),
        (service(spec={"port": "http"}), None),
        (queue(count=1, properties=2), None),
        ({**queue(count=1), "free": {"anything": [1]}}, None),
        (
            service(spec={"prot": 80}),
            "Service web: spec: Additional properties are not allowed ('prot' was unexpected)",
        ),
        (service(metadata={"name": "web", "lables": {}}), "'lables' was unexpected"),
        (service(spec={"type": 5}), "Service web: spec.type: 5 is not of type 'string'"),
        (service(kind="Sevice"), "Sevice web: there is no schema of v1"),
        (queue(count="two"), "Queue q: spec.count: 'two' is not of type 'integer'"),
        (queue(), "'count' is a required property"),
        (queue(count=1, length=1), "'length' was unexpected"),
    ],
)
def test_what_no_schema_knows_is_told(
    script: ModuleType, schemas: Path, document: dict[str, Any], said: str | None
) -> None:
    found = list(script.problems([document], script.read_schemas([schemas])))
    assert len(found) == (said is not None)
    assert said is None or said in found[0]


def test_without_schemas_it_says_what_is_missing(
    script: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["check_kubernetes.py", str(tmp_path)])
    assert script.main() == 2
    assert "no OpenAPI document of Kubernetes, or no CRD" in capsys.readouterr().err
