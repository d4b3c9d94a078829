"""Settings: of the visitor, and of a board."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django_phoenix.generic.edit import UpdateLive
from testproject.roost.forms import ProfileForm
from testproject.roost.live.page import RoostLive
from testproject.roost.models import Profile
from testproject.roost.rows import person_of


class ProfileLive(RoostLive, UpdateLive):
    template_name = "roost/profile.html"
    form_class = ProfileForm
    success_message = "Saved. Others see it from now on."

    class Assigns:
        page_title: str = "Settings"
        area: str = "settings"
        form: ProfileForm

    uploads: Mapping[str, Mapping[str, Any]] = {
        "picture": {"accept": ".png,.jpg,.jpeg,.gif,.webp", "max_file_size": 3 * 1024 * 1024}
    }

    def get_object(self, queryset: Any = None) -> Profile:
        return Profile.of(self.request.user)

    def form_valid(self, form: Any) -> None:
        self.object = form.save()
        self.assigns.me = person_of(self.object)
        self.put_flash("success", self.success_message)
        self.reset_form()
