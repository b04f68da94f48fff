"""What Prometheus is told: `manage.py serve_metrics`. docs/observability.md says what each metric means."""
