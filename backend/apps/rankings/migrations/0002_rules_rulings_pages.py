"""Season rules in place of points, terms of a season's events, rulings, and standings as pages in place of rows."""

from decimal import Decimal

import django.core.validators
import django.db.models.deletion
import numpy as np
from django.conf import settings
from django.db import migrations, models

from apps.rankings import pages
from apps.rankings.cells import FINISHED, Cells
from apps.rankings.result import Board, StandingsResult


def points_become_rules(apps, schema_editor):
    for season in apps.get_model('rankings', 'Season').objects.iterator():
        season.rules = {'points': season.rules, 'tie_breakers': []}  # equal totals shared a rank
        season.save(update_fields=['rules'])


def rules_become_points(apps, schema_editor):
    for season in apps.get_model('rankings', 'Season').objects.iterator():
        season.rules = season.rules['points']
        season.save(update_fields=['rules'])


def forget_standings(apps, schema_editor):
    """Pages do not go back into rows: the standings are to be computed anew."""
    apps.get_model('rankings', 'Season').objects.update(current_standings=None)
    apps.get_model('rankings', 'Standings').objects.all().delete()


def rows_become_pages(apps, schema_editor):
    """The revisions say the same afterwards; they counted all events, and their ties were shared."""
    Page = apps.get_model('rankings', 'StandingsPage')
    for standings in apps.get_model('rankings', 'Standings').objects.select_related('season').iterator():
        rows = standings.rows.order_by('position').values_list('participant', 'rank', 'tied', 'total', 'cells')
        encoded = pages.encode(StandingsResult(standings.event_ids, [_board(list(rows), len(standings.event_ids))]))
        standings.boards, standings.rules = encoded.boards, standings.season.rules
        standings.sources = [
            {'event': event, 'revision': 0, 'round': number, 'multiplier': '1', 'breaks_ties': True}
            for number, event in enumerate(standings.event_ids)
        ]
        standings.save(update_fields=['boards', 'rules', 'sources'])
        Page.objects.bulk_create(
            Page(standings=standings, board=board, first=first, content=content)
            for board, first, content in encoded.pages
        )


def _board(rows, events):
    def column(number, dtype):
        return np.array([row[number] for row in rows], dtype)

    def table(number, dtype):
        cells = [[cell[number] if cell else 0 for cell in row[4]] for row in rows]
        return np.array(cells, dtype).reshape(len(rows), events)

    place = table(0, np.int32)
    nothing = np.zeros(len(rows), np.uint8)
    return Board(
        key='overall',
        cells=Cells(column(0, np.int64), table(1, np.int64), place, np.where(place > 0, FINISHED, 0).astype(np.uint8)),
        counted=place > 0,
        rank=column(1, np.int32),
        tied=column(2, np.bool_),
        total=column(3, np.int64),
        state=nothing,
        broken_by=nothing,
        broken_at=nothing.astype(np.int32),
    )


class Migration(migrations.Migration):

    dependencies = [
        ('events', '0002_rules_freeze_corrections'),
        ('rankings', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RenameField('season', 'points', 'rules'),
        migrations.AlterField(
            model_name='season',
            name='rules',
            field=models.JSONField(help_text='see apps.rankings.rules'),
        ),
        migrations.RunPython(points_become_rules, rules_become_points, elidable=True),
        migrations.AddField(
            model_name='seasonevent',
            name='multiplier',
            field=models.DecimalField(decimal_places=4, default=Decimal('1'), help_text='of the points', max_digits=8, validators=[django.core.validators.MinValueValidator(Decimal('0.0001')), django.core.validators.MaxValueValidator(Decimal('1000'))]),
        ),
        migrations.AddField(
            model_name='seasonevent',
            name='same_round',
            field=models.BooleanField(default=False, help_text='one round with the event before it: both count, or are dropped, together'),
        ),
        migrations.AddField(
            model_name='seasonevent',
            name='breaks_ties',
            field=models.BooleanField(default=True, help_text='whether its places decide between equal totals; those of a sprint may not'),
        ),
        migrations.AlterField(
            model_name='standings',
            name='content_hash',
            field=models.CharField(help_text='SHA-256 over events, rules, rulings and lines', max_length=64),
        ),
        migrations.AlterField(
            model_name='standings',
            name='row_count',
            field=models.PositiveIntegerField(help_text='lines of the overall board'),
        ),
        *(
            migrations.AddField(
                model_name='standings',
                name=name,
                field=models.JSONField(default=default, help_text=help_text),
                preserve_default=False,
            )
            for name, default, help_text in (
                ('boards', list, 'what apps.rankings.pages needs to read it: boards with their sizes'),
                ('rules', dict, 'those of the season'),
                ('sources', list, "of each event its ranking's revision, multiplier, round, breaks_ties"),
                ('rulings', list, 'those in force: id, kind, participant, points, reason'),
                ('causes', list, 'what has changed since the revision before; see apps.rankings.causes'),
            )
        ),
        migrations.CreateModel(
            name='Ruling',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('exclusion', 'Exclusion'), ('adjustment', 'Adjustment')], max_length=10)),
                ('points', models.BigIntegerField(default=0, help_text='hundredths of a point, of an adjustment')),
                ('reason', models.CharField(max_length=200)),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('revoked_at', models.DateTimeField(blank=True, null=True)),
                ('revoke_reason', models.CharField(blank=True, max_length=200)),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('participant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rulings', to='events.participant')),
                ('revoked_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('season', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rulings', to='rankings.season')),
            ],
            options={
                'ordering': ['id'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('kind', 'exclusion'), ('revoked_at', None)), fields=('season', 'participant'), name='ruling_one_exclusion')],
            },
        ),
        migrations.CreateModel(
            name='StandingsPage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('board', models.IntegerField(help_text='number of the board in Standings.boards; -1 - number is its lookup')),
                ('first', models.BigIntegerField(help_text='its first line: the index on the board, or in a lookup the participant')),
                ('content', models.BinaryField()),
                ('standings', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='pages', to='rankings.standings')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('standings', 'board', 'first'), name='standings_page_once')],
            },
        ),
        migrations.RunPython(rows_become_pages, forget_standings, elidable=True),
        migrations.DeleteModel('StandingsRow'),
    ]
