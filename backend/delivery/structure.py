"""What `guardrails` finds in this project, as messages of Django's system checks."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error


def check_structure(*, app_configs: Sequence[AppConfig] | None = None, **_kwargs: Any) -> list[CheckMessage]:
    """One message for each finding, of the named apps alone if there are any. Suppressions and baseline count."""
    # Only who runs this check needs the checker to be there.
    from guardrails.baseline import BaselineError, compare
    from guardrails.checker import CODES, check
    from guardrails.configuration_file import ConfigurationError, find_project

    try:
        place = find_project(Path(settings.BASE_DIR), CODES)
        report = check(place.root, place.configuration)
        findings = compare(place.baseline, report.project, report.findings).new
    except (ConfigurationError, BaselineError) as error:
        return [Error(str(error), id="guardrails.E001")]
    folders = [Path(app.path) for app in app_configs] if app_configs is not None else [place.root]
    return [
        Error(
            finding.what,
            hint=f"{finding.instead}.",
            obj=f"{finding.path}:{finding.line}:{finding.column}",
            id=finding.code,
        )
        for finding in findings
        if any((place.root / finding.path).is_relative_to(folder) for folder in folders)
    ]
