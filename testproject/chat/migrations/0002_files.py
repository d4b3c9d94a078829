# ruff: noqa: RUF012
import django.db.models.deletion
from django.db import migrations, models

import testproject.chat.models


class Migration(migrations.Migration):
    dependencies = [
        ("chat", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Attachment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "key",
                    models.CharField(default=testproject.chat.models.new_key, max_length=32, unique=True),
                ),
                ("name", models.CharField(max_length=120)),
                ("kind", models.CharField(max_length=60)),
                ("size", models.PositiveIntegerField()),
                ("width", models.PositiveIntegerField(default=0)),
                ("height", models.PositiveIntegerField(default=0)),
                ("data", models.BinaryField()),
            ],
        ),
        migrations.AddField(
            model_name="message",
            name="author",
            field=models.CharField(default="", max_length=64),
        ),
        migrations.AddField(
            model_name="message",
            name="uid",
            field=models.CharField(default="", max_length=40),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.UniqueConstraint(
                condition=models.Q(("uid", ""), _negated=True),
                fields=("room", "uid"),
                name="one_message_per_uid",
            ),
        ),
        migrations.AddField(
            model_name="attachment",
            name="message",
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, to="chat.message"),
        ),
    ]
