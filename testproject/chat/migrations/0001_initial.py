# ruff: noqa: RUF012
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Message",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("room", models.SlugField()),
                ("name", models.CharField(max_length=40)),
                ("body", models.CharField(max_length=500)),
                ("at", models.DateTimeField(auto_now_add=True)),
            ],
        ),
    ]
