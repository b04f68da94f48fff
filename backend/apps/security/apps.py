"""The security app: its checks keep a deployment from starting, and it listens to who logs in."""

from django.apps import AppConfig
from django.core import checks as django_checks
from django.core.exceptions import ImproperlyConfigured


class SecurityConfig(AppConfig):
    name = "apps.security"
    label = "security"

    def ready(self) -> None:
        # Not at the top: they import models.
        from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed

        from apps.security import audit, checks

        django_checks.register(checks.check_secrets)
        django_checks.register(checks.check_connections, deploy=True)
        # The web server asks for no checks, and other processes can be told to skip them.
        if errors := checks.check_secrets():
            raise ImproperlyConfigured("; ".join(f"{error.id}: {error.msg}" for error in errors))
        user_logged_in.connect(audit.when_logged_in)
        user_logged_out.connect(audit.when_logged_out)
        user_login_failed.connect(audit.when_log_in_failed)
