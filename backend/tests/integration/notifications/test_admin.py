"""Notifications in the admin: staff see who was told what, and change nothing."""

import pytest
from django.test import Client

from apps.notifications.models import Notification
from apps.notifications.services import announce_event_ranking
from tests.factories import add_entry, add_score, make_event, make_user, publish_event

pytestmark = pytest.mark.django_db(transaction=True)


def test_staff_see_who_was_told_what() -> None:
    event = make_event()
    add_entry(event, "1", name="Ana", user=make_user("ana"))
    add_score(event, "1", "20:00")
    announce_event_ranking(publish_event(event).pk)
    staff = Client()
    staff.force_login(make_user(is_staff=True))
    assert "ana" in staff.get("/admin/notifications/notification/", {"q": "ana"}).content.decode()
    page = f"/admin/notifications/notification/{Notification.objects.get().pk}/change/"
    assert "Overall: 1 of 1" in staff.get(page).content.decode()
    assert staff.post(page, {"kind": "results_published"}).status_code == 403
