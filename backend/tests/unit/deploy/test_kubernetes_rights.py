"""Who has which account, secret and way through the network."""

import runpy
import subprocess
import sys

from django.conf import settings

from tests.unit.deploy.manifests import FOLDER, made_secrets, mounted, named, role_labels, roles

ROOT = FOLDER.parents[1]


def test_who_needs_no_broker_has_no_account_there() -> None:
    with_account = {name for name, pod in roles().items() if "/run/placar/broker" in mounted(pod)}
    labelled = {name for name, labels in role_labels().items() if "placar/broker" in labels}
    assert with_account == labelled == set(roles()) - {"placar-web", "placar-beat"}


def test_only_who_tells_people_reaches_the_internet() -> None:
    assert [name for name, labels in role_labels().items() if "placar/internet" in labels] == [
        "placar-worker-notifications"
    ]
    policies = named("NetworkPolicy")
    assert policies["deny-all"]["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    for policy in policies.values():
        for rule in policy["spec"].get("egress", []):
            if any("ipBlock" in peer for peer in rule.get("to", [])):
                assert policy["metadata"]["name"] == "allow-internet"
    (rule,) = policies["allow-internet"]["spec"]["egress"]
    assert {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16"} <= set(
        rule["to"][0]["ipBlock"]["except"]
    )
    assert {port["port"] for port in rule["ports"]} >= {443, *settings.WEBHOOK_PORTS}


def test_selectors_find_the_pods_that_they_are_for() -> None:
    labels = role_labels()
    for kind, path in (("Deployment", "spec"), ("PodDisruptionBudget", "spec"), ("Service", "")):
        for name, one in named(kind).items():
            selector = one["spec"]["selector"]
            wanted = selector["matchLabels"] if path else selector
            if name == "placar-broker":
                continue
            assert wanted.items() <= labels[name].items(), f"{kind} {name}"


def test_every_user_of_the_broker_has_a_secret_and_the_rights_of_compose() -> None:
    users, rights = named("User", FOLDER), named("Permission", FOLDER)
    made = made_secrets()
    assert set(users) == set(rights) == set(made) - {"placar-app"}
    for name, user in users.items():
        assert user["spec"]["importCredentialsSecret"]["name"] == name
        assert made[name]["metadata"]["labels"]["rabbitmq.com/topology-operator"] == "true"
        assert rights[name]["spec"]["userReference"]["name"] == name
    for user in runpy.run_path(str(ROOT / "deploy" / "make_secrets.py"))["BROKER_USERS"]:
        if user.name == "flower":
            continue
        expected = {"configure": user.configure, "write": user.write, "read": user.read}
        assert rights[f"placar-broker-{user.name}"]["spec"]["permissions"] == expected
        assert users[f"placar-broker-{user.name}"]["spec"].get("tags", []) == [
            tag for tag in user.tags.split(",") if tag
        ]


def test_secrets_are_made_anew_and_ask_for_the_database() -> None:
    first, second = made_secrets(), made_secrets()
    assert first["placar-app"]["stringData"]["SECRET_KEY"] != second["placar-app"]["stringData"]["SECRET_KEY"]
    script = [sys.executable, str(FOLDER / "make_secrets.py")]
    refused = subprocess.run(script, env={}, capture_output=True, text=True, check=False)
    assert refused.returncode != 0
    assert "DATABASE_URL must be set" in refused.stderr
    assert refused.stdout == ""
