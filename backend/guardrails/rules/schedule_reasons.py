"""What the three rules on schedules have in common."""

WHY = "an operator must be able to change, pause and see every schedule without a release"
INSTEAD = "make it a row of django-celery-beat, in the admin or by a command that brings rows from a file"
