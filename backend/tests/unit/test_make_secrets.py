"""deploy/make_secrets.py: what is there stays, and the broker's definitions hold hashes alone."""

import base64
import hashlib
import json
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[3] / "deploy" / "make_secrets.py"


def make(directory: Path) -> dict[str, str]:
    """The files and what is in them."""
    subprocess.run([sys.executable, SCRIPT, "--directory", directory], check=True, capture_output=True)
    return {path.name: path.read_text() for path in directory.iterdir()}


def test_what_is_there_stays_and_what_is_missing_is_made(tmp_path: Path) -> None:
    directory = tmp_path / "secrets"
    first = make(directory)
    assert directory.stat().st_mode & 0o777 == 0o700
    del first["rabbitmq_definitions.json"]  # made of the others, with new salts
    assert make(directory).items() >= first.items()
    (directory / "broker_relay").unlink()
    second = make(directory)
    assert {name for name, text in first.items() if second[name] != text} == {"broker_relay"}
    # Those of others, which only an operator knows, are there and empty.
    made = [text for text in first.values() if text]
    assert {name for name, text in first.items() if not text} == {"email_url", "anymail", "anymail_webhook_secret"}
    assert len(set(made)) == len(made)
    assert all(len(text) >= 50 for text in made)


def test_rabbitmq_gets_hashes_that_are_those_of_the_passwords(tmp_path: Path) -> None:
    files = make(tmp_path / "secrets")
    definitions = files["rabbitmq_definitions.json"]
    users = json.loads(definitions)["users"]
    assert "guest" not in {user["name"] for user in users}
    for user in users:
        password = files[f"broker_{user['name']}"]
        assert password not in definitions
        salted = base64.b64decode(user["password_hash"])
        assert salted[4:] == hashlib.sha256(salted[:4] + password.encode()).digest()
        assert "administrator" not in user["tags"]
