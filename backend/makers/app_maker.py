"""What a new app is made of."""

from bisect import bisect
from collections.abc import Callable, Collection
from functools import partial
from pathlib import Path

from makers import contract_text, deployment_text
from makers.names import check_app_name, check_is_free
from makers.plan import Plan
from makers.python_text import add_string, strings_of
from makers.refusal import Refused
from makers.templates import fill

SETTINGS = "backend/config/settings.py"
CONTRACTS = "backend/message_contracts.json"
KUBERNETES = "deploy/kubernetes"
# Their templates; what has none is empty, and makes a package.
FILES = {
    "__init__.py": None,
    "apps.py": "apps.txt",
    "migrations/__init__.py": None,  # without it makemigrations passes the app over in silence
    "models.py": "models.txt",
    "services.py": "services.txt",
    "tasks.py": "tasks.txt",
}


def plan_app(root: Path, name: str, taken: Collection[str] = ()) -> Plan:
    """The app, its place among the others, its queue, and the workers that consume it. Raises Refused.

    `root` is the folder that holds backend/; `taken` are the labels of Django's apps.
    """
    check_app_name(name)
    plan = Plan(root)
    if any(plan.exists(f"backend/apps/{name}{ending}") for ending in ("", ".py")):
        raise Refused(f"app {name!r}", f"apps has a module of that name already (backend/apps/{name})")
    check_is_free(name, taken)
    class_name = "".join(word.capitalize() for word in name.split("_"))
    for file, template in FILES.items():
        plan.make(f"backend/apps/{name}/{file}", fill(template, app=name, class_name=class_name) if template else "")
    _wire(plan, name)
    _deploy(plan, root, name)
    return plan


def _wire(plan: Plan, name: str) -> None:
    plan.change(
        SETTINGS,
        lambda text, place: add_string(text, place, "INSTALLED_APPS", f"apps.{name}", _behind_the_apps),
    )
    plan.change("pyproject.toml", partial(_with_app, contract_text.add_to_import_contracts, name))
    plan.change(CONTRACTS, partial(_with_app, contract_text.add_queue, name))


def _deploy(plan: Plan, root: Path, name: str) -> None:
    queues = strings_of(plan.text(SETTINGS), SETTINGS, "QUEUES")
    if name in queues:
        raise Refused(SETTINGS, f"names the queue {name!r} already, without its app")
    plan.change(
        SETTINGS, lambda text, place: add_string(text, place, "QUEUES", name, lambda known: bisect(known, name))
    )
    with_new = strings_of(plan.text(SETTINGS), SETTINGS, "QUEUES")
    service = deployment_text.service_name(name)
    plan.make(f"{KUBERNETES}/base/worker-{service}.yaml", fill("worker.txt", app=name, service=service))
    plan.change(
        f"{KUBERNETES}/base/broker-users.yaml",
        lambda text, place: deployment_text.add_rights(text, place, queues, with_new),
    )
    plan.change("docs/kubernetes.md", deployment_text.count_connections)
    edits = {
        "docker-compose.prod.yml": deployment_text.add_compose_worker,
        "docker-compose.cluster.yml": deployment_text.add_cluster_worker,
        f"{KUBERNETES}/base/kustomization.yaml": deployment_text.add_manifest,
        f"{KUBERNETES}/components/autoscaling/scaled-workers.yaml": deployment_text.add_scaled_worker,
    }
    for file, edit in edits.items():
        plan.change(file, partial(_with_app, edit, name))
    for page in sorted((root / "docs" / "runbook").glob("*.md")):
        if " celery-worker celery-worker-" in page.read_text(encoding="utf-8"):
            plan.change(f"docs/runbook/{page.name}", partial(_with_app, deployment_text.add_to_runbook, name))


def _with_app(edit: Callable[[str, str, str], str], app: str, text: str, place: str) -> str:
    return edit(text, place, app)


def _behind_the_apps(installed: list[str]) -> int:
    return max((index for index, one in enumerate(installed, start=1) if one.startswith("apps.")), default=0)
