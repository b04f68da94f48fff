"""What goes in and out about corrections."""

from rest_framework import serializers

from apps.events.api.fields import ScoreValueField, StrictSerializer, WordField
from apps.events.api.pagination import PageQuery
from apps.events.corrections import LONGEST_REASON
from apps.events.models import Correction, Participant
from apps.events.scoring import OUTCOMES

REASON_HELP = "stands in the event's trail of corrections, and with the revision that follows"


class ReasonField(serializers.CharField):
    """Why something is corrected."""

    def __init__(self, **options: object) -> None:
        super().__init__(**{"max_length": LONGEST_REASON, "help_text": REASON_HELP, **options})  # type: ignore[arg-type]


class CorrectionSerializer(serializers.Serializer[Correction]):
    """One line of the trail."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=Correction.Kind.choices)
    bib = serializers.CharField(source="entry.bib")
    name = serializers.CharField(source="entry.participant.name")
    score_id = serializers.IntegerField(allow_null=True, help_text="that was voided, or that took another's place")
    before = serializers.DictField(help_text="what was there; values in the smallest unit")
    after = serializers.DictField(help_text="what is there instead; empty for a voided score")
    reason = serializers.CharField(help_text="empty where none was needed")
    by = serializers.CharField(source="by.username", default=None, allow_null=True, help_text="null for a command")
    at = serializers.DateTimeField()
    input_version = serializers.IntegerField(help_text="of the event's entries and scores, with this correction")


class CorrectionQuery(PageQuery):
    bib = serializers.CharField(required=False)
    kind = serializers.ChoiceField(required=False, choices=Correction.Kind.choices)


class SupersedeInput(StrictSerializer):
    """What takes the place of a score. What is not given stays as it was."""

    value = ScoreValueField(required=False, help_text="as for a new score")
    unit = serializers.CharField(required=False, max_length=10, help_text="ms, s, min, h; mm, cm, m, km")
    outcome = WordField(OUTCOMES, required=False, help_text="as for a new score; a late judgement, say")
    achieved_at = serializers.DateTimeField(required=False)
    reason = ReasonField()


class MergeInput(StrictSerializer):
    """Which participant is dropped, and why."""

    drop = serializers.IntegerField(min_value=1, max_value=2**63 - 1, help_text="its id, as entries tell it")
    reason = ReasonField()


class KeptParticipantSerializer(serializers.Serializer[Participant]):
    """A person or team, the same one across the events of an organiser."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    external_id = serializers.CharField()
