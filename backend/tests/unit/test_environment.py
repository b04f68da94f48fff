"""Addresses of the environment, whose passwords stand in variables or files of their own."""

from pathlib import Path

import pytest

from config.environment import env, url

ONE = "amqp://worker@rabbitmq:5672/placar"


def read(default: str, password: str = "") -> str:
    """Each test with a name of its own: what was read from a file is kept."""
    return url("AN_ADDRESS", password or "NO_PASSWORD", default=default)


def test_the_password_of_a_file_is_put_into_each_address(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("a/b@c:d")
    monkeypatch.setenv("PASSWORD_OF_A_FILE_FILE", str(file))
    monkeypatch.setenv("AN_ADDRESS", f"{ONE};amqp://worker@rabbitmq-2/placar")
    assert (
        read("", "PASSWORD_OF_A_FILE")
        == "amqp://worker:a%2Fb%40c%3Ad@rabbitmq:5672/placar;amqp://worker:a%2Fb%40c%3Ad@rabbitmq-2/placar"
    )


@pytest.mark.parametrize(
    ("name", "content", "secret"),
    [
        ("ONE_LINE", b"s e\n", "s e"),
        ("DOS", b"s e\r\n", "s e"),
        ("TWO_LINES", b"s e\n\n", "s e\n"),
        ("BARE", b"s e", "s e"),
    ],
)
def test_the_line_end_of_a_file_is_no_part_of_the_secret(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, content: bytes, secret: str
) -> None:
    file = tmp_path / "secret"
    file.write_bytes(content)
    monkeypatch.setenv(f"{name}_FILE", str(file))
    for _time in range(2):  # the second time as it is kept
        assert env.str(name) == secret
    monkeypatch.setenv("A_VARIABLE", "s e\n")
    assert env.str("A_VARIABLE") == "s e\n"


@pytest.mark.parametrize(
    "address", ["amqp://worker:its-own@rabbitmq//", "amqp://rabbitmq//", "memory://localhost/", "sqlite:////var/placar"]
)
def test_an_address_with_a_password_or_without_a_user_stays(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("A_PASSWORD", "secret")
    assert read(address, "A_PASSWORD") == address


def test_without_a_password_an_address_stays() -> None:
    assert read(ONE) == ONE


def test_a_file_ends_where_its_text_does_and_an_empty_one_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written, empty = tmp_path / "written", tmp_path / "empty"
    written.write_text("of a file\n")
    empty.write_text("\n")
    monkeypatch.setenv("A_FIRST_FILE", str(written))
    monkeypatch.setenv("A_SECOND_FILE", str(empty))
    monkeypatch.setenv("A_THIRD_FILE", str(empty))
    monkeypatch.setenv("A_THIRD", "of the environment")
    assert env.str("A_FIRST") == "of a file"
    assert env.json("A_SECOND", default={}) == {}
    assert env.str("A_THIRD") == "of the environment"
