"""Delivery in the admin: the outbox and what operators did to look at, holds to make and to release."""

from delivery.admin import acts, holds, outbox

__all__ = ["acts", "holds", "outbox"]
