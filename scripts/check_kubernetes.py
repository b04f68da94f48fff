"""Builds the overlays of deploy/kubernetes and compares every object with the published schemas, strictly.

`python scripts/check_kubernetes.py DIRECTORY...`: directories that hold, at any depth, Kubernetes' OpenAPI document (a
JSON file with `definitions` or `$defs`) and the CustomResourceDefinitions of the operators (YAML). docs/kubernetes.md
says where they are published. A field that no schema knows is an error, and so is a kind without a schema. Exits with
1 if anything is wrong, with 2 if something is missing to check it with.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator

MANIFESTS = Path(__file__).resolve().parents[1] / "deploy" / "kubernetes"
OVERLAYS = ("production", "trial")
META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"

# A lone `=` is a kind of its own in YAML 1.1, for which PyYAML has nothing; one of the schemas has it.
yaml.add_constructor("tag:yaml.org,2002:value", lambda _, node: str(node.value), Loader=yaml.SafeLoader)

Schema = dict[str, Any]
Object = dict[str, Any]
Kind = tuple[str, str]  # apiVersion and kind


class Missing(Exception):
    """Something that the check needs; the text says what, and where it is to be had."""


def build(overlay: Path) -> list[Object]:
    """The objects of an overlay as they would be applied. Raises Missing without kubectl and kustomize."""
    command = builder()
    if command is None:
        raise Missing("neither kubectl nor kustomize is here: https://kubernetes.io/docs/tasks/tools/")
    built = subprocess.run([*command, str(overlay)], capture_output=True, text=True, check=False)
    if built.returncode:
        raise ValueError(f"{overlay} cannot be built: {built.stderr.strip()}")
    return [document for document in yaml.safe_load_all(built.stdout) if document]


def builder() -> list[str] | None:
    """The command that builds a folder, None where there is none."""
    if shutil.which("kubectl"):
        return ["kubectl", "kustomize"]
    return ["kustomize", "build"] if shutil.which("kustomize") else None


def read_schemas(directories: list[Path]) -> dict[Kind, Schema]:
    """A whole schema for each kind. Raises Missing where none is found."""
    definitions: dict[str, Schema] = {}
    resources: dict[Kind, Schema] = {}
    for file in sorted(path for directory in directories for path in directory.rglob("*") if path.is_file()):
        if file.suffix == ".json":
            document = json.loads(file.read_text())
            definitions |= document.get("definitions") or document.get("$defs") or {}
        elif file.suffix in (".yaml", ".yml"):
            for document in yaml.safe_load_all(file.read_text()):
                resources |= custom_resources(document or {})
    if not definitions or not resources:
        raise Missing(f"{', '.join(map(str, directories))}: no OpenAPI document of Kubernetes, or no CRD")
    shared = {name: strict(schema) for name, schema in definitions.items()}
    kinds = {kind_of(name): {"$ref": f"#/$defs/{name}"} for name in shared if name.startswith("io.k8s.api.")}
    for kind, schema in resources.items():
        schema["properties"]["metadata"] = {"$ref": f"#/$defs/{META}"}
        kinds[kind] = schema
    return {kind: {**schema, "$defs": shared} for kind, schema in kinds.items()}


def kind_of(definition: str) -> Kind:
    """`io.k8s.api.apps.v1.Deployment` as ("apps/v1", "Deployment"); groups by the first word of their name."""
    group, version, kind = definition.split(".")[-3:]
    return (version if group == "core" else f"{group}/{version}", kind)


def custom_resources(document: Object) -> dict[Kind, Schema]:
    if document.get("kind") != "CustomResourceDefinition":
        return {}
    spec = document["spec"]
    return {
        (f"{spec['group']}/{version['name']}", spec["names"]["kind"]): strict(version["schema"]["openAPIV3Schema"])
        for version in spec["versions"]
    }


def strict(schema: Any) -> Any:
    """The schema in the words of JSON Schema, refusing fields that it does not name."""
    if isinstance(schema, list):
        return [strict(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    # What stands below `properties` are names of fields, which may be called as a keyword is.
    new: Schema = {
        key: {name: strict(value) for name, value in inner.items()} if key == "properties" else strict(inner)
        for key, inner in schema.items()
    }
    if isinstance(new.get("$ref"), str):
        new["$ref"] = "#/$defs/" + new["$ref"].rpartition("/")[2]
    if new.get("x-kubernetes-int-or-string") or new.get("format") == "int-or-string":
        return {"type": ["integer", "string"]}
    if "properties" in new and "additionalProperties" not in new and not keeps_unknown(new):
        new["additionalProperties"] = False
    return new


def keeps_unknown(schema: Schema) -> bool:
    return bool(schema.get("x-kubernetes-preserve-unknown-fields"))


def problems(objects: list[Object], schemas: dict[Kind, Schema]) -> Iterator[str]:
    """A sentence for each field that is wrong."""
    for document in objects:
        group, slash, version = document["apiVersion"].partition("/")
        name = f"{document['kind']} {document['metadata']['name']}"
        names = (document["apiVersion"], f"{group.partition('.')[0]}{slash}{version}")
        schema = next((schemas[kind] for each in names if (kind := (each, document["kind"])) in schemas), None)
        if schema is None:
            yield f"{name}: there is no schema of {document['apiVersion']}"
            continue
        for error in Draft202012Validator(schema).iter_errors(document):
            place = ".".join(map(str, error.absolute_path))
            yield f"{name}: {place}: {error.message[:300]}"


def main() -> int:
    directories = [Path(argument) for argument in sys.argv[1:]]
    try:
        schemas = read_schemas(directories)
        built = {overlay: build(MANIFESTS / "overlays" / overlay) for overlay in OVERLAYS}
    except Missing as missing:
        print(f"check_kubernetes: {missing}", file=sys.stderr)
        return 2
    found = [f"{overlay}: {problem}" for overlay, objects in built.items() for problem in problems(objects, schemas)]
    print("\n".join(found) or ", ".join(f"{overlay}: {len(objects)} objects" for overlay, objects in built.items()))
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
