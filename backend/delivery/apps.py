"""Delivery as a Django app: its tables, its commands."""

from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    name = "delivery"
