"""manage.py rules_schema: prints the JSON Schema of an event's rules."""

import json
from typing import Any

from django.core.management.base import BaseCommand

from apps.events.rules import rules_schema


class Command(BaseCommand):
    help = "Print the JSON Schema of the rules of an event, for editors and for programs that write rules."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(json.dumps(rules_schema(), indent=2))
