"""Finding entries of a board by bib or name."""

from django.db.models import Q, QuerySet

from apps.events import pages
from apps.events.models import DivisionSet, Entry, Event, Ranking
from apps.events.page_columns import Row

MOST_HITS = 25
_MOST_WORDS = 5
_LONGEST_TEXT = 100


def clean_text(text: str) -> str:
    """What is searched for: one line of printable characters, shortened."""
    return "".join(character if character.isprintable() else " " for character in text[:_LONGEST_TEXT]).strip()


def find_rows(event: Event, ranking: Ranking, board: str, text: str) -> tuple[list[Row], bool]:
    """The rows of a board whose bib is `text`; if there is none, those whose name has all of its words.

    In the board's order and at most MOST_HITS; the flag tells that there are more.
    """
    entries = _entries_of_board(event, board)
    # Bibs first, which have an index: most people search for one, and looking through all names takes long.
    found = list(entries.filter(bib__in={text, text.upper(), text.lower()}).values_list("pk", flat=True))
    found = found or list(_named(entries, text).values_list("pk", flat=True)[: MOST_HITS + 1])
    rows = pages.rows_of(ranking, board, found[:MOST_HITS])
    return sorted(rows, key=lambda row: row.position), len(found) > MOST_HITS


def _named(entries: QuerySet[Entry], text: str) -> QuerySet[Entry]:
    words = Q()
    for word in text.split()[:_MOST_WORDS]:
        words &= Q(participant__name__icontains=word)
    return entries.filter(words)


def _entries_of_board(event: Event, board: str) -> QuerySet[Entry]:
    entries = pages.shown_entries().filter(event=event)
    dimension, _colon, division = board.partition(":")
    if not division:
        return entries
    sets = DivisionSet.objects.filter(event=event).values_list("pk", "values")
    return entries.filter(division_set__in=[pk for pk, values in sets if values.get(dimension) == division])
