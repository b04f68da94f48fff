"""What the API of every app has in common, on top of Django REST framework."""
