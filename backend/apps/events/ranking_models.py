"""Rankings as they are stored. All others import these from apps.events.models."""

from django.db import models


class Ranking(models.Model):
    """A revision: what the ranking was for one input version. Never changed once written."""

    class Variant(models.TextChoices):
        PUBLIC = "public"  # of what the public may know
        LIVE = "live"  # of everything, while that is something else

    event = models.ForeignKey("events.Event", on_delete=models.CASCADE, related_name="rankings")
    variant = models.CharField(max_length=6, choices=Variant, default=Variant.PUBLIC)
    # Counted for each variant, so that the numbers of the public one do not tell how often the other has changed.
    revision = models.PositiveIntegerField()
    reason = models.TextField(blank=True, help_text="the corrections that led from the published revision before it")
    reasons_upto = models.PositiveBigIntegerField(
        null=True, help_text="the input version up to which reasons were told by now; null: this one's"
    )
    input_version = models.PositiveBigIntegerField()
    computed_at = models.DateTimeField(auto_now_add=True)
    duration_ms = models.PositiveIntegerField(help_text="how long reading, ranking and storing took")
    content_hash = models.CharField(max_length=64, help_text="SHA-256 over bibs and places, independent of row ids")
    rules = models.JSONField(help_text="the rules it was computed by")
    boards = models.JSONField(help_text="what apps.events.pages needs to read it: boards with their sizes")

    class Meta:
        ordering = ["-revision"]
        constraints = [models.UniqueConstraint(fields=["event", "variant", "revision"], name="ranking_revision")]

    def __str__(self) -> str:
        return f"revision {self.revision}"


class RankingPage(models.Model):
    """A compressed page of a ranking, written once. Only apps.events.pages knows its format."""

    ranking = models.ForeignKey(Ranking, on_delete=models.CASCADE, related_name="pages")
    board = models.IntegerField(help_text="number of the board in Ranking.boards; -1 is the lookup by entry")
    first = models.BigIntegerField(help_text="its first row: the index on the board, or in the lookup the entry id")
    content = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ranking", "board", "first"], name="ranking_page_once")]

    def __str__(self) -> str:
        return f"{self.ranking_id}/{self.board}/{self.first}"


class Thinning(models.Model):
    """What an operator removed of an event's provisional revisions; written in the transactions that removed them."""

    event = models.ForeignKey("events.Event", on_delete=models.CASCADE, related_name="thinnings")
    at = models.DateTimeField(auto_now_add=True)
    who = models.CharField(max_length=200)
    reason = models.CharField(max_length=200)
    before = models.DateTimeField(help_text="only revisions computed before were looked at")
    every = models.DurationField(help_text="of each stretch of that length one revision was kept")
    revisions = models.PositiveIntegerField(default=0, help_text="how many were removed")
    octets = models.PositiveBigIntegerField(default=0, help_text="of their pages")

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.revisions} revisions by {self.who}"
