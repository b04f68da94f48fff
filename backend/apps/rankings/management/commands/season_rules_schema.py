"""manage.py season_rules_schema: prints the JSON Schema of a season's rules."""

import json
from typing import Any

from django.core.management.base import BaseCommand

from apps.rankings.rules import season_rules_schema


class Command(BaseCommand):
    help = "Print the JSON Schema of the rules of a season."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(json.dumps(season_rules_schema(), indent=2))
