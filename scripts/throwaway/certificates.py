"""A certificate of a service's own, so that clients can be tested by TLS."""

import os
import pwd
import subprocess
from pathlib import Path

from throwaway.errors import ServiceError

# The one name that is right. Others lead there as well: localhost, and for the broker 127.0.0.2.
SUBJECT = "IP:127.0.0.1"


def make_certificate(home: Path, owner: pwd.struct_passwd) -> tuple[Path, Path]:
    """Writes certificate.pem, which signs itself and so is its own authority, and key.pem; returns both."""
    certificate, key = home / "certificate.pem", home / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    names = ["-subj", "/CN=private service", "-addext", f"subjectAltName={SUBJECT}", "-days", "2"]
    try:
        subprocess.run([*command, *names, "-out", certificate, "-keyout", key], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise ServiceError(f"openssl makes no certificate: {error}") from error
    for file, mode in ((certificate, 0o644), (key, 0o600)):
        file.chmod(mode)
        os.chown(file, owner.pw_uid, owner.pw_gid)
    return certificate, key
