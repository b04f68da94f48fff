"""The event that a page is about, as the visitor may see it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest
from django.utils import timezone

from apps.events.access import anyone_may_see, may_see_event, may_see_live
from apps.events.models import Event, Ranking
from apps.events.ranking_lines import entity_tag, find_ranking
from apps.events.rules import parse_rules
from apps.events.scoreboard.columns import detail_columns
from apps.events.scoreboard.labels import SCORE_LABELS
from apps.events.scoreboard.phases import POLL_SECONDS, Phase, frozen_since, phase_of
from apps.events.scoreboard.responses import make_etag

Variant = Ranking.Variant


@dataclass(frozen=True, slots=True)
class Opened:
    """An event, and what of it is looked at."""

    event: Event
    variant: str  # Ranking.Variant
    is_public: bool  # everybody sees the same
    phase: Phase
    frozen_since: datetime | None

    @property
    def ranking(self) -> Ranking | None:
        """The present ranking of that variant."""
        return find_ranking(self.event, variant=self.variant)

    @property
    def etag(self) -> str:
        """Changes with all that the pages of an event show; costs no query beyond the event itself."""
        return make_etag(entity_tag(self.event, self.variant), self.phase.value, self.frozen_since)

    @property
    def query(self) -> str:
        """What goes with the address of another page of the same variant."""
        return f"?variant={Variant.LIVE}" if self.variant == Variant.LIVE else ""

    def context(self) -> dict[str, Any]:
        """What the templates of all pages of an event know."""
        ranking = self.ranking
        return {
            "event": self.event,
            "etag": self.etag,
            "phase": self.phase,
            "frozen_since": self.frozen_since,
            "is_live": self.variant == Variant.LIVE,
            "variant_query": self.query,
            "ranking": ranking,
            "columns": detail_columns(ranking),
            "score_label": SCORE_LABELS[parse_rules(ranking.rules if ranking else self.event.rules).metric],
            "poll_seconds": POLL_SECONDS.get(self.phase),
            "is_listed": self.event.visibility == Event.Visibility.PUBLIC,
        }


def open_event(request: HttpRequest, slug: str) -> Opened:
    """The event, and the variant that ?variant= asks for, if the visitor may see them. Raises Http404.

    Who the visitor is matters only where not everybody may.
    """
    event = Event.objects.select_related("public_ranking").filter(slug=slug).first()
    if event is None or not (anyone_may_see(event) or may_see_event(request.user, event)):
        raise Http404(f"There is no event {slug}.")
    variant = request.GET.get("variant", Variant.PUBLIC)
    if variant not in Variant.values or (variant == Variant.LIVE and not may_see_live(request.user, event)):
        raise Http404("There is no such ranking.")
    now = timezone.now()
    is_public = anyone_may_see(event) and variant == Variant.PUBLIC
    return Opened(event, variant, is_public, phase_of(event, now), frozen_since(event, now))
