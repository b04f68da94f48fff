"""What people read: every kind, both languages, whatever others have written into it."""

import re
from typing import Any

import pytest

from apps.notifications.digest_messages import make_digest
from apps.notifications.kinds.base import Facts, not_visible
from apps.notifications.messages import Message, compose
from apps.notifications.models import Announcement, Notification
from tests.unit.notifications.samples import contexts

Kind, Role = Announcement.Kind, Notification.Role
LANGUAGES = ("en", "pt-br")
NAME = "Rua XV 10K"
HOSTILE = {
    "markup": "<b>x</b>\"'&{{ 7 }}{% now 'Y' %}",
    "lines": "Ana\r\nBcc: all@example.com\nYou have won\u2028here\x85there\x00\x1b[31m",
    "turned": "abc\u202egnp.exe\u2066\u200f",
    "long": "n" * 200,
    "emoji": "🏃🏽‍♀️ Ana",
    "format": "%(name)s %s %d {0} %",
}


def make(kind: str, language: str, *, text: str = NAME, withheld: str = "", role: int = Role.PARTICIPANT) -> Message:
    notification = Notification(announcement=Announcement(kind=kind), role=role)
    facts = Facts(contexts(text)[kind], "/events/race/", withheld=withheld)
    return compose(notification, facts, language)


def test_there_is_a_sample_of_every_kind() -> None:
    assert not (missing := set(Kind) - set(contexts(NAME))), f"samples.py has none of {sorted(missing)}"
    assert not (gone := set(contexts(NAME)) - set(Kind)), f"samples.py has some of {sorted(gone)}, which no kind is"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("withheld", ["", "withdrawn"])
def test_every_text_is_whole(kind: str, language: str, withheld: str) -> None:
    message = make(kind, language, withheld=withheld)
    page = message.html(unsubscribe_url="https://example.com/u?a=1&b=2")
    assert message.title
    assert message.text
    assert f'<html lang="{language}">' in page
    assert 'href="http://localhost:8000/events/race/"' in page
    assert 'href="https://example.com/u?a=1&amp;b=2"' in page
    assert not re.search(r"\{[{%]|%\(|<(img|script|link|style)|None|  +[A-Z]", page + message.text + message.title)
    # The text tells no less than the page.
    plain = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
    for row in filter(None, message.text.splitlines()):
        for part in re.split(r": | \(no\. | \(nº |^- ", row):
            assert part.strip(" )") in plain, (part, plain)


@pytest.mark.parametrize("kind", Kind)
def test_nothing_is_left_in_english(kind: str) -> None:
    english, portuguese = make(kind, "en"), make(kind, "pt-br")
    assert english.title != portuguese.title
    same = set(english.text.splitlines()) & set(portuguese.text.splitlines())
    assert same <= {"", NAME, f"- {NAME}"}
    assert make(kind, "en", withheld="x").text != make(kind, "pt-br", withheld="x").text
    words = {word.lower() for word in re.findall(r"[A-Za-z]{3,}", portuguese.letter(unsubscribe_url="https://u"))}
    assert not words & {"the", "was", "were", "this", "you", "results", "result", "status", "because", "since", "page"}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_what_others_wrote_stays_what_it_is(kind: str, language: str, text: str) -> None:
    message, innocent = make(kind, language, text=text), make(kind, language, text="x")
    page = message.html()
    assert message.title.isprintable() or "\u200d" in message.title or "\u200f" in message.title
    assert len(message.title.splitlines()) == 1
    # As many lines as with an innocent name: no name begins a line.
    assert len(message.text.splitlines()) == len(innocent.text.splitlines())
    assert len(message.letter().splitlines()) == len(innocent.letter().splitlines())
    for made in (message.title, message.text, message.letter(), page):
        assert not set(made) & set("\u202e\u2066\x00\x1b\x85\u2028\r")
    # As many elements as with an innocent name.
    assert len(re.findall("<", page)) == len(re.findall("<", innocent.html()))
    if text == HOSTILE["markup"]:
        assert "&lt;b&gt;x&lt;/b&gt;" in page
        assert text in message.text


def test_numbers_scores_and_moments_are_those_of_the_language() -> None:
    assert "Overall: 3 of 26,410\nResult: 1:20:00.5\n" in make(Kind.RESULTS_PUBLISHED, "en").text
    assert "Geral: 3 de 26.410\nResultado: 1:20:00,5\n" in make(Kind.RESULTS_PUBLISHED, "pt-br").text
    assert make(Kind.EVENT_OPENING, "en").text.startswith(f"{NAME} starts on 29 November 2026, 07:30.\n")
    assert make(Kind.EVENT_OPENING, "pt-br").text.startswith(f"{NAME} começa em 29/11/2026 às 07:30.\n")


def test_changes_are_told_from_where_to_where() -> None:
    corrected = make(Kind.RESULTS_CORRECTED, "pt-br").text.splitlines()
    assert "Geral: 3 → 2 de 26.410" in corrected
    assert "Resultado: 1:19:00 (antes: 1:20:00,5)" in corrected
    assert f"sex:{NAME}: 3 de 26.410 → 1 de 120, com empate" in corrected
    assert "Geral: entrou na lista: 2 de 26.410" in corrected
    assert "Geral: 3 de 26.410 → fora da lista" in corrected
    assert "finished → disqualified" in make(Kind.STATUS_CHANGED, "en").text.splitlines()
    assert "concluiu → desclassificado(a)" in make(Kind.STATUS_CHANGED, "pt-br").text.splitlines()
    standings = make(Kind.STANDINGS_UPDATED, "en").text.splitlines()
    assert "Overall: 5 → 3 of 88, total 27.5 (before: 17)" in standings


@pytest.mark.parametrize(
    ("role", "words"),
    [
        (Role.PARTICIPANT, f"you take part in {NAME}"),
        (Role.ORGANISER, f"you organise {NAME}"),
        (Role.STAFF, "you help to run Placar"),
    ],
)
def test_a_letter_says_why_it_came_and_how_to_get_no_more(role: int, words: str) -> None:
    message = make(Kind.RESULTS_PUBLISHED, "en", role=role)
    for made in (message.letter(unsubscribe_url="https://example.com/u"), message.html(unsubscribe_url="https://e/u")):
        assert f"You get this message because {words}." in made
        assert "Stop these messages" in made
    assert "Stop these messages" not in message.letter() + message.html()
    assert "You get this" not in message.text


@pytest.mark.parametrize(("language", "several"), [("en", "2 messages"), ("pt-br", "2 mensagens")])
def test_several_messages_together(language: str, several: str) -> None:
    together = [make(kind, language, text=HOSTILE["markup"]) for kind in (Kind.RESULTS_PUBLISHED, Kind.STATUS_CHANGED)]
    digest = make_digest(together)
    page = digest.html(unsubscribe_url="https://example.com/u")
    assert digest.title == several
    for message in together:
        assert message.text in digest.text
        assert message.title in digest.text
    assert "&lt;b&gt;x&lt;/b&gt;" in page
    assert "<b>" not in page
    assert ("you have an account here" in page) == (language == "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_may_not_know_it_any_more_reads_nothing_of_it(language: str) -> None:
    notification = Notification(announcement=Announcement(kind=Kind.STATUS_CHANGED), role=Role.PARTICIPANT)
    message = compose(notification, not_visible(), language)
    assert message.title
    assert message.text in message.html()
    assert message.text in message.letter()


def test_a_language_that_is_not_there_is_that_of_the_deployment(settings: Any) -> None:
    assert make(Kind.RESULTS_PUBLISHED, "de").title == f"Results of {NAME}"
