#!/usr/bin/env python3
"""Writes the Secrets of a deployment to standard output: `python3 make_secrets.py | kubectl create -f -`.

The keys and passwords are made here, anew at each run, so keep none of the output. What others gave you comes from the
environment: DATABASE_URL (postgres://USER:PASSWORD@HOST:5432/NAME?sslmode=verify-full&sslrootcert=FILE, where FILE is
/etc/ssl/certs/ca-certificates.crt for an authority that everybody knows, or /run/placar/app/DATABASE_CA), and what may
be missing: DATABASE_CA, the certificate of one's own authority, as PEM, and EMAIL_URL (.env.example). `create` leaves
alone what is there already. Needs Python 3 and nothing else.
"""

import json
import os
import secrets
import sys
from typing import Any

BROKER = "placar-broker.placar.svc"
# What each of them may do stands in base/broker-users.yaml and components/autoscaling/broker-user.yaml.
BROKER_USERS = ("topology", "relay", "worker", "dead-letters", "metrics", "autoscaler")


def main() -> None:
    """Prints one List; exits with 2 where the database's address is missing."""
    database = os.environ.get("DATABASE_URL", "")
    if not database.startswith(("postgres://", "postgresql://")):
        sys.exit(
            "DATABASE_URL must be set: postgres://USER:PASSWORD@HOST:5432/NAME?sslmode=verify-full&sslrootcert=..."
        )
    app = {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "DATABASE_URL": database,
        "DATABASE_CA": os.environ.get("DATABASE_CA", ""),
        "EMAIL_URL": os.environ.get("EMAIL_URL", ""),
    }
    items = [secret("placar-app", app), *(broker_secret(user) for user in BROKER_USERS)]
    json.dump({"apiVersion": "v1", "kind": "List", "items": items}, sys.stdout, indent=1)


def broker_secret(user: str) -> dict[str, Any]:
    """What the Messaging Topology Operator makes a user of, and the addresses that the pods are given."""
    password = secrets.token_urlsafe(32)  # the same in a URL as out of it
    login = f"{user}:{password}@{BROKER}"
    keys = {
        "username": user,
        "password": password,
        "url": f"amqps://{login}:5671/placar",
        "management-url": f"https://{login}:15671",
        "tls": "enable",  # KEDA wants to be told by a Secret
    }
    return secret(f"placar-broker-{user}", keys, labels={"rabbitmq.com/topology-operator": "true"})


def secret(name: str, keys: dict[str, str], labels: dict[str, str] | None = None) -> dict[str, Any]:
    """A Secret of the namespace placar."""
    metadata = {
        "name": name,
        "namespace": "placar",
        "labels": {"app.kubernetes.io/part-of": "placar", **(labels or {})},
    }
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": keys}


if __name__ == "__main__":
    main()
