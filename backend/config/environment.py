"""The environment that the settings are read from.

A value may be the content of a file instead, as container engines mount secrets: SECRET_KEY_FILE=/run/secrets/key
stands for SECRET_KEY. The file wins where both are set, unless it is empty.
"""

from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import environ
from environ.fileaware_mapping import FileAwareMapping

BASE_DIR = Path(__file__).resolve().parent.parent
PROJECT_DIR = BASE_DIR.parent


class _Variables(FileAwareMapping):  # type: ignore[misc] # untyped in the library
    """Values of files without the line end that editors and `echo` leave, which no password has.

    An empty file is none, so that a deployment can mount one for what it may come to need.
    """

    def __getitem__(self, key: str) -> str:
        value = str(super().__getitem__(key))
        if not self.env.get(f"{key}_FILE"):
            return value
        return value.rstrip("\r\n") or str(self.env[key])


class _Env(environ.FileAwareEnv):  # type: ignore[misc] # untyped in the library
    ENVIRON = _Variables()


env = _Env()
env.read_env(PROJECT_DIR / ".env")  # does nothing where there is no such file


def url(name: str, password: str, *, default: str) -> str:
    """An address, or several with `;` in between, each with the password of the variable of that name.

    Where an address names a user and no password, so that it is no secret itself and the password can be in a file.
    """
    secret = quote(env.str(password, default=""), safe="")
    return ";".join(_with_password(address, secret) for address in env.str(name, default=default).split(";"))


def _with_password(address: str, secret: str) -> str:
    parts = urlsplit(address)
    if not secret or not parts.username or parts.password is not None:
        return address
    user, _, host = parts.netloc.partition("@")
    return urlunsplit(parts._replace(netloc=f"{user}:{secret}@{host}"))
