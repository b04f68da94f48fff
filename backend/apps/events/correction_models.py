"""What was done to results after they were recorded. All others import these from apps.events.models."""

from django.conf import settings
from django.db import models


class Correction(models.Model):
    """One correction: what was changed, from what to what, why and by whom. Never edited, never deleted."""

    class Kind(models.TextChoices):
        VOID = "void"  # a score counts no longer
        SUPERSEDE = "supersede"  # a score is replaced by another one
        ADJUST = "adjust"  # something is added to an entry's result
        STATUS = "status"  # DNF, DNS, DSQ or finished
        STANDING = "standing"  # competing, out of competition, hidden, withdrawn
        DIVISIONS = "divisions"
        MANUAL_ORDER = "manual_order"
        MERGE = "merge"  # two participants turned out to be one

    event = models.ForeignKey("events.Event", on_delete=models.CASCADE, related_name="corrections")
    kind = models.CharField(max_length=20, choices=Kind)
    entry = models.ForeignKey("events.Entry", on_delete=models.CASCADE, related_name="corrections")
    score = models.ForeignKey("events.Score", on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    before = models.JSONField(help_text="what was there")
    after = models.JSONField(help_text="what is there instead")
    reason = models.CharField(max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    input_version = models.PositiveBigIntegerField(help_text="of the event, with this correction")

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.kind}: {self.reason}"


class Reveal(models.Model):
    """Scores of a frozen event that are shown before the rest: one step of the thaw."""

    event = models.ForeignKey("events.Event", on_delete=models.CASCADE, related_name="reveals")
    entry = models.ForeignKey("events.Entry", on_delete=models.CASCADE, related_name="reveals")
    component = models.PositiveSmallIntegerField(default=0, help_text="as in Score.component")
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["entry", "component"], name="reveal_once")]

    def __str__(self) -> str:
        return f"{self.entry_id}/{self.component}"
