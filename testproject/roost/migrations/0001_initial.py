# ruff: noqa: RUF012
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Board",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=60)),
                ("about", models.CharField(blank=True, max_length=140, verbose_name="what it is for")),
                (
                    "tone",
                    models.CharField(
                        choices=[
                            ("ember", "Ember"),
                            ("amber", "Amber"),
                            ("moss", "Moss"),
                            ("teal", "Teal"),
                            ("sky", "Sky"),
                            ("indigo", "Indigo"),
                            ("plum", "Plum"),
                            ("rose", "Rose"),
                        ],
                        default="ember",
                        max_length=10,
                        verbose_name="colour",
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("members", models.ManyToManyField(related_name="boards", to=settings.AUTH_USER_MODEL)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="own_boards",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["created_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Card",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(max_length=120)),
                ("text", models.TextField(blank=True, max_length=4000, verbose_name="description")),
                ("due", models.DateField(blank=True, null=True)),
                ("position", models.PositiveIntegerField(default=0)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "people",
                    models.ManyToManyField(blank=True, related_name="cards", to=settings.AUTH_USER_MODEL),
                ),
            ],
            options={
                "ordering": ["position", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Attachment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("file", models.FileField(upload_to="attachments/")),
                ("name", models.CharField(max_length=120)),
                ("size", models.PositiveIntegerField()),
                ("picture", models.BooleanField(default=False)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "card",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="attachments",
                        to="roost.card",
                    ),
                ),
            ],
            options={
                "ordering": ["-at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="Activity",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "deed",
                    models.CharField(
                        choices=[
                            ("made", "added"),
                            ("moved", "moved"),
                            ("done", "finished"),
                            ("said", "commented on"),
                            ("given", "gave you"),
                            ("filed", "attached a file to"),
                            ("changed", "changed"),
                            ("removed", "removed"),
                        ],
                        max_length=10,
                    ),
                ),
                ("title", models.CharField(blank=True, max_length=120)),
                ("more", models.CharField(blank=True, max_length=120)),
                ("at", models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
                (
                    "who",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "board",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="activity", to="roost.board"
                    ),
                ),
                (
                    "card",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="activity",
                        to="roost.card",
                    ),
                ),
            ],
            options={
                "ordering": ["-at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="Comment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("text", models.TextField(max_length=2000)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "card",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="comments", to="roost.card"
                    ),
                ),
            ],
            options={
                "ordering": ["at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Label",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=24)),
                (
                    "tone",
                    models.CharField(
                        choices=[
                            ("ember", "Ember"),
                            ("amber", "Amber"),
                            ("moss", "Moss"),
                            ("teal", "Teal"),
                            ("sky", "Sky"),
                            ("indigo", "Indigo"),
                            ("plum", "Plum"),
                            ("rose", "Rose"),
                        ],
                        default="teal",
                        max_length=10,
                        verbose_name="colour",
                    ),
                ),
                (
                    "board",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="labels", to="roost.board"
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.AddField(
            model_name="card",
            name="labels",
            field=models.ManyToManyField(blank=True, related_name="cards", to="roost.label"),
        ),
        migrations.CreateModel(
            name="Lane",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=40)),
                ("position", models.PositiveIntegerField(default=0)),
                ("finishes", models.BooleanField(default=False, verbose_name="cards here are done")),
                (
                    "board",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="lanes", to="roost.board"
                    ),
                ),
            ],
            options={
                "ordering": ["position", "pk"],
            },
        ),
        migrations.AddField(
            model_name="card",
            name="lane",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="cards", to="roost.lane"
            ),
        ),
        migrations.CreateModel(
            name="Profile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=40, verbose_name="your name")),
                ("role", models.CharField(blank=True, max_length=60, verbose_name="what you do")),
                (
                    "tone",
                    models.CharField(
                        choices=[
                            ("ember", "Ember"),
                            ("amber", "Amber"),
                            ("moss", "Moss"),
                            ("teal", "Teal"),
                            ("sky", "Sky"),
                            ("indigo", "Indigo"),
                            ("plum", "Plum"),
                            ("rose", "Rose"),
                        ],
                        default="ember",
                        max_length=10,
                        verbose_name="your colour",
                    ),
                ),
                ("picture", models.FileField(blank=True, upload_to="pictures/")),
                (
                    "digest",
                    models.CharField(
                        choices=[("never", "Never"), ("daily", "Every morning"), ("weekly", "On Mondays")],
                        default="weekly",
                        max_length=10,
                        verbose_name="summary by e-mail",
                    ),
                ),
                (
                    "mentions",
                    models.BooleanField(default=True, verbose_name="write to me when I am given a card"),
                ),
                (
                    "rung_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="last looked at notices"
                    ),
                ),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="profile",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Step",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("text", models.CharField(max_length=120)),
                ("done", models.BooleanField(default=False)),
                (
                    "card",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="steps", to="roost.card"
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
    ]
