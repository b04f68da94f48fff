"""The API of notifications: each user's own."""
