"""Words of the scoreboard."""

from django.utils.translation import gettext_lazy as _

from apps.events.measures import Metric

SCORE_LABELS = {
    Metric.DURATION: _("Time"),
    Metric.DISTANCE: _("Distance"),
    Metric.POINTS: _("Points"),
    Metric.COUNT: _("Count"),
    Metric.PENALTY_CONTEST: _("Solved"),
}
