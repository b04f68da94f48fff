"""A file of scores and what is kept of it while it is read. All others import these from apps.events.models."""

from django.conf import settings
from django.db import models
from django.db.models import Q


class ImportBatch(models.Model):
    """One file of scores and what became of it: received = accepted + updated + unchanged + rejected."""

    class State(models.TextChoices):
        WAITING = "waiting"
        CHECKING = "checking"  # the whole file is read before anything of it is stored
        RUNNING = "running"
        DONE = "done"
        REFUSED = "refused"  # nothing of the file was stored
        STOPPED = "stopped"  # the event was closed meanwhile: what was read before is stored

    class Mode(models.TextChoices):
        UPSERT = "upsert"  # what the file does not name stays
        REPLACE = "replace"  # what the file does not name is withdrawn

    event = models.ForeignKey("events.Event", on_delete=models.CASCADE, related_name="imports")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    mode = models.CharField(max_length=10, choices=Mode, default=Mode.UPSERT)
    dry_run = models.BooleanField(default=False)
    file_name = models.CharField(max_length=255, blank=True)
    file_size = models.PositiveBigIntegerField(help_text="bytes")
    file_sha256 = models.CharField(max_length=64)
    columns = models.JSONField(
        default=dict, blank=True, help_text="what is read from which column; empty: from those of its name"
    )
    unit = models.CharField(max_length=10, blank=True, help_text="of plain numbers")
    delimiter = models.CharField(max_length=1, blank=True, help_text="between columns; empty: as the header has it")
    task_id = models.UUIDField(null=True, editable=False, help_text="the task that reads the file")
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    finished_at = models.DateTimeField(null=True, blank=True)
    bytes_read = models.PositiveBigIntegerField(default=0, help_text="where the next row begins")
    lines_read = models.PositiveIntegerField(default=0)
    received = models.PositiveIntegerField(default=0)
    accepted = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    withdrawn = models.PositiveIntegerField(default=0, help_text="entries that a replacing file does not name")
    refusal = models.TextField(blank=True, help_text="why the file, or the rest of it, was not stored")

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "import batches"

    def __str__(self) -> str:
        return f"{self.file_name or 'import'} {self.state}"


class ImportPart(models.Model):
    """A piece of the uploaded file, kept until it has been read.

    In the database and not on a disk: the upload commits with the task that reads it, and any worker can reach it.
    """

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "number"], name="import_part_once")]

    def __str__(self) -> str:
        return f"{self.batch_id}/{self.number}"


class ImportRow(models.Model):
    """Which line of a running import named which bib and attempt: finds doubles, and what a replacing file leaves out.

    Kept while the import runs, so that one that was killed goes on where it was.
    """

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="rows")
    bib = models.CharField(max_length=23)
    component = models.PositiveSmallIntegerField(default=0)
    attempt = models.PositiveIntegerField(default=1)
    line = models.PositiveIntegerField()
    participant = models.CharField(max_length=100, blank=True, help_text="external id")
    details_digest = models.CharField(
        max_length=16, help_text="of all that is not the score: an entry's rows must agree in it"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "bib", "component", "attempt"], name="import_row_once")]
        indexes = [
            models.Index(fields=["batch", "participant"], name="import_row_participant", condition=~Q(participant=""))
        ]

    def __str__(self) -> str:
        return f"{self.batch_id}:{self.line}"


class ImportRejection(models.Model):
    """A row of a file that was not stored: where, what, why."""

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="rejections")
    line = models.PositiveIntegerField(help_text="1 is the header")
    column = models.CharField(max_length=100, blank=True)
    value = models.CharField(max_length=200, blank=True, help_text="shortened")
    reason = models.CharField(max_length=300)

    class Meta:
        ordering = ["line", "id"]

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}"
