"""What a season is made of: its events in order, and the standings computed from their rankings."""

from django.conf import settings
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
    points = models.JSONField(help_text='points by place, as {"by_place": [25, 18, 15, 12.5]}')
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
    # Only a draft can be deleted, and a draft counts in no standings.
    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="season_events")
    order = models.PositiveIntegerField()

    class Meta:
        ordering = ["order", "id"]
        constraints = [
            models.UniqueConstraint(fields=["season", "event"], name="season_event_once"),
        ]

    def __str__(self) -> str:
        return f"{self.order}: {self.event}"


class Standings(models.Model):
    """A revision: what the standings of a season were. Never changed once written."""

    season = models.ForeignKey(Season, on_delete=models.CASCADE, related_name="standings")
    revision = models.PositiveIntegerField()
    computed_at = models.DateTimeField(auto_now_add=True)
    content_hash = models.CharField(max_length=64, help_text="SHA-256 over events and lines")
    event_ids = models.JSONField(help_text="the events that count, in the order of the cells")
    row_count = models.PositiveIntegerField()

    class Meta:
        ordering = ["-revision"]
        verbose_name_plural = "standings"
        constraints = [models.UniqueConstraint(fields=["season", "revision"], name="standings_revision")]

    def __str__(self) -> str:
        return f"revision {self.revision}"


class StandingsRow(models.Model):
    """One participant's line of the standings."""

    standings = models.ForeignKey(Standings, on_delete=models.CASCADE, related_name="rows")
    position = models.PositiveIntegerField(help_text="1 is the top line")
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="standings_rows")
    rank = models.PositiveIntegerField()
    tied = models.BooleanField()
    total = models.BigIntegerField(help_text="hundredths of a point")
    cells = models.JSONField(help_text="for each event [rank, hundredths of a point], or null")

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["standings", "position"], name="standings_row_position"),
            models.UniqueConstraint(fields=["standings", "participant"], name="standings_row_participant"),
        ]

    def __str__(self) -> str:
        return f"{self.rank} {self.participant_id}: {self.total}"
