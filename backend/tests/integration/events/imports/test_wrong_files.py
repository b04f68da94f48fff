"""Files that are refused as a whole, options that make no sense, and a file with every kind of wrong row."""

from typing import Any

import pytest

from apps.errors import InvalidInput
from apps.events.models import Entry, Event, ImportBatch, ImportPart, Participant, Score
from apps.events.services import change_event_state, import_scores
from tests.factories import add_entry
from tests.integration.events.imports.files import counts, current, entries, import_file, submit, wrong_rows

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"", "the file is empty; its first line must name the columns"),
        (b"\n \n", "the file is empty; its first line must name the columns"),
        (b"\xef\xbb\xbf", "the file is empty; its first line must name the columns"),
        (b"7,61\n12,62\n", "line 1 has no column named 'bib'; its columns are: 7, 61"),
        (b"bib,time\n7,61\n", "line 1 has no column named 'score'; its columns are: bib, time"),
        (b"bib,score,bib\n7,61,7\n", "line 1 has 2 columns named 'bib'; its columns are: bib, score, bib"),
        ("bib,score\n7,61\n".encode("utf-16"), "line 1: this is not UTF-8; save the file as CSV in UTF-8"),
        (b"bib,sc\x00ore\n7,61\n", "line 1: there is a control character (U+0000)"),
        (b'"bib,score\n7,61\n', "line 1: a quoted cell begins here and does not end within 64 KiB"),
        (b"x" * 70_000, "line 1: the line is longer than 64 KiB"),
        (b"bib,score\r7,61\r", "line 1: there is a carriage return in the middle of the line"),
    ],
)
def test_a_file_without_a_header_that_serves_is_refused(race: Event, content: bytes, refusal: str) -> None:
    batch = import_file(race, content)
    assert (batch.state, batch.refusal) == ("refused", refusal)
    assert batch.finished_at is not None
    assert counts(batch) == {}
    assert not ImportPart.objects.exists()


def test_a_header_alone_is_a_file_without_rows(race: Event) -> None:
    batch = import_file(race, "bib,score\n")
    assert (batch.state, counts(batch)) == ("done", {})


@pytest.mark.parametrize(
    "text", ["\ufeffbib,score\n7,61\n", '\ufeff"bib","score"\r\n"7","61"\r\n', "\n\nbib,score\n7,61"]
)
def test_a_byte_order_mark_quotes_and_blank_lines_do_no_harm(race: Event, text: str) -> None:
    assert counts(import_file(race, text)) == {"received": 1, "accepted": 1}
    assert current(race) == {"7": 61_000}


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_in_the_header(race: Event, delimiter: str) -> None:
    others = delimiter.join(f"a{other}b" for other in ",;\t|" if other != delimiter)
    text = f"bib{delimiter}score{delimiter}{others}\n7{delimiter}61{delimiter * 3}\n"
    assert counts(import_file(race, text)) == {"received": 1, "accepted": 1}


def test_the_delimiter_that_was_named_is_taken(race: Event) -> None:
    batch = import_file(race, "bib,score\n7,61\n", delimiter=";")
    assert batch.refusal == "line 1 has no column named 'bib'; its columns are: bib,score"
    assert counts(import_file(race, "bib\tscore\n7\t61\n", delimiter="tab")) == {"received": 1, "accepted": 1}


@pytest.mark.parametrize(
    ("options", "place"),
    [
        ({"columns": "bib"}, "map"),
        ({"columns": "bib=bib,score=score,division=age"}, "map"),
        ({"unit": "m"}, "unit"),
        ({"mode": "append"}, "mode"),
        ({"delimiter": "x"}, "delimiter"),
    ],
)
def test_an_option_that_makes_no_sense_is_named_and_nothing_is_stored(
    race: Event, options: dict[str, str], place: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        submit(race, "bib,score\n7,61\n", **options)  # type: ignore[arg-type]
    assert caught.value.place == place
    assert not ImportBatch.objects.exists()


def test_a_file_that_is_too_large_is_refused(race: Event, settings: Any) -> None:
    settings.IMPORT_MAX_BYTES = 20
    with pytest.raises(InvalidInput, match="larger than 20 bytes"):
        submit(race, "bib,score\n7,61\n12,62\n")
    assert not ImportBatch.objects.exists()
    assert not ImportPart.objects.exists()
    submit(race, "bib,score\n7,61\n12,6")


def test_an_event_that_is_closed_meanwhile_keeps_what_was_read(race: Event, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.events.imports.file.CHUNK_ROWS", 1)
    batch = submit(race, "bib,score\n7,61\n12,62\n31,63\n")

    def close(batch: ImportBatch) -> None:
        if batch.received == 2 and batch.state == ImportBatch.State.RUNNING:
            change_event_state(race.pk, action="close", by=None)

    assert import_scores(batch.pk, progress=close)["state"] == "stopped"
    batch.refresh_from_db()
    assert batch.refusal == "an import needs an event that is open; this one is closed"
    assert counts(batch) == {"received": 2, "accepted": 2}
    assert current(race) == {"7": 61_000, "12": 62_000}
    assert not ImportPart.objects.exists()


def test_an_event_that_was_closed_before_refuses_the_file(race: Event) -> None:
    batch = submit(race, "bib,score\n7,61\n")
    change_event_state(race.pk, action="close", by=None)
    assert import_scores(batch.pk)["state"] == "refused"
    assert entries(race) == {}


def test_a_file_of_many_parts(race: Event, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.events.imports.parts.PART_BYTES", 7)
    batch = import_file(race, "bib,score\n" + "".join(f"{bib},{60 + bib}\n" for bib in range(1, 40)))
    assert current(race) == {str(bib): (60 + bib) * 1000 for bib in range(1, 40)}
    assert counts(batch) == {"received": 39, "accepted": 39}


WRONG = b"""bib,name,sex,time,status,notes
1,Ana,F,1:02:03,,
2,Bruno,M,,,
3,Carla,F,-5,,
4,Davi,M,1:75:00,,
5,Elis,F,NaN,,
6,Fabio,X,3600,,
1,Ana,F,1:02:03,,
7,Jos\xe9,M,3600,,
8,=HYPERLINK("http://x"),M,3600,,
9,Gil,M,=1+1,,
,Hugo,M,3600,,
a b,Iara,F,3600,,
10,Joao,M,3600,,nul \x00 here
11,Karen,F
12,Lia,F,3600,,,
13,"Mia,F,3600,,
14,Nina,F,3600,lost,
15,LONGNAME,M,3600,,
16,Olga,F,3600,,LONGLINE
17,Paulo,M,317:00:00:00,,
18,Rui,M,999999999999,,

19,Sara,F,3600,DNF,
20,Tom,M,,DNS,Jos\xe9
21,Uli,M,,DSQ,fine
"""


def test_a_file_with_every_kind_of_wrong_row(race: Event) -> None:
    add_entry(race, "6", name="Fabio")
    content = WRONG.replace(b"LONGNAME", b"n" * 201).replace(b"LONGLINE", b"z" * 10_000_000)
    batch = import_file(race, content, columns="bib=bib,name=name,division=sex,score=time,status=status")
    assert batch.state == "done"
    assert counts(batch) == {"received": 24, "accepted": 3, "rejected": 21}
    expected = [
        (3, "time", "", "the score is empty"),
        (4, "time", "-5", "a duration is never negative"),
        (5, "time", "1:75:00", "after hours, minutes go from 00 to 59"),
        (6, "time", "NaN", "this is not a finite number"),
        (7, "sex", "X", "unknown division 'X'; the rules have F, M"),
        (8, "bib", "1", "bib 1 is in line 2 already"),
        (9, "name", "Jos\\xe9", "this is not UTF-8; save the file as CSV in UTF-8"),
        (10, "name", '=HYPERLINK("http://x")', "this looks like a spreadsheet formula"),
        (11, "time", "=1+1", "this looks like a spreadsheet formula, not like a score"),
        (12, "bib", "", "the bib is missing"),
        (13, "bib", "a b", "a bib is 1 to 23 printable ASCII characters without spaces"),
        (14, "notes", "nul \\x00 here", "there is a control character (U+0000)"),
        (15, "", "11 | Karen | F", "3 cells where the header names 6 columns"),
        (16, "", "12 | Lia | F | 3600 |  |  | ", "7 cells where the header names 6 columns"),
        (17, "", '13,"Mia,F,3600,,', "a quoted cell begins here and does not end within 64 KiB"),
        (18, "status", "lost", "a status is finished, DNF, DNS, DSQ, or nothing"),
        (19, "name", "n" * 199 + "…", "at most 200 characters are stored, these are 201"),
        (20, "", "", "the line is longer than 64 KiB"),
        (21, "time", "317:00:00:00", "write a duration as H:MM:SS.fff, H:MM:SS, MM:SS.fff or MM:SS"),
        (22, "time", "999999999999", "the value is too large"),
        (25, "notes", "Jos\\xe9", "this is not UTF-8; save the file as CSV in UTF-8"),
    ]
    assert wrong_rows(batch) == expected
    assert current(race) == {"1": 3_723_000, "19": 3_600_000}
    assert entries(race).keys() == {"1", "6", "19", "21"}
    assert entries(race)["6"]["divisions"] == {}
    assert set(Participant.objects.values_list("name", flat=True)) == {"Ana", "Fabio", "Sara", "Uli"}
    assert (Entry.objects.count(), Score.objects.count()) == (4, 2)


def test_details_of_so_many_wrong_rows_are_kept_and_all_are_counted(
    race: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.events.imports.run.MOST_REJECTIONS", 5)
    monkeypatch.setattr("apps.events.imports.file.CHUNK_ROWS", 2)
    batch = import_file(race, "bib,score\n" + "7,x\n" * 9)
    assert counts(batch) == {"received": 9, "rejected": 9}
    assert [line for line, *_ in wrong_rows(batch)] == [2, 3, 4, 5, 6]


def test_a_row_that_contradicts_an_earlier_one_is_rejected_naming_its_line(
    race: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.events.imports.file.CHUNK_ROWS", 2)
    rows = ["7,1,Ana,p1,61", "8,1,Bia,p1,61", "7,1,Ana,p1,60", "7,2,Bea,p1,60", "7,2,Ana,p1,59"]
    batch = import_file(race, "\n".join(["bib,attempt,name,participant,score", *rows]))
    assert wrong_rows(batch) == [
        (3, "participant", "p1", "line 2 has this participant with bib 7"),
        (4, "bib", "7", "bib 7 is in line 2 already"),
        (5, "bib", "7", "line 2 has another name, division, status or participant for bib 7"),
    ]
    assert counts(batch) == {"received": 5, "accepted": 2, "rejected": 3}


def test_a_row_after_a_rejected_one_of_the_same_bib_is_taken(race: Event) -> None:
    batch = import_file(race, "bib,score\n7,x\n7,61\n")
    assert counts(batch) == {"received": 2, "accepted": 1, "rejected": 1}
    assert current(race) == {"7": 61_000}
