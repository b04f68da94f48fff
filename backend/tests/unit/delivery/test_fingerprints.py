"""Failures of one kind have one fingerprint, and those of another kind another."""

from delivery.fingerprints import fingerprint, innermost_own_frame


def frames(*places: tuple[str, int, str]) -> str:
    lines = [f'  File "{path}", line {line}, in {function}\n    code()' for path, line, function in places]
    return "\n".join(["Traceback (most recent call last):", *lines, "ValueError: 7"])


OURS = frames(
    ("/app/backend/delivery/task.py", 31, "__call__"),
    ("/app/backend/apps/events/services.py", 40, "rank"),
    ("/venv/lib/python3.11/site-packages/django/db/models/query.py", 9, "get"),
    ("/venv/lib/python3.11/site-packages/somebody/apps/views.py", 9, "view"),
)


def test_the_innermost_frame_of_our_own_counts_and_not_a_librarys() -> None:
    assert innermost_own_frame(OURS) == "apps/events/services.py rank"
    assert innermost_own_frame(frames(("/usr/lib/python3.11/json/decoder.py", 3, "decode"))) == ""
    assert innermost_own_frame("") == ""


def test_neither_line_nor_directory_nor_text_makes_another_kind() -> None:
    elsewhere = frames(("/srv/placar/backend/apps/events/services.py", 900, "rank")).replace(
        "ValueError: 7", "ValueError: 8"
    )
    assert fingerprint("events.x", "ValueError", OURS) == fingerprint("events.x", "ValueError", elsewhere)


def test_task_exception_and_place_make_another_kind() -> None:
    other_place = frames(("/app/backend/apps/events/services.py", 40, "load"))
    all_of_them = {
        fingerprint("events.x", "ValueError", OURS),
        fingerprint("events.y", "ValueError", OURS),
        fingerprint("events.x", "KeyError", OURS),
        fingerprint("events.x", "ValueError", other_place),
        fingerprint("events.x", "ValueError", ""),
    }
    assert len(all_of_them) == 5
    assert all(len(kind) == 16 for kind in all_of_them)
