"""What people read of each kind when it really happens, in both languages."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from apps.events.models import Correction, Entry, Event
from apps.events.services import change_entry, generate_event_ranking, import_scores, submit_import
from apps.notifications.messages import Message, compose
from apps.notifications.models import Announcement
from apps.notifications.services import (
    announce_dead_letters,
    announce_event_correction,
    announce_event_ranking,
    announce_import,
    announce_openings,
    announce_season_standings,
    announce_status_change,
)
from apps.rankings.services import refresh_standings
from delivery.models import DeadLetter
from tests import seasons
from tests.dead_letters import make_dead_letters
from tests.factories import add_entry, add_score, make_event, make_user, publish_event
from tests.integration.notifications.told import message_to

pytestmark = pytest.mark.django_db(transaction=True)
Kind = Announcement.Kind


@pytest.fixture
def race() -> Event:
    """Published: Bia, Ana, Caio."""
    event = make_event(slug="porto", name="Corrida do Porto", owner=make_user("owner"))
    for bib, (name, time) in enumerate((("Ana", "22:00"), ("Bia", "20:00"), ("Caio", "1:01:00")), 1):
        divisions = {} if name == "Caio" else {"sex": "F"}
        add_entry(event, str(bib), name=name, external_id=name, user=make_user(name.lower()), divisions=divisions)
        add_score(event, str(bib), time)
    announce_event_ranking(publish_event(event).pk)
    return event


def of_results(race: Event) -> User:
    return User.objects.get(username="ana")


def of_a_correction(race: Event) -> User:
    change_entry(Entry.objects.get(bib="2").pk, changes={"status": Entry.Status.DSQ}, reason="cut the course")
    generate_event_ranking(race.pk)
    race.refresh_from_db()
    assert race.public_ranking is not None
    announce_event_correction(race.public_ranking.pk)
    announce_status_change(Correction.objects.get(kind=Correction.Kind.STATUS).pk)
    return User.objects.get(username="ana")


def of_a_status(race: Event) -> User:
    of_a_correction(race)
    return User.objects.get(username="bia")


def of_standings(race: Event) -> User:
    season = seasons.make_season(race, slug="cup", name="Copa", owner=race.owner)
    refresh_standings(season.pk)
    season.refresh_from_db()
    assert season.current_standings is not None
    announce_season_standings(season.current_standings.pk)
    return User.objects.get(username="ana")


def of_an_opening(race: Event) -> User:
    starts_at = timezone.now() + timedelta(hours=20)
    event = make_event(name="Volta", starts_at=starts_at)
    add_entry(event, "7", name="Ana", user=User.objects.get(username="ana"), divisions={"sex": "F"})
    announce_openings()
    return User.objects.get(username="ana")


def of_an_import(race: Event) -> User:
    event, owner = make_event(name="Volta", owner=race.owner), User.objects.get(username="owner")
    batch = submit_import(
        event.pk, content=BytesIO(b"bib,name,score\n1,Ana,20:00\n2,Bia,soon\n"), by=owner, file_name="a.csv"
    )
    import_scores(batch.pk)
    announce_import(batch.pk)
    return owner


def of_a_failure(race: Event) -> User:
    event = make_event(slug="volta", name="Volta", owner=race.owner)
    make_dead_letters(
        1, task_name="events.generate_event_ranking", kwargs={"event_id": event.pk}, exception_message="no\nsuch thing"
    )
    _tell_staff()
    return User.objects.get(username="owner")


def of_dead_letters(race: Event) -> User:
    staff = make_user("operator", is_staff=True)
    make_dead_letters(2, task_name="rankings.refresh_standings", exception_message="no such thing")
    _tell_staff()
    return staff


def _tell_staff() -> None:
    DeadLetter.objects.update(taken_at=timezone.now() - timedelta(minutes=1))  # it is not told at once
    announce_dead_letters()


# Kind -> how it comes to be and whom it is told, and lines of what is read in English and in Portuguese.
TOLD: dict[Kind, tuple[Callable[[Event], User], list[str], list[str]]] = {
    Kind.RESULTS_PUBLISHED: (
        of_results,
        ["Results of Corrida do Porto", "Ana (no. 1)", "Overall: 2 of 3", "Result: 22:00", "sex:F: 2 of 2"],
        ["Resultados: Corrida do Porto", "Ana (nº 1)", "Geral: 2 de 3", "Resultado: 22:00", "sex:F: 2 de 2"],
    ),
    Kind.RESULTS_CORRECTED: (
        of_a_correction,
        ["Corrected results of Corrida do Porto", "Overall: 2 of 3 → 1 of 2", "Reasons:", "- cut the course"],
        ["Resultados corrigidos de Corrida do Porto", "Geral: 2 de 3 → 1 de 2", "Motivos:", "- cut the course"],
    ),
    Kind.STATUS_CHANGED: (
        of_a_status,
        ["The status of Bia (no. 2) changed.", "finished → disqualified", "Reason: cut the course"],
        ["A situação de Bia (nº 2) mudou.", "concluiu → desclassificado(a)", "Motivo: cut the course"],
    ),
    Kind.STANDINGS_UPDATED: (
        of_standings,
        ["Standings of Copa", "The standings are updated. One event counts so far.", "Ana"],
        ["Classificação: Copa", "A classificação foi atualizada. Até agora, conta um evento.", "Ana"],
    ),
    Kind.EVENT_OPENING: (
        of_an_opening,
        ["Volta starts soon", "Your entries:", "- Ana (no. 7), sex:F"],
        ["Volta começa em breve", "Suas inscrições:", "- Ana (nº 7), sex:F"],
    ),
    Kind.IMPORT_FINISHED: (
        of_an_import,
        ["Import finished: Volta", "a.csv", "Rows received: 2", "New: 1", "Rejected: 1"],
        ["Importação concluída: Volta", "a.csv", "Linhas recebidas: 2", "Novas: 1", "Rejeitadas: 1"],
    ),
    Kind.RANKING_FAILED: (
        of_a_failure,
        ["The ranking of Volta failed"],
        ["Falha na classificação de Volta"],
    ),
    Kind.DEAD_LETTERS_WAITING: (
        of_dead_letters,
        ["Tasks that were given up: 2"],
        ["Tarefas que não puderam ser concluídas: 2"],
    ),
}


def test_every_kind_is_here() -> None:
    assert set(TOLD) == set(Kind)


@pytest.mark.parametrize("kind", Kind)
def test_it_is_read_in_both_languages(race: Event, kind: Any) -> None:
    happen, english, portuguese = TOLD[kind]
    message = message_to(happen(race), kind)
    assert not message.is_withheld
    for language, expected in (("en", english), ("pt-br", portuguese)):
        told: Message = compose(message.notification, message.facts, language)
        lines = [told.title, *told.text.splitlines()]
        assert [line for line in expected if line not in lines] == [], lines
        assert "None" not in told.text
        assert f'href="{told.url}"' in told.html()
