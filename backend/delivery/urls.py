"""Delivery's part of the API."""

from django.urls import path

from delivery.views import TaskView

urlpatterns = [
    path("tasks/<uuid:task_id>", TaskView.as_view(), name="task"),
]
