"""The REST API of events: each view parses, calls a service, and serializes."""
