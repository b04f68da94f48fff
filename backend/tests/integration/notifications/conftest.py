"""What tests of sending share."""

from dataclasses import replace

import pytest

from apps.notifications.channels import CHANNELS
from apps.notifications.kinds import KINDS
from tests.integration.notifications.paper import PaperChannel


@pytest.fixture
def paper(monkeypatch: pytest.MonkeyPatch) -> PaperChannel:
    """The only channel. Whoever is told by e-mail is told by it."""
    channel = PaperChannel()
    for name in list(CHANNELS):
        monkeypatch.delitem(CHANNELS, name)
    monkeypatch.setitem(CHANNELS, channel.name, channel)
    for name, kind in KINDS.items():
        defaults = {
            role: channels | {"paper"} if "email" in channels else channels for role, channels in kind.defaults.items()
        }
        monkeypatch.setitem(KINDS, name, replace(kind, defaults=defaults))
    return channel
