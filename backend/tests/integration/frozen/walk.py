"""Everything that anybody may ask for, from the URL patterns themselves: none can be forgotten."""

import csv
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.test import Client

from apps.notifications.messages import Message, make_messages
from apps.notifications.models import Notification, RecipientSettings
from apps.notifications.unsubscribing import Subscription, token_of
from tests.integration.addresses import patterns
from tests.integration.frozen.world import HIDDEN_BIB, SLUG, World

API = "api/v1/"
E = f"/api/v1/events/{SLUG}"
S = "/api/v1/seasons/cup"
PAGE = f"/events/{SLUG}/"
BOARDS = (
    "",
    "?division=sex:F",
    "?division=sex:M",
    "?division=sex:Zzyzx",
    "?revision=1",
    "?revision=2",
    "?variant=live",
)

# Pattern -> its addresses. What is only told to others is asked for all the same.
ADDRESSES: dict[str, Sequence[str]] = {
    "": ["/", "/?page=2"],
    "events/<slug:slug>/": [
        PAGE,
        *(f"{PAGE}?{query}" for query in ("division=sex:F", "division=sex:Zzyzx", "page=2", "variant=live")),
        *(f"{PAGE}?q={text}" for text in ("7", "team", HIDDEN_BIB, "Xanthippe")),
    ],
    "events/<slug:slug>/entries/<path:bib>": [
        *(f"{PAGE}entries/{bib}" for bib in ("7", "12", "31", HIDDEN_BIB)),
        f"{PAGE}entries/7?variant=live",
    ],
    "events/<slug:slug>/why/<path:bib>": [*(f"{PAGE}why/{bib}" for bib in ("7", "12", "31", HIDDEN_BIB))],
    "events/<slug:slug>/revisions/": [f"{PAGE}revisions/", f"{PAGE}revisions/?variant=live"],
    "events/<slug:slug>/revisions/<int:number>": [f"{PAGE}revisions/{number}" for number in (1, 2)],
    "events/<slug:slug>/revisions/<int:before>/difference/<int:after>": [f"{PAGE}revisions/1/difference/2"],
    "seasons/": ["/seasons/"],
    "seasons/<slug:slug>/": ["/seasons/cup/", "/seasons/cup/?division=sex:F"],
    "seasons/<slug:slug>/revisions/": ["/seasons/cup/revisions/"],
    "seasons/<slug:slug>/revisions/<int:revision>/": ["/seasons/cup/revisions/1/", "/seasons/cup/revisions/2/"],
    "seasons/<slug:slug>/revisions/<int:before>/to/<int:after>/": ["/seasons/cup/revisions/1/to/1/"],
    "unsubscribe/<token>": ["/unsubscribe/{token}", "/unsubscribe/nobody-signed-this"],
    "health/live": ["/health/live"],
    "health/ready": ["/health/ready"],
    f"{API}token": ["/api/v1/token"],
    f"{API}rules/schema": ["/api/v1/rules/schema"],
    f"{API}events": ["/api/v1/events", "/api/v1/events?state=open", "/api/v1/events?limit=1"],
    f"{API}events/<slug:slug>": [E],
    f"{API}events/<slug:slug>/<action:action>": [f"{E}/close", f"{E}/publish"],
    f"{API}events/<slug:slug>/thaw": [f"{E}/thaw"],
    f"{API}events/<slug:slug>/reveal": [f"{E}/reveal"],
    f"{API}events/<slug:slug>/transitions": [f"{E}/transitions"],
    f"{API}events/<slug:slug>/entries": [
        f"{E}/entries{query}" for query in ("", "?limit=1", "?bib=7", f"?bib={HIDDEN_BIB}", "?division=sex:Zzyzx")
    ],
    f"{API}events/<slug:slug>/entries/<bib:bib>": [f"{E}/entries/{bib}" for bib in ("7", HIDDEN_BIB)],
    f"{API}events/<slug:slug>/scores": [f"{E}/scores", f"{E}/scores?bib=7"],
    f"{API}events/<slug:slug>/scores/bulk": [f"{E}/scores/bulk"],
    f"{API}scores/<int:score_id>/void": ["/api/v1/scores/{late}/void", "/api/v1/scores/999999/void"],
    f"{API}scores/<int:score_id>/supersede": ["/api/v1/scores/{late}/supersede"],
    f"{API}events/<slug:slug>/corrections": [f"{E}/corrections", f"{E}/corrections?bib={HIDDEN_BIB}"],
    f"{API}participants/<int:participant_id>/merge": ["/api/v1/participants/{hidden}/merge"],
    f"{API}events/<slug:slug>/imports": [f"{E}/imports"],
    f"{API}imports/<int:import_id>": ["/api/v1/imports/1"],
    f"{API}imports/<int:import_id>/rejections": ["/api/v1/imports/1/rejections"],
    f"{API}events/<slug:slug>/ranking": [f"{E}/ranking{query}" for query in (*BOARDS, "?limit=1", "?limit=2")],
    f"{API}events/<slug:slug>/ranking.csv": [f"{E}/ranking.csv{query}" for query in BOARDS],
    f"{API}events/<slug:slug>/ranking/top": [f"{E}/ranking/top{query}" for query in BOARDS],
    f"{API}events/<slug:slug>/ranking/around/<bib:bib>": [
        f"{E}/ranking/around/{bib}{query}" for bib in ("7", HIDDEN_BIB) for query in BOARDS
    ],
    f"{API}events/<slug:slug>/ranking/entries/<bib:bib>": [
        f"{E}/ranking/entries/{bib}{query}"
        for bib in ("7", "12", "31", HIDDEN_BIB)
        for query in ("", "?revision=1", "?variant=live")
    ],
    f"{API}events/<slug:slug>/awards": [f"{E}/awards{query}" for query in ("", "?revision=1", "?variant=live")],
    f"{API}events/<slug:slug>/ranking/generate": [f"{E}/ranking/generate"],
    f"{API}events/<slug:slug>/rankings": [f"{E}/rankings{query}" for query in ("", "?limit=1", "?variant=live")],
    f"{API}events/<slug:slug>/rankings/<revision:before>/difference/<revision:after>": [
        f"{E}/rankings/{pair}" for pair in ("1/difference/2", "2/difference/1", "1/difference/1")
    ],
    f"{API}events/<slug:slug>/rankings/<revision:before>/difference/<revision:after>.csv": [
        f"{E}/rankings/1/difference/2.csv"
    ],
    f"{API}season-rules/schema": ["/api/v1/season-rules/schema"],
    f"{API}seasons": ["/api/v1/seasons"],
    f"{API}seasons/<slug:slug>": [S],
    f"{API}seasons/<slug:slug>/events": [f"{S}/events"],
    f"{API}seasons/<slug:slug>/rulings": [f"{S}/rulings"],
    f"{API}seasons/<slug:slug>/rulings/<int:ruling_id>/revoke": [f"{S}/rulings/1/revoke"],
    f"{API}seasons/<slug:slug>/standings": [f"{S}/standings{query}" for query in ("", "?limit=1", "?revision=1")],
    f"{API}seasons/<slug:slug>/standings.csv": [f"{S}/standings.csv"],
    f"{API}seasons/<slug:slug>/standings/participants/<int:participant_id>": [
        f"{S}/standings/participants/{who}" for who in ("{hidden}", "{shown}")
    ],
    f"{API}seasons/<slug:slug>/standings/changes": [f"{S}/standings/changes?before=1"],
    f"{API}seasons/<slug:slug>/standings/revisions": [f"{S}/standings/revisions"],
    f"{API}seasons/<slug:slug>/awards": [f"{S}/awards"],
    f"{API}events/<slug:slug>/notifications/preview": [
        f"{E}/notifications/preview{query}" for query in ("", "?bib=7", f"?bib={HIDDEN_BIB}")
    ],
    f"{API}notifications": ["/api/v1/notifications"],
    f"{API}notifications/unread-count": ["/api/v1/notifications/unread-count"],
    f"{API}notifications/settings": [],  # one's own choices, and nothing of any event
    f"{API}notifications/read-all": [],  # changes one's own inbox, and tells a number that unread-count tells
    f"{API}notifications/<int:notification_id>/read": ["/api/v1/notifications/1/read"],
    f"{API}webhooks": ["/api/v1/webhooks"],
    f"{API}webhooks/<int:webhook_id>": ["/api/v1/webhooks/1"],
    f"{API}webhooks/<int:webhook_id>/rotate-secret": ["/api/v1/webhooks/1/rotate-secret"],
    f"{API}webhooks/<int:webhook_id>/deliveries": ["/api/v1/webhooks/1/deliveries"],
    f"{API}webhooks/<int:webhook_id>/deliveries/<uuid:delivery_id>/redeliver": [
        "/api/v1/webhooks/1/deliveries/{task}/redeliver"
    ],
    f"{API}tasks/<uuid:task_id>": ["/api/v1/tasks/{task}"],
    "api/schema/": ["/api/schema/"],
    "api/docs/": ["/api/docs/"],
    "^api/": ["/api/nothing-of-that-name"],
}
# Says nothing of events: the first two take long to be made, the others say until when they hold.
STATIC = ("api/schema/", "api/docs/", "health/live", "health/ready")
# Not asked for by who has nothing to do with the event, since it would be done: "post " and the address as it stands in
# ADDRESSES.
MEANT_FOR_ALL: frozenset[str] = frozenset()
# What shows most of an event; the rest is asked for less often.
MOST_TELLING = [PAGE, f"{PAGE}entries/7", "/", E, *(f"{E}/{part}" for part in ("ranking", "ranking.csv", "rankings"))]


@dataclass(frozen=True)
class Answer:
    """All that comes back."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: str


Answers = dict[str, Answer]


def routes() -> list[str]:
    """The patterns of all addresses outside of the admin, which nobody enters but staff."""
    return [route for route, _view in patterns()]


def walk(world: World) -> dict[str, Answers]:
    """What is answered to a visitor without an account, to one with an account, and to one who takes part."""
    return {person: walk_as(world, person) for person in ("anonymous", "stranger", "athlete")}


def walk_as(world: World, person: str, methods: Sequence[str] = ("get",), only: Sequence[str] = ()) -> Answers:
    """What is answered to one of them at every address, or only at some."""
    client = Client()
    if person != "anonymous":
        client.force_login(world.stranger if person == "stranger" else world.athlete)
    names = {
        "late": world.late().pk,
        "hidden": world.event.entries.get(bib=HIDDEN_BIB).participant_id,
        "shown": world.event.entries.get(bib="7").participant_id,
        "task": world.task_id,
        "token": token_of(Subscription(world.athlete.pk, "results_published", "email")),
    }
    # A page that was kept would only tell what was true before.
    cache.clear()
    told = messages_to(world.athlete.username) if person == "athlete" and "get" in methods and not only else {}
    return told | {
        f"{method} {address}": _ask(client, method, address.format(**names))
        for route in routes()
        if route not in STATIC
        for address in ADDRESSES.get(route, ())  # test_every_address_is_walked says which there are none of
        if not only or address in only
        for method in methods
        if f"{method} {address}" not in MEANT_FOR_ALL
    }


def messages_to(username: str) -> Answers:
    """All that somebody was told, as it is rendered now in every language and form."""
    told = Notification.objects.filter(recipient__username=username).order_by("pk")
    answers = {
        f"message {one.notification.announcement} in {language}": Answer(0, (), _everything_of(one))
        for language, _name in settings.LANGUAGES
        for one in _in_language(language, told)
    }
    # Pages speak the language of who they are for, too: looking must not change what is seen next.
    RecipientSettings.objects.filter(user__username=username).delete()
    return answers


def _in_language(language: str, told: QuerySet[Notification]) -> list[Message]:
    for notification in told:
        RecipientSettings.objects.update_or_create(user=notification.recipient, defaults={"language": language})
    return make_messages(list(told.select_related("announcement__event", "announcement__season")))


def _everything_of(message: Message) -> str:
    """Text, HTML and data, and why it is withheld."""
    said = [message.title, message.text, message.letter(), message.html(), message.url]
    return "\n".join([*said, message.facts.withheld, json.dumps(message.facts.data)])


def _ask(client: Client, method: str, address: str) -> Answer:
    body: dict[str, Any] = {"data": "{}", "content_type": "application/json"} if method in ("post", "patch") else {}
    # Every request has an id of its own, which its answer names; these have one together.
    response = getattr(client, method)(address, headers={"x-request-id": "the-walk"}, **body)
    headers = sorted((name, value) for name, value in response.headers.items())
    return Answer(response.status_code, tuple(headers), _content(response))


def _content(response: HttpResponseBase) -> str:
    content: bytes = response.getvalue()
    return content.decode()


def without_pending(answer: Answer) -> Iterator[str]:
    """The lines of an answer without the number of what is pending, and without what moves with it.

    That is a revision with its moment, hash and tag. Something is pending in all of these worlds: a column that tells
    how much is always there.
    """
    body = _without_column(answer.body) if answer.body.startswith("division,") else answer.body
    for pattern, instead in NORMALISED:
        body = re.sub(pattern, instead, body)
    yield str(answer.status)
    for name, value in answer.headers:
        if name not in ("ETag", "Content-Length"):
            yield f"{name}: " + re.sub(r"-\d+\.csv", "-N.csv", value)
    yield from body.replace(',"', ',\n"').splitlines()


def _without_column(table: str) -> str:
    """A table in CSV without its column of what is pending."""
    rows = list(csv.reader(table.splitlines()))
    kept = [number for number, name in enumerate(rows[0]) if name != "pending"]
    return "\n".join(",".join(row[number] for number in kept) for row in rows)


NORMALISED = (
    # The number itself: in a line, of a board, in words, in a cell.
    (r'"pending":(\{"text":"\d+","value":\d+,"cell":null\}|\d+)', '"pending":N'),
    (r' ?<span class="of pending">[^<]*</span>', ""),
    (r", \d+ pending", ""),
    (r"\d+ (scores? (is|are) )?pending", "N pending"),
    (r"\+?\d+\?", ""),
    (r"<li>Not judged, or not shown, yet: \d+\.</li>\n *", ""),
    (r"<li> *\w+: not solved, 0 rejected</li>\n *", ""),
    # The revision that tells it.
    (r'"(computed_at|content_hash|next|previous)":"[^"]*"', r'"\1":"X"'),
    (r'"revision":\d+', '"revision":N'),
    (r'data-etag="[^"]*"', "data-etag"),
    (r"revision \d+", "revision N"),
    (r"<time datetime=[^>]*>[^<]*</time>", "<time>"),
)
