"""Who may see and do what with an event. The API, the pages and the admin all ask here."""

from django.contrib.auth.models import AnonymousUser, User
from django.db.models import Q, QuerySet

from apps.events.models import Entry, Event, Participant

Visitor = User | AnonymousUser


def visible_events(user: Visitor) -> QuerySet[Event]:
    """The events that `user` may read."""
    if user.is_staff:
        return Event.objects.all()
    public = ~Q(visibility=Event.Visibility.PRIVATE) & ~Q(state=Event.State.DRAFT)
    if not user.is_authenticated:
        return Event.objects.filter(public)
    return Event.objects.filter(public | own_events(user)).distinct()


def anyone_may_see(event: Event) -> bool:
    """Whether an event shows the same to everybody."""
    return event.visibility != Event.Visibility.PRIVATE and event.state != Event.State.DRAFT


def may_see_event(user: Visitor, event: Event) -> bool:
    """Whether the event is one of the visible ones; most often known without a query."""
    if anyone_may_see(event) or may_manage_event(user, event):
        return True
    return visible_events(user).filter(pk=event.pk).exists()


def event_readers(event: Event) -> QuerySet[User]:
    """The users who may read an event: `visible_events` asked the other way round."""
    return User.objects.all() if anyone_may_see(event) else event_workers(event)


def event_workers(event: Event) -> QuerySet[User]:
    """Staff, the event's owner and its scorers: `may_record_scores` asked the other way round."""
    scorers = Event.scorers.through.objects.filter(event=event).values("user")
    return User.objects.filter(Q(is_staff=True) | Q(pk=event.owner_id) | Q(pk__in=scorers))


def event_managers(event: Event) -> QuerySet[User]:
    """Staff and the event's owner: `may_manage_event` asked the other way round."""
    return User.objects.filter(Q(is_staff=True) | Q(pk=event.owner_id))


def listed_events(user: Visitor) -> QuerySet[Event]:
    """The events that a list shows to `user`: the visible ones, without what is only for those who know its address."""
    events = visible_events(user)
    if user.is_staff:
        return events
    listed = ~Q(visibility=Event.Visibility.UNLISTED)
    return events.filter(listed | own_events(user) if user.is_authenticated else listed)


def own_events(user: Visitor) -> Q:
    """The events that `user` owns or keeps the scores of."""
    return Q(owner=user) | Q(scorers=user)


def may_manage_event(user: Visitor, event: Event) -> bool:
    """Its owner and staff change an event, its entries and its state."""
    return user.is_authenticated and (user.is_staff or event.owner_id == user.pk)


def may_record_scores(user: Visitor, event: Event) -> bool:
    """Whoever manages an event, and the scorers assigned to it."""
    return may_manage_event(user, event) or (user.is_authenticated and event.scorers.filter(pk=user.pk).exists())


def may_see_live(user: Visitor, event: Event) -> bool:
    """What a freeze hides from the public is shown to those who work on the event."""
    return may_record_scores(user, event)


def may_correct_scores(user: Visitor, event: Event) -> bool:
    """Whoever may record them; once results are published only those who manage the event."""
    is_published = event.state == Event.State.PUBLISHED
    return may_manage_event(user, event) if is_published else may_record_scores(user, event)


def own_participants(user: Visitor) -> QuerySet[Participant]:
    """The participants that `user` may merge: staff all of them, others their own."""
    if user.is_staff:
        return Participant.objects.all()
    return Participant.objects.filter(owner=user) if user.is_authenticated else Participant.objects.none()


def may_see_hidden(user: Visitor, event: Event) -> bool:
    """Hidden entries exist only for those who work on the event."""
    return may_record_scores(user, event)


def visible_entries(user: Visitor, event: Event) -> QuerySet[Entry]:
    """The entries of an event that `user` may read: those of its scoreboard, and the others for who works on it."""
    entries = Entry.objects.filter(event=event)
    return entries if may_see_hidden(user, event) else entries.filter(standing__in=Entry.SHOWN)


def may_create_events(user: Visitor) -> bool:
    """Staff, and users with the permission `events.add_event` (the organisers)."""
    return user.is_authenticated and (user.is_staff or user.has_perm("events.add_event"))
