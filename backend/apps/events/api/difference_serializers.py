"""What goes in and out about the difference between two revisions."""

from typing import Any

from rest_framework import serializers

from apps.events.api.fields import StrictSerializer
from apps.events.api.pagination import MOST_ROWS, ROWS
from apps.events.api.ranking_serializers import BoardQuery, RankingLineSerializer
from apps.events.difference import Kind
from apps.events.difference_lines import DifferenceLine


class DifferenceExportQuery(StrictSerializer):
    """Which board of which variant."""

    division = BoardQuery().fields["division"]
    variant = BoardQuery().fields["variant"]


class DifferenceQuery(DifferenceExportQuery):
    limit = serializers.IntegerField(default=ROWS, min_value=1, max_value=MOST_ROWS)
    cursor = serializers.CharField(required=False, max_length=200, help_text="from `next` of another page")


class ChangeCountsSerializer(serializers.Serializer[dict[str, int]]):
    """How many entries changed in which way."""

    new = serializers.IntegerField()
    gone = serializers.IntegerField()
    status = serializers.IntegerField()
    improved = serializers.IntegerField()
    worsened = serializers.IntegerField()
    score = serializers.IntegerField()
    by_others = serializers.IntegerField(help_text="those of them whose own result is the same")


class ChangeSerializer(serializers.Serializer[DifferenceLine]):
    """What changed for one entry."""

    bib = serializers.CharField()
    name = serializers.CharField()
    divisions = serializers.DictField(child=serializers.CharField())
    kind = serializers.ChoiceField(
        choices=[kind.value for kind in Kind],
        help_text="`new` and `gone` on this board; another `status` or standing; `improved` or `worsened` in rank; "
        "another result at the same rank is `score`",
    )
    by_others = serializers.BooleanField(help_text="its own result is the same: it moved because others did")
    before = RankingLineSerializer(allow_null=True, help_text="its line; null where it is new")
    after = RankingLineSerializer(allow_null=True, help_text="its line; null where it is gone")
    reasons = serializers.ListField(
        child=serializers.CharField(), help_text="of the corrections of this entry between the two revisions"
    )


class DifferenceSerializer(serializers.Serializer[dict[str, Any]]):
    """A page of what differs between two revisions on one board."""

    event = serializers.SlugField()
    before = serializers.IntegerField(help_text="a revision")
    after = serializers.IntegerField(help_text="the revision that is compared with it")
    division = serializers.CharField()
    reasons = serializers.ListField(
        child=serializers.CharField(), help_text="what the later revision tells as its reasons"
    )
    counts = ChangeCountsSerializer()
    changes = ChangeSerializer(
        many=True,
        help_text="whose own result differs first, then who moved because of others; both as on the board",
    )
    next = serializers.URLField(allow_null=True, help_text="the next page")
