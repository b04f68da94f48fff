"""Which address leads where."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularSwaggerSplitView

from apps.notifications.unsubscribe_views import UnsubscribeView
from apps.rest import errors
from apps.rest.schema import SchemaView
from apps.rest.token import TokenView

urlpatterns = [
    path("", include("apps.events.scoreboard.urls")),
    path("seasons/", include("apps.rankings.season_pages.urls")),
    path("health/", include("delivery.health.urls")),
    path("unsubscribe/<token>", UnsubscribeView.as_view(), name="unsubscribe"),
    path("admin/", admin.site.urls),
    path("api/v1/token", TokenView.as_view(), name="token"),
    path("api/v1/", include("apps.events.api.urls")),
    path("api/v1/", include("apps.rankings.urls")),
    path("api/v1/", include("apps.notifications.urls")),
    path("api/v1/", include("delivery.urls")),
    path("api/schema/", SchemaView.as_view(), name="schema"),
    path(
        "api/docs/",
        SpectacularSwaggerSplitView.as_view(url_name="schema", template_name="security/api_docs.html"),
        name="docs",
    ),
    re_path("^api/", errors.unknown_address),
]
# Where a provider of e-mail reports bounces and complaints. Only with the secret that tells that it is the provider.
if settings.ANYMAIL.get("WEBHOOK_SECRET"):
    urlpatterns.append(path("anymail/", include("anymail.urls")))

handler400 = errors.bad_request
handler403 = errors.permission_denied
handler404 = errors.page_not_found
handler500 = errors.server_error
