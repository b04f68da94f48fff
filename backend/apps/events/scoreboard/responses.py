"""How the public pages answer: safely, compressed, and cheaply to those who hold the page already."""

import hashlib
from collections.abc import Callable
from functools import cache, partial, wraps
from pathlib import Path
from typing import Concatenate, ParamSpec

from django.core.cache import cache as django_cache
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

Params = ParamSpec("Params")
View = Callable[Concatenate[HttpRequest, Params], HttpResponseBase]

# How long a page that was made is kept for others. It is never wrong meanwhile: its tag is part of what it is found by.
PAGE_SECONDS = 60

_APPS = Path(__file__).parents[2]


def public_page(view: View[Params]) -> View[Params]:
    """A page to look at: GET and HEAD only, compressed."""

    @require_safe
    @gzip_page
    @wraps(view)
    def page(request: HttpRequest, /, *args: Params.args, **kwargs: Params.kwargs) -> HttpResponseBase:
        return view(request, *args, **kwargs)

    return page


def answer_if_changed(
    request: HttpRequest, etag: str, *, is_public: bool, render: Callable[[], HttpResponseBase]
) -> HttpResponseBase:
    """304 to those who hold the page with this tag, else the page; it may be kept, but is to be asked about first."""
    response = get_conditional_response(request, etag=etag) or render()
    response["ETag"] = etag
    response["Cache-Control"] = "no-cache" if is_public else "private, no-cache"
    return response


def answer_with_page(
    request: HttpRequest, etag: str, *, is_public: bool, render: Callable[[], HttpResponse]
) -> HttpResponseBase:
    """As answer_if_changed. A public page is made once: after a new revision all of its readers ask for it at once."""
    make = partial(_made_once, request, etag, render) if is_public else render
    return answer_if_changed(request, etag, is_public=is_public, render=make)


def _made_once(request: HttpRequest, etag: str, render: Callable[[], HttpResponse]) -> HttpResponse:
    key = "page:" + hashlib.sha256(f"{etag} {request.get_full_path()}".encode()).hexdigest()
    content = django_cache.get(key)
    if content is None:
        content = render().content
        django_cache.set(key, content, PAGE_SECONDS)
    return HttpResponse(content)


def make_etag(*parts: object) -> str:
    """A tag that changes with any of `parts`, and with the templates: a page of an older release is out of date."""
    return '"' + hashlib.sha256(repr((_templates(), parts)).encode()).hexdigest()[:32] + '"'


@cache
def _templates() -> str:
    """A digest of the templates of all apps."""
    digest = hashlib.sha256()
    for path in sorted(_APPS.glob("*/templates/**/*.html")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
