"""What goes in and out about imports."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.reverse import reverse

from apps.events.api.fields import StrictSerializer
from apps.events.models import ImportBatch, ImportRejection

MOST_REJECTIONS = 1000  # that come with an import; the others page by page
MOST_MAP_CHARACTERS = 4000


class ImportOptionsInput(StrictSerializer):
    """How a file of scores is to be read."""

    map = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=MOST_MAP_CHARACTERS,
        source="columns",
        help_text="what is read from which column, as `TARGET=COLUMN,...`. Targets: bib, score, name, division (any "
        "number of them, `division:DIMENSION` where it is not to be named like the column), status, component, "
        "attempt, outcome, achieved_at, participant. Without a map: the columns of these names",
    )
    unit = serializers.CharField(
        required=False, allow_blank=True, max_length=10, help_text="of plain numbers: ms, s, min, h; mm, cm, m, km"
    )
    mode = serializers.ChoiceField(
        choices=ImportBatch.Mode.choices, required=False, help_text="replace withdraws who is not in the file"
    )
    dry_run = serializers.BooleanField(required=False, help_text="report what would happen, store nothing of it")
    delimiter = serializers.CharField(
        required=False,
        allow_blank=True,
        trim_whitespace=False,
        max_length=3,
        help_text="comma, semicolon, `tab` or |; by default as the header has it",
    )


class ImportInput(ImportOptionsInput):
    """A file of scores."""

    file = serializers.FileField(allow_empty_file=True, help_text="CSV in UTF-8 whose first line names the columns")


class RejectionSerializer(serializers.ModelSerializer[ImportRejection]):
    """A row that was not stored."""

    class Meta:
        model = ImportRejection
        fields = ["line", "column", "value", "reason"]


class ImportSerializer(serializers.ModelSerializer[ImportBatch]):
    """A file of scores and what became of it: received = accepted + updated + unchanged + rejected."""

    url = serializers.SerializerMethodField()
    event = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)
    created_by = serializers.SlugRelatedField[Any](slug_field="username", read_only=True, allow_null=True)

    class Meta:
        model = ImportBatch
        fields = [
            "id",
            "url",
            "event",
            "task_id",
            "state",
            "mode",
            "dry_run",
            "file_name",
            "file_size",
            "file_sha256",
            "bytes_read",
            "received",
            "accepted",
            "updated",
            "unchanged",
            "rejected",
            "withdrawn",
            "refusal",
            "created_at",
            "created_by",
            "finished_at",
        ]

    def get_url(self, batch: ImportBatch) -> str:
        request: Request = self.context["request"]
        return str(reverse("import", [batch.pk], request=request))


class ImportReportSerializer(ImportSerializer):
    """An import with its first rejected rows."""

    rejections = serializers.SerializerMethodField(help_text=f"the first {MOST_REJECTIONS}")
    rejections_url = serializers.SerializerMethodField(help_text="all of which details are kept")

    class Meta(ImportSerializer.Meta):
        fields = [*ImportSerializer.Meta.fields, "rejections", "rejections_url"]

    def get_rejections(self, batch: ImportBatch) -> list[dict[str, Any]]:
        return list(RejectionSerializer(batch.rejections.all()[:MOST_REJECTIONS], many=True).data)

    def get_rejections_url(self, batch: ImportBatch) -> str:
        request: Request = self.context["request"]
        return str(reverse("import-rejections", [batch.pk], request=request))
