"""The addresses of health, below /health/."""

from django.urls import path

from delivery.health.views import LiveView, ReadyView

urlpatterns = [
    path("live", LiveView.as_view(), name="live"),
    path("ready", ReadyView.as_view(), name="ready"),
]
