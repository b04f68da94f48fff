"""How each operation is asked for so that it is done for who may: with what body, and how it is answered then."""

from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from tests.factories import RACE
from tests.integration.rights.people import House
from tests.webhooks import SOMEWHERE


@dataclass(frozen=True)
class Call:
    """A request. `done` is the status for who may; values in the body that begin with $ are names of the house."""

    body: dict[str, Any] | bytes = field(default_factory=dict)
    done: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    query: str = ""
    names: dict[str, str] = field(default_factory=dict)  # in the address, where they mean something else


SCORE = {"bib": "7", "value": 2000}
WHY = {"reason": "a good one"}
E = "/api/v1/events/{slug}"
S = "/api/v1/seasons/{slug}"

# Whatever needs no body, and is answered 200, need not stand here.
CALLS: dict[str, Call] = {
    "POST /unsubscribe/{token}": Call({"List-Unsubscribe": "One-Click"}),
    "POST /api/v1/token": Call({"username": "user", "password": "secret"}),
    "POST /api/v1/events": Call({"slug": "new", "name": "New", "rules": RACE}, 201),
    f"PATCH {E}": Call({"name": "Other"}),
    # Nobody is let in who could not take the step; the ranking of the latest score is not there yet.
    f"POST {E}/reveal": Call(done=409),
    f"POST {E}/entries": Call({"bib": "9", "name": "Eva"}, 201),
    f"PATCH {E}/entries/{{bib}}": Call({"status": "DNF", **WHY}),
    f"POST {E}/scores": Call(SCORE, 201, {"Idempotency-Key": "k"}),
    f"POST {E}/scores/bulk": Call({"scores": [{**SCORE, "idempotency_key": "k"}]}),
    f"POST {E}/imports": Call(b"bib,score\n7,12\n", 202, query="unit=s"),
    f"POST {E}/ranking/generate": Call(done=202),
    "POST /api/v1/scores/{score_id}/void": Call(WHY),
    "POST /api/v1/scores/{score_id}/supersede": Call({"value": 3000, **WHY}, 201),
    "POST /api/v1/participants/{participant_id}/merge": Call({"drop": "$doubled", **WHY}),
    "POST /api/v1/seasons": Call({"slug": "new", "name": "New", "rules": {"points": {"by_place": [3]}}}, 201),
    f"PATCH {S}": Call({"name": "Other"}),
    f"PUT {S}/events": Call({"events": [{"event": "over"}]}),
    f"POST {S}/rulings": Call({"kind": "exclusion", "participant": "$ranked", **WHY}, 201),
    f"POST {S}/rulings/{{ruling_id}}/revoke": Call(WHY),
    f"GET {S}/standings/participants/{{participant_id}}": Call(names={"participant_id": "ranked"}),
    f"GET {S}/standings/changes": Call(query="before=1"),
    "POST /api/v1/notifications/{notification_id}/read": Call(done=204),
    "POST /api/v1/webhooks": Call({"url": SOMEWHERE}, 201),
    "DELETE /api/v1/webhooks/{webhook_id}": Call(done=204),
    "POST /api/v1/webhooks/{webhook_id}/deliveries/{delivery_id}/redeliver": Call(done=202),
}


def ask(house: House, operation: str, person: str) -> int:
    """The status of the answer to an operation; what it has changed is rolled back."""
    method, _space, address = operation.partition(" ")
    call = CALLS.get(operation, Call())
    slug = "cup" if "/seasons/" in address else "race"
    names = {**house.names, **{name: house.names[other] for name, other in call.names.items()}}
    path, _mark, query = address.format(slug=slug, **names).partition("?")
    client = house.client(person, of_pages=not address.startswith("/api/"))
    body = _body(house, call)
    with transaction.atomic():
        response = getattr(client, method.lower())(
            f"{path}?{'&'.join(filter(None, (query, call.query)))}", **body, headers=call.headers
        )
        transaction.set_rollback(True)
    status: int = response.status_code
    return status


def _body(house: House, call: Call) -> dict[str, Any]:
    if isinstance(call.body, bytes):
        return {"data": call.body, "content_type": "text/csv"}
    return {"data": {key: _value(house, value) for key, value in call.body.items()}} if call.body else {}


def _value(house: House, value: Any) -> Any:
    return house.names[value[1:]] if isinstance(value, str) and value.startswith("$") else value
