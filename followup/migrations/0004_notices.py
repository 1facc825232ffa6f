import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('followup', '0003_form_presence'),
        ('parties', '0003_mail'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('opened', 'omgången är öppen'), ('two_weeks', 'två veckor kvar'), ('two_days', 'två dagar kvar'), ('overdue', 'försenad'), ('returned', 'återlämnad'), ('nudge', 'påminnelse från samordnaren'), ('digest', 'sammandrag')], max_length=12, verbose_name='slag')),
                ('fact', models.CharField(max_length=40)),
                ('mail', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notices', to='parties.mail')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='till')),
                ('respondent', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notices', to='followup.respondent')),
            ],
            options={
                'verbose_name': 'påminnelse',
                'verbose_name_plural': 'påminnelser',
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(fields=('person', 'respondent', 'kind', 'fact'), name='notice_once')],
            },
        ),
    ]
