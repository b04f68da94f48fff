"""How one is told, as the API shows and changes it."""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.utils import translation
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.events.api.fields import StrictSerializer, read_body
from apps.notifications.models import Announcement
from apps.notifications.preferences import Chosen, Effective, channel_names, read_settings
from apps.notifications.services import change_recipient_settings
from apps.rest.openapi import problems


class LanguageSerializer(serializers.Serializer[Any]):
    """A language that one can be told in."""

    code = serializers.CharField()
    name = serializers.CharField(help_text="in that language")


class ChannelSerializer(serializers.Serializer[Any]):
    """A way to be told."""

    channel = serializers.CharField()
    name = serializers.CharField(help_text="in the language of the settings")


class EffectiveSerializer(serializers.Serializer[Effective]):
    """What holds for a kind by a channel."""

    is_on = serializers.BooleanField()
    is_default = serializers.BooleanField(help_text="nothing was chosen, neither for the kind nor in `all`")


class KindSerializer(serializers.Serializer[Any]):
    """A kind of notification, and by which channels it is told."""

    kind = serializers.ChoiceField(choices=Announcement.Kind.choices)
    name = serializers.CharField(help_text="in the language of the settings")
    channels = serializers.DictField(child=EffectiveSerializer(), help_text="by channel")


class SettingsSerializer(serializers.Serializer[Any]):
    """A table of kinds and channels, and the language."""

    language = serializers.CharField()
    language_is_default = serializers.BooleanField(help_text="none was chosen: it is that of the deployment")
    languages = LanguageSerializer(many=True)
    channels = ChannelSerializer(many=True)
    kinds = KindSerializer(many=True)
    all = serializers.DictField(
        child=serializers.BooleanField(allow_null=True),
        help_text="by channel: what was chosen for every kind without a choice of its own; null: nothing",
    )


class SettingsInput(StrictSerializer):
    """What is chosen. What is left out stays as it is; null takes a choice back."""

    language = serializers.CharField(required=False, allow_null=True, help_text="one of `languages`")
    kinds = serializers.DictField(
        required=False,
        child=serializers.DictField(child=serializers.BooleanField(allow_null=True)),
        help_text='kind -> channel -> wanted, as in {"results_published": {"email": false}}',
    )
    all = serializers.DictField(
        required=False,
        child=serializers.BooleanField(allow_null=True),
        help_text='channel -> wanted, as in {"email": false}',
    )


def document(chosen: Chosen) -> dict[str, Any]:
    """The settings as the API tells them, with names in their own language."""
    with translation.override(chosen.language):
        return {
            "language": chosen.language,
            "language_is_default": chosen.language_is_default,
            "languages": [{"code": code, "name": name} for code, name in settings.LANGUAGES],
            "channels": [{"channel": channel, "name": name} for channel, name in channel_names().items()],
            "kinds": [
                {"kind": kind, "name": str(Announcement.Kind(kind).label), "channels": channels}
                for kind, channels in chosen.kinds.items()
            ],
            "all": chosen.all,
        }


class NotificationSettings(APIView):
    """One's own settings."""

    permission_classes = [IsAuthenticated]

    @extend_schema(
        tags=["notifications"],
        summary="Read how one is told",
        operation_id="notifications_settings_retrieve",
        responses={200: SettingsSerializer},
    )
    def get(self, request: Request) -> Response:
        """The language, and for each kind and channel whether one is told and whether one has chosen so.

        Kinds are left out that concern only organisers or staff, unless one is such.
        """
        return _answer(request)

    @extend_schema(
        tags=["notifications"],
        summary="Choose how one is told",
        operation_id="notifications_settings_update",
        request=SettingsInput,
        responses={200: SettingsSerializer, **problems(422)},
    )
    def patch(self, request: Request) -> Response:
        """Changes what is named, and nothing if any of it is refused; for all that is told from then on."""
        assert request.user.pk is not None  # noqa: S101 (IsAuthenticated)
        change_recipient_settings(request.user.pk, changes=read_body(SettingsInput, request))
        return _answer(request)


def _answer(request: Request) -> Response:
    assert isinstance(request.user, User)  # noqa: S101 (IsAuthenticated)
    return Response(SettingsSerializer(document(read_settings(request.user))).data)
