"""What a season is made of: its events in order, rulings on participants, and the standings computed from all that."""

from decimal import Decimal

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from apps.events.models import Event, Participant


class Season(models.Model):
    """Some events whose results are added up."""

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=200)
    visibility = models.CharField(max_length=10, choices=Event.Visibility, default=Event.Visibility.PUBLIC)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="owned_seasons"
    )
    rules = models.JSONField(help_text="see apps.rankings.rules")
    current_standings = models.ForeignKey(
        "Standings", on_delete=models.RESTRICT, null=True, editable=False, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name


class SeasonEvent(models.Model):
    """An event of a season, at its place in the order."""

    season = models.ForeignKey(Season, on_delete=models.CASCADE, related_name="season_events")
    # Deleting a draft would put the event after it into another round.
    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="season_events")
    order = models.PositiveIntegerField()
    multiplier = models.DecimalField(
        max_digits=8,
        decimal_places=4,
        default=Decimal(1),
        validators=[MinValueValidator(Decimal("0.0001")), MaxValueValidator(Decimal(1000))],
        help_text="of the points",
    )
    same_round = models.BooleanField(
        default=False, help_text="one round with the event before it: both count, or are dropped, together"
    )
    breaks_ties = models.BooleanField(
        default=True, help_text="whether its places decide between equal totals; those of a sprint may not"
    )

    class Meta:
        ordering = ["order", "id"]
        constraints = [
            models.UniqueConstraint(fields=["season", "event"], name="season_event_once"),
        ]

    def __str__(self) -> str:
        return f"event {self.order} of the season {self.season}"


class Ruling(models.Model):
    """A decision on a participant of a season. Never edited or deleted: it is revoked, with a reason."""

    class Kind(models.TextChoices):
        EXCLUSION = "exclusion"  # keeps results and total, has no rank
        ADJUSTMENT = "adjustment"  # points added to the total

    season = models.ForeignKey(Season, on_delete=models.CASCADE, related_name="rulings")
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="rulings")
    kind = models.CharField(max_length=10, choices=Kind)
    points = models.BigIntegerField(default=0, help_text="hundredths of a point, of an adjustment")
    reason = models.CharField(max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    revoke_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["season", "participant"],
                name="ruling_one_exclusion",
                condition=models.Q(kind="exclusion", revoked_at=None),
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.participant}: {self.reason}"


class Standings(models.Model):
    """A revision: what the standings of a season were, and what they were computed by. Never changed once written."""

    season = models.ForeignKey(Season, on_delete=models.CASCADE, related_name="standings")
    revision = models.PositiveIntegerField()
    computed_at = models.DateTimeField(auto_now_add=True)
    content_hash = models.CharField(max_length=64, help_text="SHA-256 over events, rules, rulings and lines")
    event_ids = models.JSONField(help_text="the events that count, in the order of the cells")
    row_count = models.PositiveIntegerField(help_text="lines of the overall board")
    boards = models.JSONField(help_text="what apps.rankings.pages needs to read it: boards with their sizes")
    rules = models.JSONField(help_text="those of the season")
    sources = models.JSONField(help_text="of each event its ranking's revision, multiplier, round, breaks_ties")
    rulings = models.JSONField(help_text="those in force: id, kind, participant, points, reason")
    causes = models.JSONField(help_text="what has changed since the revision before; see apps.rankings.causes")

    class Meta:
        ordering = ["-revision"]
        verbose_name_plural = "standings"
        constraints = [models.UniqueConstraint(fields=["season", "revision"], name="standings_revision")]

    def __str__(self) -> str:
        return f"revision {self.revision}"


class StandingsPage(models.Model):
    """A compressed page of standings, written once. Only apps.rankings.pages knows its format."""

    standings = models.ForeignKey(Standings, on_delete=models.CASCADE, related_name="pages")
    board = models.IntegerField(help_text="number of the board in Standings.boards; -1 - number is its lookup")
    first = models.BigIntegerField(help_text="its first line: the index on the board, or in a lookup the participant")
    content = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["standings", "board", "first"], name="standings_page_once")]

    def __str__(self) -> str:
        return f"{self.standings_id}/{self.board}/{self.first}"
