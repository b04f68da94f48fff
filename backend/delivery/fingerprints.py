"""Which failures are of the same kind."""

import hashlib
import re

# A line of a traceback: the file and the function of a frame.
_FRAME = re.compile(r'File "([^"]+)", line \d+, in (\S+)')
# Our own code, wherever it is installed; what stands below site-packages is not.
_OWN = re.compile(r"(?:^|/)((?:apps|delivery|config)/[^\"]+\.py)$")


def fingerprint(task_name: str, exception_type: str, traceback: str) -> str:
    """16 hex digits of the task, the exception's type and the innermost frame of our own code.

    Without line numbers: a change elsewhere in a file does not make another failure of it.
    """
    content = "\n".join((task_name, exception_type, innermost_own_frame(traceback)))
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def innermost_own_frame(traceback: str) -> str:
    """As `apps/events/services.py generate_event_ranking`; empty if there is none."""
    own = ""
    for path, function in _FRAME.findall(traceback):
        found = _OWN.search(path)
        if found and "site-packages" not in path:
            own = f"{found[1]} {function}"
    return own
