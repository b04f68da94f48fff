"""What Placar tells of its own work: log lines, the id that they share, and traces. Imports nothing of the project."""
