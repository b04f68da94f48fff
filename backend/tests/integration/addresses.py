"""All addresses of the product, from the URL patterns themselves."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver


def patterns(below: Sequence[URLPattern | URLResolver] | None = None, before: str = "") -> Iterator[tuple[str, Any]]:
    """The pattern of each address outside of the admin, as text, with its view."""
    for each in get_resolver().url_patterns if below is None else below:
        route = before + str(each.pattern)
        if not isinstance(each, URLResolver):
            yield route, each.callback
        elif route != "admin/":
            yield from patterns(each.url_patterns, route)


def methods(view: Any) -> list[str]:
    """The methods that a view answers, but for HEAD and OPTIONS, which follow from GET and from all of them."""
    view_class = getattr(view, "view_class", None) or getattr(view, "cls", None)
    if view_class is None:
        return ["GET"]  # a page
    return [name.upper() for name in ("get", "post", "put", "patch", "delete") if hasattr(view_class, name)]
