"""Many scores in one request, each on its own."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.errors import Refused
from apps.events.access import may_record_scores
from apps.events.api.fields import read_body
from apps.events.api.lookups import find_event, require
from apps.events.api.score_serializers import BulkInput, BulkResultsSerializer, KeyedScoreInput, ScoreSerializer
from apps.events.models import Event
from apps.events.rules import parse_rules
from apps.events.scoring import NewScore, Outcome
from apps.events.services import record_scores
from apps.problems import refusal_problem, validation_problem
from apps.rest.openapi import problems

GATE = {
    "scores": [
        {"bib": "7", "value": "1:02:03.5", "idempotency_key": "gate-1"},
        {"bib": "12", "value": 3600000, "attempt": 1, "idempotency_key": "gate-2"},
    ]
}


class BulkScores(APIView):
    """Many scores."""

    @extend_schema(
        tags=["scores"],
        summary="Record up to 5,000 scores",
        request=BulkInput,
        responses={200: BulkResultsSerializer, **problems(403, 409, 422)},
        examples=[OpenApiExample("two finishes", value=GATE, request_only=True)],
    )
    def post(self, request: Request, slug: str) -> Response:
        """For the event's owner, its scorers and staff, while it is open.

        Each row is taken or refused on its own, and all that are taken are stored together. Send the same rows again
        after a lost answer: what was recorded is answered 200 and stays as it is. Rows with the `external_id` of a
        score that says something else correct it, as when they are sent alone; several of one id in their order.
        """
        event = find_event(request, slug)
        by = require(may_record_scores(request.user, event), request)
        serializer = KeyedScoreInput()  # one for all rows: making it takes longer than checking a row
        read = [_read_row(row, serializer) for row in read_body(BulkInput, request)["scores"]]
        new = [row for row in read if isinstance(row, NewScore)]
        outcomes = iter(record_scores(event.pk, rows=new, by=by))
        answers = [next(outcomes) if isinstance(row, NewScore) else row for row in read]
        return Response(_document(event, answers))


def _read_row(row: Any, serializer: KeyedScoreInput) -> NewScore | ValidationError:
    try:
        return NewScore(**serializer.run_validation(row))
    except ValidationError as error:
        return error


def _document(event: Event, answers: Sequence[Outcome | ValidationError]) -> dict[str, Any]:
    serializer = ScoreSerializer(context={"rules": parse_rules(event.rules)})
    results = [{"index": index, **_result(answer, serializer)} for index, answer in enumerate(answers)]
    counts = Counter(result["status"] for result in results)
    taken, repeated = counts[201], counts[200]
    corrected = sum(result["status"] == 201 and result["score"]["supersedes"] is not None for result in results)
    return {
        "created": taken - corrected,
        "corrected": corrected,
        "repeated": repeated,
        "refused": len(results) - taken - repeated,
        "results": results,
    }


def _result(answer: Outcome | ValidationError, serializer: ScoreSerializer) -> dict[str, Any]:
    if isinstance(answer, ValidationError):
        return _refused(validation_problem(answer))
    try:
        score = answer.recorded()
    except Refused as refusal:
        return _refused(refusal_problem(refusal))
    return {"status": 201 if answer.is_new else 200, "score": serializer.to_representation(score)}


def _refused(problem: dict[str, Any]) -> dict[str, Any]:
    return {"status": problem["status"], "problem": problem}
