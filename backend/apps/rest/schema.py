"""The OpenAPI document."""

from functools import cache
from threading import Lock
from typing import Any

from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.request import Request
from rest_framework.response import Response

_lock = Lock()


class SchemaView(SpectacularAPIView):
    """Made once in each process: it takes a second of processor, and the library cannot do it in two threads at once.

    The same for everybody. The library would also take a language and a version from the address, of which there are
    none, and put the latter into a header.
    """

    @extend_schema(exclude=True)
    def get(self, request: Request, *_args: Any, **_names: Any) -> Response:
        """As YAML, or as JSON with `?format=json`."""
        with _lock:
            document = _document()
        name = self._get_filename(request, "")  # type: ignore[no-untyped-call]
        return Response(document, headers={"Content-Disposition": f'inline; filename="{name}"'})


@cache
def _document() -> Any:
    return SchemaView.generator_class().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
