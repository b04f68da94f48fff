"""Edits of what runs the workers: Compose, Kubernetes, and the runbook's lists of them.

YAML is edited as text, since no library of the project keeps its comments; tests/unit/deploy compares the outcome with
the queues.
"""

import math
import re
from collections.abc import Collection

from makers.refusal import Refused
from makers.templates import fill

# Of worker.yaml and scaled_worker.yaml: at its most the autoscaler has so many pods, of which each has so many database
# connections (one for its child, one of its own), and a rollout adds a quarter of them.
_PODS = 3
_CONNECTIONS = 2


def service_name(app: str) -> str:
    """As Compose and Kubernetes write it: names there have no `_`."""
    return app.replace("_", "-")


def add_compose_worker(text: str, place: str, app: str) -> str:
    block = fill("compose_worker.txt", app=app, service=service_name(app))
    return _after_last_worker(text, place, block)


def add_cluster_worker(text: str, place: str, app: str) -> str:
    return _after_last_worker(text, place, f"  celery-worker-{service_name(app)}:\n    environment: *worker\n")


def _after_last_worker(text: str, place: str, block: str) -> str:
    return _insert_after(text, place, r"^  celery-worker[\w-]*:.*\n(?: {4}.*\n)+", block, "service celery-worker")


def add_manifest(text: str, place: str, app: str) -> str:
    """Name the app's worker in the kustomization."""
    line = f"  - worker-{service_name(app)}.yaml\n"
    return _insert_after(text, place, r"^  - worker-[\w-]+\.yaml\n", line, "resource worker-*.yaml")


def _insert_after(text: str, place: str, pattern: str, block: str, what: str) -> str:
    """Behind the last of several that are alike."""
    *_, last = [None, *re.finditer(pattern, text, re.MULTILINE)]
    if last is None:
        raise Refused(place, f"has no {what}, behind which another one is put; add it by hand")
    return text[: last.end()] + block + text[last.end() :]


def add_scaled_worker(text: str, place: str, app: str) -> str:
    if "kind: ScaledObject\n" not in text:
        raise Refused(place, "has no ScaledObject, behind which another one is put; add it by hand")
    return f"{text.rstrip()}\n---\n{fill('scaled_worker.txt', app=app, service=service_name(app))}"


def add_rights(text: str, place: str, queues: Collection[str], with_new: Collection[str]) -> str:
    """Let the broker's users have what deploy/make_secrets.py gives them in Compose."""
    written = "|".join(queues)
    changed, count = re.subn(rf"(?<=[(|]){re.escape(written)}(?=[)|])", "|".join(with_new), text)
    if not count or any(len(re.findall(rf"\b{queue}\b", text)) != count for queue in queues):
        added = ", ".join(sorted({*with_new} - {*queues}))
        raise Refused(place, f"does not name {written} wherever it names a queue; add {added} by hand")
    return changed


def count_connections(text: str, place: str) -> str:
    """The number of database connections, which the documentation reckons with."""
    found = re.search(r"(?<=up to )\d+(?= connections)", text)
    if not found:
        raise Refused(place, "says nowhere `up to NUMBER connections`, which another worker makes more; add it by hand")
    number = int(found[0]) + (_PODS + math.ceil(_PODS / 4)) * _CONNECTIONS
    return text[: found.start()] + str(number) + text[found.end() :]


def add_to_runbook(text: str, place: str, app: str) -> str:
    """Commands that name all workers name this one as well. A page may have none."""
    return re.sub(
        r"^docker compose .* celery-worker (?:celery-worker-[\w-]+ ?)+",
        lambda found: found[0].rstrip() + f" celery-worker-{service_name(app)}" + " " * found[0].endswith(" "),
        text,
        flags=re.MULTILINE,
    )
