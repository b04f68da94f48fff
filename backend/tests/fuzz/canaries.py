"""Things that belong to somebody else, with a mark in every text of theirs."""

from io import BytesIO

from apps.events.services import generate_event_ranking, submit_import
from apps.notifications.models import Announcement, Notification
from tests.factories import add_entry, add_score, make_event, make_user
from tests.seasons import make_season, standings_of
from tests.webhooks import make_endpoint

# Nobody may see the first; the second is of an event that staff operate.
CANARY, WORKED_ON = "xanthocanary", "zygocanary"


def plant() -> None:
    """Another organiser's private event and season, and another person's webhook and inbox."""
    stranger = make_user("stranger", email=f"{CANARY}@example.org", first_name=CANARY)
    endpoint = make_endpoint(stranger, url=f"https://93.184.216.34/{CANARY}", description=CANARY)
    event = make_event(slug=f"e-{WORKED_ON}", name=WORKED_ON, owner=stranger, visibility="private")
    for number in (1, 2):
        add_entry(event, f"{WORKED_ON}{number}", name=f"{WORKED_ON} {number}", divisions={"sex": "F"})
        add_score(event, f"{WORKED_ON}{number}", 1000 * number, external_id=f"{WORKED_ON}{number}")
    generate_event_ranking(event.pk)
    submit_import(event.pk, content=BytesIO(b"bib,score\n7,bad\n"), by=stranger, unit="s", file_name=f"{WORKED_ON}.csv")
    season = make_season(event, slug=f"s-{WORKED_ON}", name=WORKED_ON, owner=stranger, visibility="private")
    standings_of(season)
    announcement = Announcement.objects.create(
        kind=Announcement.Kind.RESULTS_PUBLISHED, key=f"canary:{endpoint.pk}", event=event
    )
    Notification.objects.create(recipient=stranger, announcement=announcement, role=Notification.Role.PARTICIPANT)
