"""`manage.py check`: Django's own, and the rules of the given structure with it.

Registered here, and not when Django starts: reading all source takes seconds, and every command that runs the system
checks, a worker's start among them, would wait for it.
"""

from importlib.util import find_spec
from typing import Any

from django.core import checks
from django.core.management.commands import check

from delivery.structure import check_structure


class Command(check.Command):
    def handle(self, *app_labels: Any, **options: Any) -> None:
        # --deploy asks about a deployment's settings; its image has no source of the checker anyway.
        if not options["deploy"] and find_spec("guardrails"):
            checks.register(check_structure, "guardrails")
        super().handle(*app_labels, **options)
