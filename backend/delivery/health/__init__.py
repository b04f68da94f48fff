"""Whether this process answers, and whether it may be sent requests: /health/live and /health/ready."""
