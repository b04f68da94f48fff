"""What the admin's pages share: who may enter, and how a refusal of a service reaches the form."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import NON_FIELD_ERRORS
from django.db.models import Model
from django.http import HttpRequest, HttpResponse

from apps.errors import Refused

_REFUSAL = "_refusal"  # the attribute of a request whose form a service refused


class StaffAdmin(admin.ModelAdmin):  # type: ignore[type-arg] # generic in the stubs alone
    """Staff operate everything, as apps.events.access says; others cannot enter.

    `save_model` of a subclass calls a service. If that refuses, its transaction is rolled back and the same form is
    shown again, with the reason at the field that the refusal names.
    """

    # Counting all rows of a large table takes longer than showing a page of them.
    show_full_result_count = False
    list_per_page = 50

    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_staff(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_staff(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return is_staff(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_staff(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except Refused as refusal:
            setattr(request, _REFUSAL, refusal)
            return super().changeform_view(request, object_id, form_url, extra_context)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        refusal: Refused | None = getattr(request, _REFUSAL, None)
        return form if refusal is None else refused_form(form, refusal)


class ReadOnlyAdmin(StaffAdmin):
    """To look at, never to change."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyInline(admin.TabularInline):  # type: ignore[type-arg] # generic in the stubs alone
    """Rows that belong to an object, to look at; whoever may see the object may see them."""

    extra = 0
    can_delete = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_staff(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def is_staff(request: HttpRequest) -> bool:
    """Whether the visitor may operate."""
    return request.user.is_active and request.user.is_staff


def refused_form(form: Any, refusal: Refused) -> Any:
    """The form, invalid for the reason of a refusal."""

    class RefusedForm(form):  # type: ignore[misc] # a base known at run time only
        def clean(self) -> Any:
            cleaned = super().clean()
            field = refusal.place.partition(".")[0]
            if field in self.fields:
                self.add_error(field, refusal.reason)
            else:
                self.add_error(NON_FIELD_ERRORS, str(refusal))
            return cleaned

    return RefusedForm


def changed_fields(form: "forms.ModelForm[Any]", fields: tuple[str, ...]) -> dict[str, Any]:
    """What a valid form changes of `fields`; for a new object all of them that it has."""
    names = form.fields if form.instance._state.adding else form.changed_data
    return {name: form.cleaned_data[name] for name in fields if name in names}


def adopt(instance: Model, saved: Model) -> None:
    """Make the form's instance the row that a service has written."""
    instance.pk = saved.pk
    instance.refresh_from_db()
