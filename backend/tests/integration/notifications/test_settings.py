"""How one is told: language and preferences, in the API, in what is made, and in the admin."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from apps.errors import InvalidInput
from apps.notifications.kinds import KINDS
from apps.notifications.messages import make_messages
from apps.notifications.models import Notification, Preference, RecipientSettings
from apps.notifications.services import announce_event_ranking, change_recipient_settings
from tests.factories import add_entry, add_score, make_event, make_user, publish_event
from tests.seasons import make_season

pytestmark = pytest.mark.django_db(transaction=True)
ADDRESS = "/api/v1/notifications/settings"


@pytest.fixture
def ana() -> User:
    return make_user("ana")


def read(user: User) -> Any:
    client = Client()
    client.force_login(user)
    answer = client.get(ADDRESS)
    assert answer.status_code == 200
    return answer.json()


def change(user: User, **changes: Any) -> Any:
    client = Client()
    client.force_login(user)
    return client.patch(ADDRESS, changes, content_type="application/json")


def cell(document: Any, kind: str, channel: str) -> tuple[bool, bool]:
    (row,) = [row for row in document["kinds"] if row["kind"] == kind]
    value = row["channels"][channel]
    return value["is_on"], value["is_default"]


def test_without_a_choice_the_defaults_hold(ana: User) -> None:
    document = read(ana)
    assert (document["language"], document["language_is_default"]) == ("en", True)
    assert document["languages"] == [
        {"code": "en", "name": "English"},
        {"code": "pt-br", "name": "Português do Brasil"},
    ]
    assert document["channels"][0] == {"channel": "inbox", "name": "Inbox"}
    assert cell(document, "results_published", "inbox") == (True, True)
    assert document["all"]["inbox"] is None
    columns = [channel["channel"] for channel in document["channels"]]
    assert all(list(row["channels"]) == columns for row in document["kinds"])


def test_a_choice_for_a_kind_goes_before_one_for_all(ana: User) -> None:
    assert change(ana, all={"inbox": False}).status_code == 200
    assert cell(read(ana), "results_published", "inbox") == (False, False)
    document = change(ana, kinds={"results_published": {"inbox": True}}).json()
    assert document == read(ana)
    assert cell(document, "results_published", "inbox") == (True, False)
    assert document["all"]["inbox"] is False
    change(ana, kinds={"results_published": {"inbox": None}})
    assert cell(read(ana), "results_published", "inbox") == (False, False)
    change(ana, all={"inbox": None})
    assert cell(read(ana), "results_published", "inbox") == (True, True)
    assert not Preference.objects.exists()


def test_the_same_choice_again_is_one_row(ana: User) -> None:
    for is_on in (True, False, False):
        change(ana, kinds={"results_published": {"inbox": is_on}}, all={"inbox": is_on})
    rows = Preference.objects.order_by("kind").values_list("user", "kind", "channel", "is_on", "changed_by")
    assert list(rows) == [
        (ana.pk, "", "inbox", False, "settings"),
        (ana.pk, "results_published", "inbox", False, "settings"),
    ]


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"language": "de"}, "language"),
        ({"language": ""}, "language"),
        ({"langauge": "en"}, "langauge"),
        ({"kinds": {"results": {"inbox": False}}}, "kinds.results"),
        ({"kinds": {"": {"inbox": False}}}, "kinds."),
        ({"kinds": {"results_published": {"fax": False}}}, "kinds.results_published.fax"),
        ({"kinds": {"results_published": {"inbox": "perhaps"}}}, "kinds.results_published.inbox"),
        ({"kinds": {"results_published": False}}, "kinds.results_published"),
        ({"all": {"fax": False}}, "all.fax"),
    ],
)
def test_what_is_not_there_is_refused_with_its_place_and_changes_nothing(
    ana: User, changes: dict[str, Any], place: str
) -> None:
    answer = change(ana, **{"language": "pt-br", "all": {"inbox": False}} | changes)
    assert answer.status_code == 422
    assert [error["place"] for error in answer.json()["errors"]] == [place]
    assert not Preference.objects.exists()
    assert not RecipientSettings.objects.exists()


def test_a_kind_that_is_known_is_refused_by_nobody() -> None:
    """The service knows the kinds of others, too: setting them is harmless."""
    user = make_user()
    change_recipient_settings(user.pk, changes={"kinds": {"ranking_failed": {"inbox": False}}})
    assert not any(row["kind"] == "ranking_failed" for row in read(user)["kinds"])
    with pytest.raises(InvalidInput, match=r"all\.fax: there is no 'fax'; there are inbox"):
        change_recipient_settings(user.pk, changes={"all": {"fax": True}})


def test_everybody_is_offered_what_concerns_them() -> None:
    organiser, owner, of_season = make_user(), make_user(), make_user()
    organiser.user_permissions.add(Permission.objects.get(codename="add_event"))
    make_season(make_event(owner=owner), owner=of_season)
    staff = make_user(is_staff=True)

    def offered(user: User) -> set[str]:
        return {row["kind"] for row in read(user)["kinds"]}

    def told_as(*roles: int) -> set[str]:
        return {kind.name.value for kind in KINDS.values() if set(roles) & set(kind.defaults)}

    roles = Notification.Role
    assert offered(make_user()) == told_as(roles.PARTICIPANT)
    for user in (organiser, owner, of_season):
        assert offered(user) == told_as(roles.PARTICIPANT, roles.ORGANISER)
    assert offered(staff) == told_as(*roles)


def test_the_table_speaks_the_language_of_its_reader(ana: User) -> None:
    document = change(ana, language="pt-br").json()
    assert (document["language"], document["language_is_default"]) == ("pt-br", False)
    assert document["channels"][0]["name"] == "Caixa de entrada"
    assert {"kind": "results_published", "name": "Resultados publicados"}.items() <= document["kinds"][0].items()
    assert change(ana, language=None).json()["language_is_default"] is True
    assert not RecipientSettings.objects.exists()


def test_everybody_is_told_in_their_language(ana: User, settings: Any) -> None:
    event = make_event(name="Corrida do Porto")
    for bib, name in (("1", "ana"), ("2", "bia")):
        add_entry(event, bib, name=name.title(), user=ana if name == "ana" else make_user(name))
        add_score(event, bib, f"2{bib}:00.5")
    announce_event_ranking(publish_event(event).pk)
    change(ana, language="pt-br")

    def told() -> list[str]:
        told = list(Notification.objects.order_by("recipient__username"))
        return [message.title for message in make_messages(told)]

    assert told() == ["Resultados: Corrida do Porto", "Results of Corrida do Porto"]
    settings.LANGUAGE_CODE = "pt-br"
    change(ana, language="en")
    assert told() == ["Results of Corrida do Porto", "Resultados: Corrida do Porto"]
    client = Client()
    client.force_login(User.objects.get(username="bia"))
    (message,) = client.get("/api/v1/notifications").json()["results"]
    assert message["text"].splitlines()[-2:] == ["Geral: 2 de 2", "Resultado: 22:00,500"]


def test_who_wants_nothing_in_the_inbox_has_nothing_there(ana: User) -> None:
    change(ana, kinds={"results_published": {"inbox": False}})
    event = make_event()
    add_entry(event, "1", user=ana)
    add_score(event, "1", "20:00")
    announce_event_ranking(publish_event(event).pk)
    client = Client()
    client.force_login(ana)
    assert client.get("/api/v1/notifications").json()["results"] == []
    assert Notification.objects.get().in_inbox is False


def test_staff_see_what_people_chose_and_change_none_of_it(ana: User) -> None:
    change(ana, language="pt-br", kinds={"results_published": {"inbox": False}}, all={"inbox": True})
    staff = Client()
    staff.force_login(make_user(is_staff=True))
    pages = {"recipientsettings": ana.pk, "preference": Preference.objects.get(kind="").pk}
    for model, pk in pages.items():
        address = f"/admin/notifications/{model}/"
        assert "ana" in staff.get(address, {"q": "ana"}).text
        assert staff.post(f"{address}{pk}/change/", {}).status_code == 403
    assert "every other" in staff.get("/admin/notifications/preference/").text
