"""What goes in and out about entries."""

from rest_framework import serializers

from apps.events.api.correction_serializers import ReasonField
from apps.events.api.fields import STANDINGS, STATUSES, DivisionField, StrictSerializer, WordField
from apps.events.api.pagination import PageQuery
from apps.events.models import BIB_PATTERN, Entry
from apps.events.values import LARGEST_VALUE

DIVISIONS_HELP = 'dimension -> division, as in {"sex": "F"}'


class EntrySerializer(serializers.Serializer[Entry]):
    """A participant in an event. The context says whether who asks `works_on_it`."""

    bib = serializers.CharField()
    name = serializers.CharField(source="participant.name")
    divisions = serializers.DictField(source="division_set.values", child=serializers.CharField())
    standing = WordField(STANDINGS)
    status = WordField(STATUSES)
    status_reason = serializers.CharField()
    adjustment = serializers.IntegerField(help_text="added to the result, in the smallest unit")
    adjustment_reason = serializers.CharField()
    manual_order = serializers.IntegerField(
        allow_null=True, help_text="among equals, lowest first, where the rules ask"
    )
    participant = serializers.SerializerMethodField(
        help_text="the same id in other events is the same one; null for those who do not work on the event"
    )

    def get_participant(self, entry: Entry) -> int | None:
        # Numbers of rows with gaps between them would tell of entries that are hidden.
        return entry.participant_id if self.context["works_on_it"] else None


class EntryQuery(PageQuery):
    bib = serializers.CharField(required=False)
    division = DivisionField(required=False, help_text="as in `sex:F`")


class EntryInput(StrictSerializer):
    """A new entry."""

    bib = serializers.RegexField(
        BIB_PATTERN, error_messages={"invalid": "1 to 23 printable ASCII characters without spaces"}
    )
    name = serializers.CharField(max_length=200)
    divisions = serializers.DictField(child=serializers.CharField(), required=False, help_text=DIVISIONS_HELP)
    external_id = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=100,
        help_text="your own name for this participant: the same one is the same participant in all your events",
    )
    standing = WordField(STANDINGS, required=False)


class EntryChanges(StrictSerializer):
    """What of an entry can change. A DSQ and an adjustment need their reason. The name changes in all events.

    `reason` is for all that is changed; status and adjustment take it for their own where they come without one.
    """

    name = serializers.CharField(max_length=200)
    divisions = serializers.DictField(child=serializers.CharField(), help_text=DIVISIONS_HELP)
    standing = WordField(STANDINGS)
    status = WordField(STATUSES)
    status_reason = serializers.CharField(allow_blank=True, max_length=200)
    adjustment = serializers.IntegerField(
        min_value=-LARGEST_VALUE, max_value=LARGEST_VALUE, help_text="added to the result, in the smallest unit"
    )
    adjustment_reason = serializers.CharField(allow_blank=True, max_length=200)
    manual_order = serializers.IntegerField(
        allow_null=True, min_value=0, max_value=2**31 - 1, help_text="among equals, lowest first, where the rules ask"
    )
    reason = ReasonField(allow_blank=True)
