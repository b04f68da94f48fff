"""Everybody who may ask for something, and an event, a season and whatever else they ask for."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone

from apps.events.services import generate_event_ranking, request_event_ranking, submit_import
from apps.notifications.models import Announcement, Delivery, Notification
from apps.notifications.unsubscribing import Subscription, token_of
from apps.rankings.services import rule_on_participant
from delivery.applied_topology import note_applied
from delivery.health.views import READINESS
from tests.factories import add_entry, add_score, make_event, make_user, publish_event
from tests.integration.api.clients import client_of
from tests.seasons import make_season, standings_of
from tests.webhooks import make_endpoint

PEOPLE = ("anonymous", "user", "organiser", "scorer", "owner", "staff")
WORK_ON_IT = frozenset({"scorer", "owner", "staff"})


@dataclass(frozen=True)
class House:
    """The people, and the parts of addresses that name what is theirs."""

    users: dict[str, User | None]
    names: dict[str, Any]

    def client(self, person: str, *, of_pages: bool) -> Any:
        """What that person sends requests with: the API with a token, pages with a session."""
        user = self.users[person]
        if not of_pages:
            return client_of(user)
        client = Client()
        if user is not None:
            client.force_login(user)
        return client


def make_people() -> dict[str, User | None]:
    """The owner of an event, another organiser, a scorer of the event, staff, and two who are nobody to it."""
    users = {person: make_user(person, is_staff=person == "staff") for person in PEOPLE[1:]}
    for person in ("owner", "organiser"):
        users[person].user_permissions.add(Permission.objects.get(codename="add_event"))
    return {"anonymous": None, **users}


def make_house(visibility: str = "public") -> House:
    """A frozen event of the owner's with entries, scores, an import and revisions, and a season of another one.

    Its latest score is not ranked yet.
    """
    note_applied()  # as in a deployment: /health/ready asks for it
    READINESS.forget()
    users = make_people()
    begun = timezone.now() - timedelta(hours=3)
    event = make_event(
        slug="race",
        owner=users["owner"],
        visibility=visibility,
        starts_at=begun,
        freeze_at=begun + timedelta(hours=1),
    )
    event.scorers.add(named(users, "scorer"))
    entries = [add_entry(event, bib, divisions={"sex": "F"}, external_id=bib) for bib in ("7", "12", "31")]
    for bib, value in (("12", 1500), ("7", 1000)):
        score = add_score(event, bib, value, achieved_at=begun)
        generate_event_ranking(event.pk)
    add_score(event, "12", 1400)
    batch = submit_import(
        event.pk, content=BytesIO(b"bib,score\n7,bad\n"), by=users["owner"], unit="s", file_name="times.csv"
    )
    names = {
        "bib": "7",
        "action": "close",
        "score_id": score.pk,
        "import_id": batch.pk,
        "participant_id": entries[0].participant_id,
        "doubled": entries[2].participant_id,
        "task_id": request_event_ranking(event.pk),
        "number": 1,
        "revision": 1,
        "before": 1,
        "after": 2,
        "token": token_of(Subscription(named(users, "user").pk, "results_published", "email")),
    }
    return House(users, names | make_running_season(users, visibility))


def named(users: dict[str, User | None], person: str) -> User:
    """The user that a person is."""
    user = users[person]
    assert user is not None
    return user


def make_running_season(users: dict[str, User | None], visibility: str) -> dict[str, Any]:
    """A season of the owner's, of a public event that is over; somebody without rights to either took part in it."""
    owner, user = users["owner"], named(users, "user")
    over = make_event(slug="over", owner=owner)
    winner = add_entry(over, "1", name="Ana", user=user)
    add_score(over, "1", 1000)
    ranking = publish_event(over)
    season = make_season(over, slug="cup", owner=owner, visibility=visibility)
    standings_of(season)
    ruling = rule_on_participant(
        season.pk, kind="adjustment", participant_id=winner.participant_id, points=Decimal(-1), reason="late", by=owner
    )
    standings_of(season)
    notice = Notification.objects.create(
        recipient=user,
        announcement=Announcement.objects.create(
            kind=Announcement.Kind.RESULTS_PUBLISHED, key=f"ranking:{ranking.pk}", event=over, ranking=ranking
        ),
        role=Notification.Role.PARTICIPANT,
    )
    endpoint = make_endpoint(user)
    delivery = Delivery.objects.create(
        notification=notice, channel="webhook", lane=endpoint.lane, endpoint=endpoint, state=Delivery.State.FAILED
    )
    return {
        "ruling_id": ruling.pk,
        "ranked": winner.participant_id,
        "notification_id": notice.pk,
        "webhook_id": endpoint.pk,
        "delivery_id": delivery.uuid,
    }
