"""The REST API of seasons: each view parses, calls a service or a reader, and serializes."""
