"""What goes in and out about scores."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.events.api.correction_serializers import ReasonField
from apps.events.api.fields import ScoreValueField, StrictSerializer, WordField
from apps.events.api.pagination import PageQuery
from apps.events.models import Score
from apps.events.rules import Rules
from apps.events.scoring import MOST_ATTEMPTS, OUTCOMES
from apps.events.sourced_scores import DEFAULT_REASON
from apps.events.values import format_value
from apps.rest.openapi import ProblemSerializer

MOST_SCORES = 5000
KEY_PATTERN = r"^[ -~]{1,200}\Z"
EXTERNAL_ID_PATTERN = r"^[ -~]{1,100}\Z"
EXTERNAL_ID_HELP = "1 to 100 printable ASCII characters: the name of this score where it comes from"
KEY_HELP = "1 to 200 printable ASCII characters, unique in the event: the same key never records a second score"


class ScoreSerializer(serializers.Serializer[Score]):
    """A recorded score. The context holds the event's `rules`."""

    id = serializers.IntegerField()
    bib = serializers.CharField(source="entry.bib")
    component = serializers.SerializerMethodField(help_text="or secondary measure; empty for neither")
    attempt = serializers.IntegerField()
    outcome = WordField(OUTCOMES)
    value = serializers.IntegerField(
        help_text="in the smallest unit: ms, mm, a count, or points times 10^scale; 0 where the attempt has none"
    )
    value_text = serializers.SerializerMethodField(help_text="the value as people read it")
    achieved_at = serializers.DateTimeField()
    recorded_at = serializers.DateTimeField()
    recorded_by = serializers.CharField(source="recorded_by.username", default=None, allow_null=True)
    idempotency_key = serializers.CharField()
    external_id = serializers.CharField(help_text="its name where it comes from; empty without one")
    supersedes = serializers.IntegerField(
        source="supersedes_id", allow_null=True, help_text="the id of the score whose place it took"
    )
    is_current = serializers.BooleanField(help_text="false once superseded or voided")
    voided_at = serializers.DateTimeField(allow_null=True)
    void_reason = serializers.CharField()

    def get_component(self, score: Score) -> str:
        rules: Rules = self.context["rules"]
        return rules.name_of(score.component)

    def get_value_text(self, score: Score) -> str:
        rules: Rules = self.context["rules"]
        return format_value(score.value, rules.measure_of(rules.name_of(score.component)))


class ScoreInput(StrictSerializer):
    """A new score."""

    bib = serializers.CharField(max_length=23)
    value = ScoreValueField(
        required=False,
        help_text="a whole number in the smallest unit (ms, mm, a count, points times 10^scale), or of `unit`; "
        'or text such as "1:02:03.5", "9.25", or "12.4" with a unit',
    )
    component = serializers.CharField(
        required=False, help_text="or secondary measure, where the rules have any: a stage, a judge, a problem"
    )
    outcome = WordField(
        OUTCOMES,
        required=False,
        help_text="`valid` unless given. `rejected`: an attempt that does not count (a foul, a wrong answer). "
        "`pending`: not judged yet. These two need no value, save in a penalty contest, where it is the time",
    )
    unit = serializers.CharField(required=False, max_length=10, help_text="ms, s, min, h; mm, cm, m, km")
    attempt = serializers.IntegerField(
        required=False, min_value=1, max_value=MOST_ATTEMPTS, help_text="the next one unless given"
    )
    achieved_at = serializers.DateTimeField(
        required=False, help_text="now unless given; of a correction, as it was unless given"
    )
    external_id = serializers.RegexField(
        EXTERNAL_ID_PATTERN,
        required=False,
        trim_whitespace=False,
        error_messages={"invalid": EXTERNAL_ID_HELP},
        help_text=f"{EXTERNAL_ID_HELP}; the same again changes nothing, other content under it is a correction",
    )
    reason = ReasonField(required=False, help_text=f"of a correction by external id; `{DEFAULT_REASON}` unless given")


class KeyedScoreInput(ScoreInput):
    """A new score among others."""

    idempotency_key = serializers.RegexField(
        KEY_PATTERN, trim_whitespace=False, error_messages={"invalid": KEY_HELP}, help_text=KEY_HELP
    )


@extend_schema_field(KeyedScoreInput(many=True))
class RowsField(serializers.ListField):
    """Rows that are checked later, each on its own, so that one that is wrong does not keep the others out."""


class BulkInput(StrictSerializer):
    """Many new scores."""

    scores = RowsField(max_length=MOST_SCORES)


class BulkResultSerializer(serializers.Serializer[dict[str, Any]]):
    """What became of one row: its score, or why it was refused."""

    index = serializers.IntegerField(help_text="of the row, from 0")
    status = serializers.IntegerField(help_text="201, 200, 409 or 422, as if the row had been sent alone")
    score = ScoreSerializer(required=False)
    problem = ProblemSerializer(required=False)


class BulkResultsSerializer(serializers.Serializer[dict[str, Any]]):
    """What became of each row, in their order, and how many ended how."""

    created = serializers.IntegerField()
    corrected = serializers.IntegerField(help_text="took the place of the score with the same external id")
    repeated = serializers.IntegerField(help_text="recorded before: the same key, or the same external id and content")
    refused = serializers.IntegerField()
    results = BulkResultSerializer(many=True)


class ScoreQuery(PageQuery):
    bib = serializers.CharField(required=False)


class VoidInput(StrictSerializer):
    """Why a score counts no longer."""

    reason = ReasonField()
