"""Addresses to which nothing is sent any more."""

from collections.abc import Iterable

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils import timezone

from apps.errors import Missing, WrongState
from apps.notifications.models import SuppressedAddress

LONGEST_REASON = 500


def in_force() -> QuerySet[SuppressedAddress]:
    """Those that nobody has lifted."""
    return SuppressedAddress.objects.filter(lifted_at__isnull=True)


def suppressed_among(addresses: Iterable[str]) -> set[str]:
    """Which of these addresses are suppressed, in lower case."""
    wanted = {address.lower() for address in addresses}
    return set(in_force().filter(address__in=wanted).values_list("address", flat=True))


def suppress(address: str, *, reason: str) -> None:
    """Send nothing there from now on. One that is suppressed already keeps its reason."""
    if address:
        row = SuppressedAddress(address=address.lower(), reason=reason[:LONGEST_REASON])
        SuppressedAddress.objects.bulk_create([row], ignore_conflicts=True)


def lift(suppressed_id: int, *, by: User | None) -> SuppressedAddress:
    """Send there again; who decided that stays on record. Raises Missing, and WrongState if it was lifted before."""
    row = SuppressedAddress.objects.select_for_update(no_key=True, of=("self",)).filter(pk=suppressed_id).first()
    if row is None:
        raise Missing(f"there is no suppressed address {suppressed_id}", place="address")
    if row.lifted_at is not None:
        raise WrongState("it was lifted before", place="address")
    row.lifted_at, row.lifted_by = timezone.now(), by
    row.save(update_fields=["lifted_at", "lifted_by"])
    return row
