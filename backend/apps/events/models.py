"""What an event is made of: its people, their scores, and the rankings computed from them."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

# Modules of their own, and found here as all models are.
from apps.events.correction_models import Correction as Correction
from apps.events.correction_models import Reveal as Reveal
from apps.events.imports.models import ImportBatch as ImportBatch
from apps.events.imports.models import ImportPart as ImportPart
from apps.events.imports.models import ImportRejection as ImportRejection
from apps.events.imports.models import ImportRow as ImportRow
from apps.events.ranking_models import Ranking as Ranking
from apps.events.ranking_models import RankingPage as RankingPage
from apps.events.ranking_models import Thinning as Thinning

BIB_PATTERN = r"^[!-~]{1,23}\Z"


class Event(models.Model):
    """A competition with one set of rules and one ranking."""

    class State(models.TextChoices):
        DRAFT = "draft"
        OPEN = "open"
        CLOSED = "closed"
        PUBLISHED = "published"
        ARCHIVED = "archived"
        CANCELLED = "cancelled"

    class Visibility(models.TextChoices):
        PUBLIC = "public"  # listed, and readable by anyone
        UNLISTED = "unlisted"  # readable by anyone who knows the address
        PRIVATE = "private"  # readable by its owner, its scorers and staff

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    visibility = models.CharField(max_length=10, choices=Visibility, default=Visibility.PUBLIC)
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    freeze_at = models.DateTimeField(
        null=True, blank=True, help_text="scores achieved from then on are pending for the public until the thaw"
    )
    thawed_at = models.DateTimeField(null=True, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="owned_events"
    )
    scorers = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="scored_events")
    rules = models.JSONField(help_text="see apps.events.rules; fixed once the event is open")
    input_version = models.PositiveBigIntegerField(
        default=0, editable=False, help_text="raised with every change that can alter the ranking"
    )
    ranked_version = models.PositiveBigIntegerField(
        null=True, editable=False, help_text="the newest input version for which the current ranking is known to hold"
    )
    ranking_ms = models.PositiveIntegerField(
        default=0, editable=False, help_text="how long the last run of the ranking took"
    )
    current_ranking = models.ForeignKey(
        "Ranking",
        on_delete=models.RESTRICT,
        null=True,
        editable=False,
        related_name="+",
        help_text="of everything that is known: for those who work on the event",
    )
    public_ranking = models.ForeignKey(
        "Ranking",
        on_delete=models.RESTRICT,
        null=True,
        editable=False,
        related_name="+",
        help_text="of what the public may know: the same one unless something is frozen",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-starts_at", "-id"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_frozen(self) -> bool:
        """Whether scores achieved from `freeze_at` on are pending for the public, be that moment past or to come."""
        return self.freeze_at is not None and self.thawed_at is None

    def clean(self) -> None:
        """Refuse an end before the start, and a freeze outside of the event."""
        if self.starts_at and self.ends_at and self.ends_at < self.starts_at:
            raise ValidationError({"ends_at": "an event does not end before it starts"})
        if self.freeze_at and self.starts_at and self.freeze_at < self.starts_at:
            raise ValidationError({"freeze_at": "a freeze does not begin before the event"})
        if self.freeze_at and self.ends_at and self.freeze_at > self.ends_at:
            raise ValidationError({"freeze_at": "a freeze does not begin after the event"})


class EventTransition(models.Model):
    """One change of an event's state, or of its freeze, which leaves the state as it is: who, when, why."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="transitions")
    from_state = models.CharField(max_length=10, choices=Event.State)
    to_state = models.CharField(max_length=10, choices=Event.State)
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.from_state} -> {self.to_state}"


class Participant(models.Model):
    """A person or team, the same one across the events of an organiser."""

    name = models.CharField(max_length=200)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="participants"
    )
    external_id = models.CharField(
        max_length=100, blank=True, help_text="the owner's own name for this participant, across events"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="participations",
        help_text="the account that is told about results",
    )
    merged_into = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="merged",
        help_text="the participant that this one was entered as a second time",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "external_id"], name="participant_external_id", condition=~Q(external_id="")
            ),
            # NULLs are distinct in a unique index: without an owner the constraint above would never bite.
            models.UniqueConstraint(
                fields=["external_id"],
                name="participant_external_id_no_owner",
                condition=Q(owner__isnull=True) & ~Q(external_id=""),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class DivisionSet(models.Model):
    """One combination of divisions that entries of an event have, as {"sex": "F", "age": "F40"}.

    There are few of them in an event, so an entry carries one number and a ranking reads one column.
    """

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="division_sets")
    values = models.JSONField(default=dict, help_text="dimension -> division")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["event", "values"], name="division_set_once")]

    def __str__(self) -> str:
        return ", ".join(f"{dimension}:{value}" for dimension, value in self.values.items()) or "-"


class Entry(models.Model):
    """A participant in an event."""

    class Standing(models.IntegerChoices):
        COMPETING = 0, "competing"
        OUT_OF_COMPETITION = 1, "out of competition"  # shown, takes nobody's rank
        HIDDEN = 2, "hidden"  # in no public output
        WITHDRAWN = 3, "withdrawn"  # absent from the last import that replaced everything

    class Status(models.IntegerChoices):
        FINISHED = 0, "finished"
        DNF = 1, "DNF"
        DNS = 2, "DNS"
        DSQ = 3, "DSQ"

    # The standings that a scoreboard shows, and those that it does not.
    SHOWN = (Standing.COMPETING, Standing.OUT_OF_COMPETITION)
    NOT_SHOWN = (Standing.HIDDEN, Standing.WITHDRAWN)

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="entries")
    participant = models.ForeignKey(Participant, on_delete=models.PROTECT, related_name="entries")
    bib = models.CharField(
        max_length=23,
        validators=[RegexValidator(BIB_PATTERN, "1 to 23 printable ASCII characters without spaces")],
    )
    division_set = models.ForeignKey(DivisionSet, on_delete=models.RESTRICT, related_name="entries")
    standing = models.PositiveSmallIntegerField(choices=Standing, default=Standing.COMPETING)
    status = models.PositiveSmallIntegerField(choices=Status, default=Status.FINISHED)
    status_reason = models.CharField(max_length=200, blank=True)
    adjustment = models.BigIntegerField(default=0, help_text="added to the result, in the smallest unit")
    adjustment_reason = models.CharField(max_length=200, blank=True)
    manual_order = models.PositiveIntegerField(
        null=True, blank=True, help_text="the organisers' order among equals, lowest first, where the rules ask for it"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "entries"
        constraints = [
            models.UniqueConstraint(fields=["event", "bib"], name="entry_bib"),
            models.UniqueConstraint(fields=["event", "participant"], name="entry_participant"),
        ]
        indexes = [
            # Finds the few entries that an older revision must not show any more.
            models.Index(fields=["event"], name="entry_not_shown", condition=Q(standing__in=[2, 3]))
        ]

    def __str__(self) -> str:
        return f"{self.bib} {self.participant}"


class Score(models.Model):
    """One attempt's value, in the smallest unit. Never edited: a correction is a new row that supersedes this one."""

    class Outcome(models.IntegerChoices):
        VALID = 0, "valid"  # in a penalty contest: accepted
        REJECTED = 1, "rejected"  # a foul, a wrong answer: an attempt without a value
        PENDING = 2, "pending"  # not judged yet

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="scores")
    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="scores")
    component = models.PositiveSmallIntegerField(
        default=0, help_text="the number of the component or secondary measure in the rules; 0: neither"
    )
    attempt = models.PositiveIntegerField(default=1)
    outcome = models.PositiveSmallIntegerField(choices=Outcome, default=Outcome.VALID)
    value = models.BigIntegerField(help_text="points times 10^scale, ms, mm or a count")
    achieved_at = models.DateTimeField()
    recorded_at = models.DateTimeField(auto_now_add=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    idempotency_key = models.CharField(max_length=200, blank=True)
    request_digest = models.CharField(
        max_length=64, blank=True, help_text="what the key came with: the same key with other content is a conflict"
    )
    external_id = models.CharField(
        max_length=100, blank=True, help_text="its name where it comes from: the same one again is a correction"
    )
    is_current = models.BooleanField(default=True, help_text="false once superseded or voided")
    supersedes = models.OneToOneField(
        "self", on_delete=models.RESTRICT, null=True, blank=True, related_name="superseded_by"
    )
    voided_at = models.DateTimeField(null=True, blank=True)
    voided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    void_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["entry", "component", "attempt"], name="score_current_attempt", condition=Q(is_current=True)
            ),
            models.UniqueConstraint(
                fields=["event", "external_id"],
                name="score_current_external_id",
                condition=Q(is_current=True) & ~Q(external_id=""),
            ),
            models.UniqueConstraint(
                fields=["event", "idempotency_key"],
                name="score_idempotency_key",
                condition=~Q(idempotency_key=""),
            ),
        ]
        indexes = [
            models.Index(fields=["event"], name="score_current", condition=Q(is_current=True)),
            # Of every score of a name, also of those that do not count any more: what its source said last.
            models.Index(fields=["event", "external_id"], name="score_external_id", condition=~Q(external_id="")),
        ]

    def __str__(self) -> str:
        return f"{self.entry_id}/{self.attempt}: {self.value}"
