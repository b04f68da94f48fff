"""Imports over HTTP: sending a file, and what became of it."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from apps.events.models import Event, ImportBatch
from apps.events.services import change_event, change_event_state, import_scores
from delivery.models import OutboxMessage
from tests.factories import make_user
from tests.integration.api.clients import client_of

URL = "/api/v1/events/race/imports"
CSV = b"bib,score\n7,1:01\n12,x\n"


def send_form(client: APIClient, content: bytes = CSV, **fields: str) -> Any:
    upload = SimpleUploadedFile("gate.csv", content, "text/csv")
    return client.post(URL, {"file": upload, **fields}, format="multipart")


def send_body(client: APIClient, content: bytes = CSV, query: str = "") -> Any:
    return client.post(f"{URL}{query}", content, content_type="text/csv; charset=utf-8")


def test_a_form_is_taken_and_a_worker_asked_for(organiser: APIClient, event: Event) -> None:
    response = send_form(organiser, map="bib=bib,score=score", mode="upsert", dry_run="false", delimiter=",")
    assert response.status_code == 202
    document = response.json()
    batch = ImportBatch.objects.get()
    message = OutboxMessage.objects.get(task_name="events.import_scores")
    assert document["url"] == response["Location"] == f"http://testserver/api/v1/imports/{batch.pk}"
    assert document["task_id"] == str(message.task_id)
    assert {name: document[name] for name in ("id", "event", "state", "file_name", "file_size", "received")} == {
        "id": batch.pk,
        "event": "race",
        "state": "waiting",
        "file_name": "gate.csv",
        "file_size": len(CSV),
        "received": 0,
    }
    assert document["created_by"] == "owner"


def test_a_file_as_the_body_with_options_as_parameters(organiser: APIClient, event: Event) -> None:
    content = b"Nr\ttime\n7\t61\n"
    response = send_body(
        organiser, content, "?map=bib%3DNr,score%3Dtime&unit=s&delimiter=tab&mode=replace&dry_run=true"
    )
    assert response.status_code == 202
    batch = ImportBatch.objects.get()
    assert (batch.columns, batch.unit, batch.delimiter) == ({"bib": "Nr", "score": "time"}, "s", "\t")
    assert (batch.mode, batch.dry_run, batch.file_size) == ("replace", True, len(content))
    assert import_scores(batch.pk)["updated"] == 0
    assert import_scores(batch.pk)["accepted"] == 1


def test_an_import_tells_how_far_it_is_and_what_was_rejected(organiser: APIClient, event: Event) -> None:
    url = send_form(organiser).json()["url"]
    waiting = organiser.get(url).json()
    assert (waiting["state"], waiting["bytes_read"], waiting["rejections"]) == ("waiting", 0, [])
    import_scores(waiting["id"])
    done = organiser.get(url).json()
    assert (done["state"], done["bytes_read"], done["file_size"]) == ("done", len(CSV), len(CSV))
    assert {name: done[name] for name in ("received", "accepted", "updated", "unchanged", "rejected", "withdrawn")} == {
        "received": 2,
        "accepted": 1,
        "updated": 0,
        "unchanged": 0,
        "rejected": 1,
        "withdrawn": 0,
    }
    rejection = {"line": 3, "column": "score", "value": "x", "reason": "this is not a number"}
    assert done["rejections"] == [rejection]
    page = organiser.get(done["rejections_url"]).json()
    assert (page["results"], page["next"]) == ([rejection], None)


def test_rejected_rows_come_page_by_page(organiser: APIClient, event: Event, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.events.api.import_serializers.MOST_REJECTIONS", 3)
    batch_id = send_form(organiser, b"bib,score\n" + b"7,x\n" * 5).json()["id"]
    import_scores(batch_id)
    report = organiser.get(f"/api/v1/imports/{batch_id}").json()
    assert [row["line"] for row in report["rejections"]] == [2, 3, 4]
    first = organiser.get(f"{report['rejections_url']}?limit=3").json()
    second = organiser.get(first["next"]).json()
    assert [row["line"] for row in first["results"] + second["results"]] == [2, 3, 4, 5, 6]


def test_imports_of_an_event_the_newest_first(organiser: APIClient, event: Event) -> None:
    ids = [send_form(organiser).json()["id"] for _ in range(2)]
    assert [row["id"] for row in organiser.get(URL).json()["results"]] == ids[::-1]


def test_a_refused_file_says_why(organiser: APIClient, event: Event) -> None:
    batch_id = send_form(organiser, b"").json()["id"]
    import_scores(batch_id)
    report = organiser.get(f"/api/v1/imports/{batch_id}").json()
    assert report["state"] == "refused"
    assert report["refusal"] == "the file is empty; its first line must name the columns"


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ("?map=bib", "map"),
        ("?unit=m", "unit"),
        ("?mode=append", "mode"),
        ("?delimiter=x", "delimiter"),
        ("?dry_run=perhaps", "dry_run"),
        ("?dryrun=true", "dryrun"),
    ],
)
def test_an_option_that_makes_no_sense_is_422_by_its_name(
    organiser: APIClient, event: Event, query: str, place: str
) -> None:
    response = send_body(organiser, query=query)
    assert response.status_code == 422
    assert [error["place"] for error in response.json()["errors"]] == [place]
    assert not ImportBatch.objects.exists()


def test_a_request_without_a_file_is_422(organiser: APIClient, event: Event) -> None:
    for response in (organiser.post(URL, {"unit": "s"}, format="multipart"), send_body(organiser, b"")):
        assert response.status_code == 422
        assert response.json()["errors"][0]["place"] == "file"


def test_other_kinds_of_body_are_not_read(organiser: APIClient, event: Event) -> None:
    assert organiser.post(URL, {"file": "x"}, format="json").status_code == 415


def test_a_body_that_is_too_large_is_not_read(organiser: APIClient, event: Event, settings: Any) -> None:
    settings.IMPORT_MAX_BYTES = 10
    response = organiser.post(URL, b"x" * 100_000, content_type="text/csv")
    assert response.status_code == 413
    assert response["Content-Type"] == "application/problem+json"
    assert send_body(organiser).status_code == 422  # the file itself, within what a form may add
    assert not ImportBatch.objects.exists()


def test_an_event_that_is_not_open_is_409(organiser: APIClient, event: Event) -> None:
    change_event_state(event.pk, action="close", by=None)
    assert send_form(organiser).status_code == 409


def test_who_may_import_and_read_imports(organiser: APIClient, visitor: APIClient, event: Event) -> None:
    url = send_form(organiser).json()["url"]
    scorer = make_user()
    event.scorers.add(scorer)
    staff, other = make_user(is_staff=True), make_user()
    assert send_form(client_of(staff)).status_code == 202
    assert client_of(staff).get(url).status_code == 200
    for user in (other, scorer):
        # The imports of an event are known to exist, one of them only to those who work on it.
        for address, status in ((URL, 403), (url, 403 if user == scorer else 404)):
            assert client_of(user).get(address).status_code == status
            assert client_of(user).get(f"{url}/rejections").status_code == (403 if user == scorer else 404)
        assert send_form(client_of(user)).status_code == 403
    for address in (url, f"{url}/rejections", URL):
        assert visitor.get(address).status_code == 401
    assert send_form(visitor).status_code == 401
    change_event(event.pk, changes={"visibility": "private"})
    for address in (url, f"{url}/rejections", URL):
        assert client_of(other).get(address).status_code == 404
    assert visitor.get(URL).status_code == 404
    for address in (url, f"{url}/rejections"):
        assert visitor.get(address).status_code == 401  # whether there is such an import or not
    assert client_of(scorer).get(url).status_code == 403
    assert client_of(staff).get("/api/v1/imports/999999").status_code == 404
