#!/usr/bin/env python3
"""Makes the secrets of a deployment by Docker Compose, once: `python3 deploy/make_secrets.py`.

Each is a file of its own in deploy/secrets/. What is there already stays as it is, so it is safe to run again: after an
upgrade that needs another secret, or to replace one whose file was deleted (docs/runbook.md, "Secrets"). Needs Python 3
and nothing else.

The directory is closed to everybody but its owner. The files in it are not: Compose mounts them into containers as they
are, where a process that is not root must be able to read its own, and none sees another's.
"""

import argparse
import ast
import base64
import hashlib
import json
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

VIRTUAL_HOST = "placar"
# What kombu calls that by which workers and those who watch them speak to each other.
CHAT = r"celeryev.*|(.*@.*\.)?celery\.pidbox|(.*\.)?reply\.celery\.pidbox"


def read_setting(name: str) -> Any:
    """What Placar's settings say in so many words: read, since running them needs Placar's libraries."""
    source = Path(__file__).parents[1] / "backend" / "config" / "settings.py"
    statements = [one for one in ast.parse(source.read_text()).body if isinstance(one, ast.Assign)]
    return next(ast.literal_eval(one.value) for one in statements if ast.unparse(one.targets[0]) == name)


QUEUES = "|".join(read_setting("QUEUES"))
OWN = f"placar|{QUEUES}"
NOTHING = "^$"
# What nobody can make up: of the e-mail server or provider (docs/email.md). Empty is none.
YOURS = ("email_url", "anymail", "anymail_webhook_secret")


@dataclass(frozen=True)
class BrokerUser:
    """A user of RabbitMQ, with what it may do as three regular expressions on names of queues and exchanges.

    https://www.rabbitmq.com/docs/access-control
    """

    name: str
    configure: str
    write: str
    read: str
    tags: str = ""


BROKER_USERS = (
    # Declares everything, and sets policies by the management API.
    BrokerUser("topology", ".*", ".*", ".*", tags="policymaker"),
    # Sends to one exchange. It can neither read nor delete anything.
    BrokerUser("relay", NOTHING, "^placar$", NOTHING),
    # Declares again what it consumes, as every Celery worker does, and sends retries into the delays. Dead letters are
    # not its own: it cannot read, empty or delete their queues.
    BrokerUser("worker", *[f"^({OWN}|celery_delayed.*|{CHAT})$"] * 3),
    # Takes dead letters, and writes nowhere.
    BrokerUser("dead-letters", NOTHING, NOTHING, rf"^({QUEUES})\.dead$"),
    # Listens to what workers tell of themselves, and asks them, in queues of its own. It sees no task's message. That
    # it only asks, and orders nothing, is for the proxy to see to (deploy/proxy/Caddyfile): for RabbitMQ both are one.
    BrokerUser(
        "flower",
        tags="management",
        configure=r"^(celeryev(\..*)?|celery\.pidbox|(.*\.)?reply\.celery\.pidbox)$",
        write=r"^(celeryev\..*|celery\.pidbox|.*\.reply\.celery\.pidbox)$",
        read=r"^(celeryev(\..*)?|(.*\.)?reply\.celery\.pidbox)$",
    ),
    # Reads the management API, and has no right to any queue.
    BrokerUser("metrics", NOTHING, NOTHING, NOTHING, tags="monitoring"),
)


def main() -> None:
    """Writes what is missing, and says what."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--directory", type=Path, default=Path(__file__).parent / "secrets", help="%(default)s")
    directory = parser.parse_args().directory
    directory.mkdir(mode=0o700, exist_ok=True)
    directory.chmod(0o700)
    names = ["secret_key", "flower_key", "postgres_password", "database_password", "erlang_cookie"]
    passwords = {user.name: f"broker_{user.name}" for user in BROKER_USERS}
    for name in (*names, *passwords.values()):
        keep_or_make(directory / name)
    for name in YOURS:
        keep_or_make(directory / name, empty=True)
    definitions = {user.name: (directory / passwords[user.name]).read_text() for user in BROKER_USERS}
    write(directory / "rabbitmq_definitions.json", make_definitions(definitions))
    print(f"{directory} is complete. Keep a copy of it where you keep passwords; nothing else has them.")


def keep_or_make(path: Path, *, empty: bool = False) -> None:
    """A file with 64 random characters, that mean the same in URLs, shells and files; or one for you to fill."""
    if path.exists():
        print(f"{path.name}: is there already")
        return
    if empty:
        write(path, "", mode=0o644)
        print(f"{path.name}: made, empty")
        return
    write(path, secrets.token_urlsafe(48))
    print(f"{path.name}: made")


def write(path: Path, text: str, *, mode: int = 0o444) -> None:
    """In one step: a file is never half there."""
    draft = path.with_name(f".{path.name}.new")
    draft.write_text(text)
    draft.chmod(mode)
    draft.replace(path)


def make_definitions(passwords: dict[str, str]) -> str:
    """What RabbitMQ reads at each start: our users alone, so there is no guest. Passwords are salted hashes there."""
    return json.dumps(
        {
            "vhosts": [{"name": VIRTUAL_HOST}],
            "users": [
                {
                    "name": user.name,
                    "password_hash": hash_password(passwords[user.name]),
                    "hashing_algorithm": "rabbit_password_hashing_sha256",
                    "tags": user.tags,
                }
                for user in BROKER_USERS
            ],
            "permissions": [
                {
                    "user": user.name,
                    "vhost": VIRTUAL_HOST,
                    "configure": user.configure,
                    "write": user.write,
                    "read": user.read,
                }
                for user in BROKER_USERS
            ],
        },
        indent=1,
    )


def hash_password(password: str) -> str:
    """https://www.rabbitmq.com/docs/passwords#computing-password-hash"""
    salt = secrets.token_bytes(4)
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()


if __name__ == "__main__":
    main()
