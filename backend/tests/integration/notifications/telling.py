"""Something to tell, and people who are told it."""

from django.contrib.auth.models import User

from apps.events.models import Event
from apps.notifications.services import announce_event_ranking
from tests.factories import add_entry, add_score, make_event, make_user, publish_event


def tell(*names: str) -> Event:
    """Publish an event of these people, who get an account if they have none, and tell them."""
    event = make_event()
    for bib, name in enumerate(names, 1):
        user = User.objects.filter(username=name).first() or make_user(name)
        add_entry(event, str(bib), name=name.title(), external_id=name, user=user)
        add_score(event, str(bib), 1000 * bib)
    announce_event_ranking(publish_event(event).pk)
    return event
