# ruff: noqa: RUF012
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Stroke",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("board", models.SlugField()),
                ("uid", models.CharField(max_length=40)),
                ("author", models.CharField(max_length=64)),
                ("tool", models.CharField(max_length=8)),
                ("ink", models.PositiveSmallIntegerField()),
                ("size", models.PositiveSmallIntegerField()),
                ("points", models.JSONField()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("board", "uid"), name="one_stroke_per_uid")],
            },
        ),
    ]
