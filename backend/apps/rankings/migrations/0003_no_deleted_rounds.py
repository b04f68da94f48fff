"""An event that is in a season cannot be deleted."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('events', '0002_rules_freeze_corrections'),
        ('rankings', '0002_rules_rulings_pages'),
    ]

    operations = [
        migrations.AlterField(
            model_name='seasonevent',
            name='event',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='season_events', to='events.event'),
        ),
    ]
