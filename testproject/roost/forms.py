"""What people fill in."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms

from testproject.roost.models import Board, Card, Profile


class BoardForm(forms.ModelForm):  # type: ignore[type-arg]
    """A board's name and look."""

    class Meta:
        model = Board
        fields: ClassVar[list[str]] = ["name", "about", "tone"]
        widgets: ClassVar[dict[str, Any]] = {"tone": forms.RadioSelect}

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"].strip()
        if len(name) < 2:
            raise forms.ValidationError("Two letters at least.")
        return name


class CardForm(forms.ModelForm):  # type: ignore[type-arg]
    """What a card says; saved as it is typed."""

    class Meta:
        model = Card
        fields: ClassVar[list[str]] = ["title", "text", "due"]
        widgets: ClassVar[dict[str, Any]] = {
            "text": forms.Textarea(attrs={"rows": 4}),
            "due": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }

    def clean_title(self) -> str:
        return " ".join(self.cleaned_data["title"].split())


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]
    """How a user appears to others."""

    class Meta:
        model = Profile
        fields: ClassVar[list[str]] = ["picture", "name", "role", "tone", "digest", "mentions"]
        widgets: ClassVar[dict[str, Any]] = {"tone": forms.RadioSelect, "digest": forms.RadioSelect}


class SearchForm(forms.Form):
    """What is looked for: all of it stands in the page's address."""

    q = forms.CharField(label="Search", required=False, max_length=80)
    board = forms.ChoiceField(required=False)
    label = forms.CharField(required=False, max_length=24)
    due = forms.ChoiceField(
        required=False,
        choices=[("", "Any date"), ("late", "Overdue"), ("week", "Next 7 days"), ("none", "No date")],
    )
    mine = forms.BooleanField(label="Only mine", required=False)
    page = forms.IntegerField(required=False, min_value=1)

    def __init__(self, data: Any, *, boards: list[tuple[int, str]]) -> None:
        super().__init__(data)
        field: Any = self.fields["board"]
        field.choices = [("", "All boards"), *((str(key), name) for key, name in boards)]
