"""The form that the gallery fills in."""

from __future__ import annotations

from django import forms


class SignupForm(forms.Form):
    name = forms.CharField(max_length=40)
    email = forms.EmailField(help_text="Only for the tickets.")
    day = forms.ChoiceField(choices=[("fri", "Friday"), ("sat", "Saturday"), ("sun", "Sunday")])
    ticket = forms.ChoiceField(choices=[("one", "One day"), ("all", "All three")], widget=forms.RadioSelect)
    talks = forms.MultipleChoiceField(
        choices=[("orm", "The ORM"), ("live", "Live pages"), ("wasm", "Python in the browser")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    wishes = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), required=False, max_length=200)
    terms = forms.BooleanField(label="I have read the code of conduct")
