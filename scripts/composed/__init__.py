"""What `make compose-check` does: brings the Compose files up and looks whether they do what they are for."""
