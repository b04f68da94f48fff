"""The manifests name what there is: files, commands, probes, settings, secrets, queues, ports."""

import json
import math
import os
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands

from tests.unit.deploy.manifests import (
    BASE,
    FOLDER,
    build,
    container,
    made_secrets,
    mounted,
    named,
    objects,
    read,
    roles,
    settings_of_all,
)

ROOT = FOLDER.parents[1]


@pytest.mark.parametrize("file", sorted(FOLDER.rglob("kustomization.yaml")), ids=lambda file: file.parent.name)
def test_a_folder_names_all_that_is_in_it_and_nothing_else(file: Path) -> None:
    (kustomization,) = read(file)
    generated = [name for one in kustomization.get("configMapGenerator", []) for name in one.get("envs", [])]
    patches = [patch["path"] for patch in kustomization.get("patches", []) if "path" in patch]
    listed = {*kustomization.get("resources", []), *kustomization.get("components", []), *generated, *patches}
    assert all((file.parent / name).exists() for name in listed)
    there = {path.name for path in file.parent.iterdir() if path.is_file() and path != file}
    assert there == {name for name in listed if (file.parent / name).is_file()}


def test_every_object_has_a_name_of_its_own() -> None:
    names = [(one["kind"], one["metadata"]["name"]) for one in objects(FOLDER)]
    assert len(names) == len(set(names)) > 40


def test_every_role_starts_what_there_is() -> None:
    commands = {name: container(pod)["command"] for name, pod in roles().items()}
    assert commands.pop("placar-manage") == ["sleep", "infinity"]
    prepare = " ".join(commands.pop("placar-prepare"))
    words = [
        *commands.values(),
        *(["python", *call.split()] for call in re.findall(r"python (manage\.py \S+)", prepare)),
    ]
    managed = {word[2] for word in words if word[:2] == ["python", "manage.py"]}
    assert {"migrate", "topology", "schedules", "relay", "consume_dead_letters"} <= managed
    assert managed <= set(get_commands())
    assert (settings.BASE_DIR / "schedules.json").exists()
    others = {tuple(word[:5]) for word in words if word[0] != "python"}
    assert others == {
        ("gunicorn", "config.wsgi", "--config=config/gunicorn.py"),
        ("celery", "-q", "-A", "config", "worker"),
        ("celery", "-q", "-A", "config", "beat"),
    }


def worker_service(queue: str) -> str:
    """The service of docker-compose.prod.yml that consumes a queue."""
    return (
        "celery-worker" if queue == settings.CELERY_TASK_DEFAULT_QUEUE else f"celery-worker-{queue}".replace("_", "-")
    )


# Role -> service of docker-compose.prod.yml; the web server's command is that of the image.
SERVICES = {
    "relay": "relay",
    "dead-letters": "dead-letters",
    "beat": "celery-beat",
    **{f"worker-{queue}".replace("_", "-"): worker_service(queue) for queue in settings.QUEUES},
    "metrics": "metrics",
}


def test_every_role_is_that_of_compose() -> None:
    (compose,) = read(ROOT / "docker-compose.prod.yml")
    for role, name in SERVICES.items():
        service, pod = compose["services"][name], roles()[f"placar-{role}"]
        assert container(pod)["command"] == service["command"]
        probe = container(pod)["livenessProbe"]
        if "exec" in probe:
            signs = [word for word in service["healthcheck"]["test"][1:] if word != "--end-stuck"]
            assert probe["exec"]["command"] == signs
        if "worker" in role:
            minutes = int(service["stop_grace_period"].removesuffix("m"))
            assert pod["terminationGracePeriodSeconds"] == minutes * 60
            limit = container(pod)["resources"]["limits"]["memory"].replace("Gi", "g").replace("Mi", "m")
            assert limit == service["mem_limit"]
    dockerfile = (ROOT / "Dockerfile").read_text()
    web = container(roles()["placar-web"])
    assert f"CMD {json.dumps(web['command'])}" in dockerfile
    assert f"EXPOSE {web['ports'][0]['containerPort']}" in dockerfile
    assert (
        f"USER {read(BASE / 'every-role.yaml')[0]['spec']['template']['spec']['securityContext']['runAsUser']}:"
        in dockerfile
    )


def test_every_queue_has_its_workers_and_scales_by_itself() -> None:
    workers = {name: container(pod)["command"] for name, pod in roles().items() if "worker" in name}
    consumed = {name: command[6].removeprefix("--queues=") for name, command in workers.items()}
    assert sorted(consumed.values()) == sorted(settings.QUEUES)
    scaled = named("ScaledObject", FOLDER / "components").values()
    targets = {one["spec"]["scaleTargetRef"]["name"]: one["spec"]["triggers"][0]["metadata"] for one in scaled}
    assert {name: trigger["queueName"] for name, trigger in targets.items()} == consumed


def test_a_worker_may_end_its_longest_task_before_it_is_killed() -> None:
    for name, pod in roles().items():
        if "worker" in name:
            own = {one["name"]: one["value"] for one in container(pod)["env"]}
            limit = int(own.get("CELERY_TASK_TIME_LIMIT", settings.CELERY_TASK_TIME_LIMIT))
            assert pod["terminationGracePeriodSeconds"] > limit
            # One whose loop stands still is not waited for.
            assert container(pod)["livenessProbe"]["terminationGracePeriodSeconds"] <= 60
    (broker,) = named("RabbitmqCluster").values()
    timeout = re.search(r"consumer_timeout = (\d+)", broker["spec"]["rabbitmq"]["additionalConfig"])
    assert timeout is not None
    assert int(timeout[1]) / 1000 > settings.CELERY_TASK_TIME_LIMIT


def test_every_process_is_asked_whether_it_lives_by_a_sign_that_it_gives() -> None:
    asked: dict[str, set[str]] = {}
    for name, pod in roles().items():
        probe = container(pod).get("livenessProbe", {})
        assert probe or name in {"placar-prepare", "placar-manage"}
        assert container(pod).get("startupProbe", {}).get("exec") == probe.get("exec")
        if "exec" in probe:
            assert probe["exec"]["command"][:3] == ["python", "-m", "delivery.heartbeat"]
            asked[name] = set(probe["exec"]["command"][3:])
        elif probe:
            assert probe["httpGet"]["path"] == "/health/live"
    workers = {f"placar-worker-{queue}".replace("_", "-"): {"worker"} for queue in settings.QUEUES}
    others = {"placar-relay": {"relay"}, "placar-beat": {"beat"}, "placar-dead-letters": {"dead-letters", "replays"}}
    assert asked == {**workers, **others}
    source = "".join(path.read_text() for path in (settings.BASE_DIR / "delivery").rglob("*.py"))
    for sign in set.union(*asked.values()):
        assert re.search(rf'(Heartbeat|super\(\).__init__)\("{sign}"\)', source), sign


def test_every_setting_is_read_and_every_file_of_it_is_mounted() -> None:
    given = {name: settings_of_all() for name in roles()}
    for name, pod in roles().items():
        given[name] |= {one["name"]: one["value"] for one in container(pod).get("env", [])}
    config = "".join(path.read_text() for path in (settings.BASE_DIR / "config").glob("*.py"))
    for variable in set().union(*given.values()):
        assert re.search(rf'"{variable.removesuffix("_FILE")}"|"{variable}"', config), variable


def test_every_file_that_a_setting_names_is_in_a_secret_that_is_mounted() -> None:
    for name, pod in roles().items():
        variables = settings_of_all() | {one["name"]: one["value"] for one in container(pod).get("env", [])}
        files = {value for key, value in variables.items() if key.endswith("_FILE")}
        assert files
        there = {f"{path}/{key}" for path, keys in mounted(pod).items() for key in keys}
        assert files <= there, name


@pytest.mark.parametrize("role", ["web", "worker-notifications"])
def test_a_pod_starts_as_a_deployment_without_a_warning(role: str, tmp_path: Path) -> None:
    made = made_secrets(
        DATABASE_URL="postgres://placar:long-and-secret@database.example.com/placar?sslmode=verify-full",
        EMAIL_URL="smtp+tls://placar:secret@mail.example.com:587",
    )
    for path, name in (("app", "placar-app"), ("broker", "placar-broker-worker")):
        (tmp_path / path).mkdir()
        for key, value in made[name]["stringData"].items():
            (tmp_path / path / key).write_text(value)
    own = {one["name"]: one["value"] for one in container(roles()[f"placar-{role}"]).get("env", [])}
    given = {key: value.replace("/run/placar", str(tmp_path)) for key, value in (settings_of_all() | own).items()}
    check = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=settings.BASE_DIR,
        env={"PATH": os.environ["PATH"]} | given,
        capture_output=True,
        text=True,
        check=False,
    )
    assert check.returncode == 0, check.stderr


def test_alerts_are_those_of_prometheus() -> None:
    source = ROOT / "deploy" / "prometheus" / "placar.rules.yml"
    (rules,) = read(FOLDER / "components" / "monitoring" / "rules.yaml")
    assert [rules["spec"]] == read(source), "run deploy/kubernetes/make_rules.py"
    jobs = set(re.findall(r'job="([a-z-]+)"', source.read_text()))
    monitors = objects(FOLDER / "components" / "monitoring")
    assert jobs <= {one["metadata"]["name"] for one in monitors if one["kind"] in ("ServiceMonitor", "Probe")}


@pytest.mark.parametrize("overlay", ["production", "trial"])
def test_what_is_applied_is_locked_down(overlay: str) -> None:
    built = build(overlay)
    if built is None:
        pytest.skip("needs kubectl")
    pods = [one["spec"]["template"]["spec"] for one in built if one["kind"] in ("Deployment", "Job")]
    assert len(pods) == len(roles())
    for pod in pods:
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert pod["automountServiceAccountToken"] is False
        waits = [one["name"] for one in pod.get("initContainers", [])]
        assert waits == ([] if pod["containers"][0]["command"][0] in {"sh", "sleep"} else ["await-ready"])
        for one in [*pod["containers"], *pod.get("initContainers", [])]:
            assert one["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }
            assert one["resources"]["limits"]["memory"]
            assert one["resources"]["requests"].keys() == {"cpu", "memory"}
            assert re.fullmatch(r".*placar:.+", one["image"])
            assert not one["image"].endswith(":latest")
    configured = {one["metadata"]["name"] for one in built if one["kind"] == "ConfigMap"}
    asked = {source["configMapRef"]["name"] for pod in pods for one in pod["containers"] for source in one["envFrom"]}
    assert asked == configured
    counted = {one["metadata"]["name"] for one in built if one["kind"] == "Deployment" and "replicas" in one["spec"]}
    scaled = {one["spec"]["scaleTargetRef"]["name"] for one in built if one["kind"] == "ScaledObject"}
    assert not counted & scaled  # an apply would set back what the autoscaler chose


def test_the_connections_of_the_database_are_those_that_the_documentation_reckons_with() -> None:
    """At the maxima of the autoscaler, where all are there at once, and while a release replaces them."""
    scaled = named("ScaledObject", FOLDER / "components").values()
    most = {one["spec"]["scaleTargetRef"]["name"]: one["spec"]["maxReplicaCount"] for one in scaled}
    threads = runpy.run_path(str(settings.BASE_DIR / "config" / "gunicorn.py"))
    total = 0
    for name, one in named("Deployment").items():
        pod = one["spec"]["template"]["spec"]
        concurrency = re.search(r"--concurrency=(\d+)", " ".join(container(pod)["command"]))
        each = {
            "placar-web": threads["workers"] * threads["threads"],
            "placar-relay": 2,  # one listens
            "placar-dead-letters": 2,  # one for the replays
            "placar-metrics": 3,
            "placar-manage": 1,
        }.get(name, int(concurrency[1]) + 1 if concurrency else 1)
        replicas = most.get(name, one["spec"]["replicas"])
        # A rollout adds a quarter, rounded up, unless it says otherwise; both it and the web's is one of two.
        total += (replicas + math.ceil(replicas / 4)) * each
    stated = re.search(r"up to (\d+) connections", (ROOT / "docs" / "kubernetes.md").read_text())
    assert stated is not None
    assert int(stated[1]) == total < 200
