from django.db import migrations, models

from lib.swedish import fold


def fill(apps, schema_editor):
    """As ``Searchable.save`` does; also in editions that are adopted, whose text stays as it is."""
    activities = apps.get_model("actionplans", "Activity")
    for row in activities.objects.only("number", "title", "description").iterator():
        words = fold(f"{row.number} {row.title} {row.description}")
        activities.objects.filter(pk=row.pk).update(search_text=words)


class Migration(migrations.Migration):
    dependencies = [("actionplans", "0004_frozen_managers")]

    operations = [
        migrations.AddField(
            model_name="activity",
            name="search_text",
            field=models.TextField(default="", editable=False),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
