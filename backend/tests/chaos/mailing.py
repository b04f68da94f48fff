"""A race is published while the worker is killed and the mail server refuses some of what it is given."""

from collections import Counter
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from django.db.models import Count

from apps.notifications.channels.email import CHANNEL
from apps.notifications.models import Delivery, DeliveryAttempt, SuppressedAddress
from tests.crowd import address_of, make_crowded_race
from tests.factories import publish_event
from tests.mail_server import mail_server
from tests.processes import Processes, wait_until

CONCURRENCY = 2
# A try that was killed is made again after the lease; no try takes longer.
ENVIRONMENT = {
    "NOTIFICATION_RETRY_DELAYS": "1,1,2,2,4,4,8,8",
    "NOTIFICATION_SLOW_WAIT": "5",
    "NOTIFICATION_LEASE": "30",
    "EMAIL_TIMEOUT": "3",
    "DEFAULT_FROM_EMAIL": "Placar <placar@example.com>",
}
PERMANENT = ("550 5.1.1 no such user", "551 5.1.6 moved away", "553 5.1.3 no such name")
AT_ADDRESS = ("452 4.3.1 out of storage", "450 4.2.1 mailbox busy", "451 4.7.1 greylisted, come back later", "CLOSE")
AT_CONTENT = ("451 4.3.0 try again", "452 4.3.4 out of storage")
CLOSING = "421 4.3.2 shutting down"  # makes the whole lane rest: a few


class Moody:
    """What the server answers: one address in a hundred never works, one in ten not the first time or two."""

    def __init__(self) -> None:
        self._tries: Counter[str] = Counter()
        self.temporary: Counter[str] = Counter()  # how often each of these answers was given

    def to_address(self, recipient: str) -> str | None:
        number = hashed(recipient)
        if is_permanent(recipient):
            return PERMANENT[number % len(PERMANENT)]
        answer = temporary_answer(recipient)
        return self._given(recipient, answer) if answer not in (None, *AT_CONTENT) else None

    def to_content(self, recipient: str) -> str | None:
        answer = temporary_answer(recipient)
        return self._given(recipient, answer) if answer in AT_CONTENT else None

    def _given(self, recipient: str, answer: str | None) -> str | None:
        self._tries[recipient] += 1
        if self._tries[recipient] > 1 + hashed(recipient) // 1000 % 2:
            return None
        self.temporary[str(answer)] += 1
        return answer


def hashed(recipient: str) -> int:
    """The same in every run."""
    return int.from_bytes(sha256(recipient.encode()).digest()[:6])


def is_permanent(recipient: str) -> bool:
    return hashed(recipient) % 100 == 0


def temporary_answer(recipient: str) -> str | None:
    """The answer that an address gets first; None: it is let in."""
    number = hashed(recipient)
    if not 1 <= number % 100 <= 10:
        return None
    kinds = (*AT_ADDRESS, *AT_CONTENT)
    return CLOSING if number // 100 % 250 == 0 else kinds[number // 100 % len(kinds)]


def publish_under_fire(
    processes: Processes, directory: Path, say: Callable[[str], None], *, recipients: int, kills: int
) -> None:
    """Publishes to so many people with so many kills of the worker, and checks what each of them got."""
    log, moody = directory / "accepted", Moody()
    log.touch()
    with mail_server(answer_to=moody.to_address, answer_to_content=moody.to_content, log=log) as server:
        environment = {**ENVIRONMENT, "EMAIL_URL": f"smtp://127.0.0.1:{server.port}"}
        processes.start_relay()
        publish_event(make_crowded_race(recipients))
        for number in range(1, kills + 1):
            worker = processes.start_worker("--concurrency", str(CONCURRENCY), **environment)
            reached = recipients * number * 8 // (kills * 10)
            wait_until(lambda: len(server.recipients) > reached, f"{reached} messages", seconds=600)  # noqa: B023
            say(f"kill {number} of the worker after {len(server.recipients)} messages")
            worker.kill()
        processes.start_worker("--concurrency", str(CONCURRENCY), **environment)
        wait_until(_all_is_decided, "nothing waits any more", seconds=1200)
    check(log, moody, say, recipients=recipients, kills=kills)


def _all_is_decided() -> bool:
    return Delivery.objects.exists() and not Delivery.objects.filter(state=Delivery.State.WAITING).exists()


def check(log: Path, moody: Moody, say: Callable[[str], None], *, recipients: int, kills: int) -> None:
    """Each got it once, but for the doubles that docs/guarantees.md allows; who cannot be reached is known."""
    lines = log.read_text().splitlines()
    got = Counter(line.split()[0] for line in lines)
    everybody = {address_of(number) for number in range(1, recipients + 1)}
    unreachable = {address for address in everybody if is_permanent(address)}
    doubles = sum(got.values()) - len(got)
    say(f"{recipients} recipients, {len(unreachable)} of them unreachable; {len(lines)} messages accepted")
    say(f"{doubles} doubles after {kills} kills of {CONCURRENCY} runs with {CHANNEL.senders} senders each")
    say(f"temporary refusals: {dict(moody.temporary)}")
    assert set(got) == everybody - unreachable
    assert doubles <= kills * CONCURRENCY * CHANNEL.senders
    # Whoever gets two of them can tell that they are one.
    assert len(set(lines)) == len(got)
    check_rows(unreachable, recipients=recipients)


def check_rows(unreachable: set[str], *, recipients: int) -> None:
    """What the tables say of it."""
    states = dict(Delivery.objects.order_by().values_list("state").annotate(count=Count("pk")))
    assert states == {"sent": recipients - len(unreachable), "failed": len(unreachable)}
    failed = Delivery.objects.filter(state=Delivery.State.FAILED)
    assert set(failed.values_list("notification__recipient__email", flat=True)) == unreachable
    assert {one.reason for one in failed} <= set(PERMANENT)
    finals = DeliveryAttempt.objects.filter(outcome=DeliveryAttempt.Outcome.FINAL)
    assert set(finals.values_list("answer", flat=True)) <= set(PERMANENT)
    assert set(SuppressedAddress.objects.values_list("address", flat=True)) == unreachable
