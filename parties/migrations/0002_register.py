from django.db import migrations

from parties import register


def load(apps, schema_editor):
    register.load(apps)


class Migration(migrations.Migration):
    """The counties and municipalities of Sweden are there from the start."""

    dependencies = [("parties", "0001_initial")]
    operations = [migrations.RunPython(load, migrations.RunPython.noop)]
