"""Pages with forms, mounted under /forms/."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.urls import path, reverse_lazy

from django_phoenix.formsets import LiveFormSet
from django_phoenix.generic import CreateLive, DeleteLive, DetailLive, FormLive, ListLive, UpdateLive
from django_phoenix.guards import LoginRequired, PermissionRequired
from django_phoenix.live_component import LiveComponent
from django_phoenix.live_view import HALT, LiveView, Params, event
from django_phoenix.uploads import UploadFailed, UploadWriter

FORM = (
    "{% load phoenix %}<form id='f' method='post' phx-change='validate' phx-submit='save'>{% csrf_token %}"
    "{% for field in form %}{% live_field field %}{% endfor %}<button>Save</button></form>"
)


class ContactForm(forms.Form):
    name = forms.CharField(max_length=20)
    email = forms.EmailField()
    tags = forms.MultipleChoiceField(choices=[("a", "A"), ("b", "B")], required=False)


class ContactLive(FormLive):
    template = FORM
    form_class = ContactForm
    success_url = "/forms/groups/"
    success_message = "Thanks, %(name)s."


class Plain(LiveView):
    """No generic view: what a plain POST may do."""

    template = "{{ said }}|{{ at }}|{% for upload in uploads.doc.entries %}{{ upload.errors.0 }}{% endfor %}"

    def mount(self, params: Any, session: Any) -> None:
        self.assigns.said = ""
        self.allow_upload("doc", accept=".txt", max_file_size=10)

    def handle_params(self, params: dict[str, Any], uri: str) -> None:
        self.assigns.at = params.get("at", "")

    @event
    def say(self, text: str, times: int = 1) -> None:
        self.assigns.said = text * times

    @event
    async def say_later(self, text: str) -> None:
        self.assigns.said = f"async {text}"

    @event
    def whole(self, params: Params) -> None:
        self.assigns.said = repr(dict(params))

    @event
    def go(self, to: str) -> None:
        self.redirect(to)

    @event
    def patch(self) -> None:
        self.push_patch("?at=2")

    @event
    def keep(self) -> None:
        def read(file: Any, entry: Any) -> str:
            return f"{file.name}: {file.read().decode()}"

        self.assigns.said = ", ".join(self.consume_uploaded_entries("doc", read))

    @event
    def keep_type(self) -> None:
        found = self.consume_uploaded_entries("doc", lambda file, entry: f"{file.name} {file.content_type}")
        self.assigns.said = ", ".join(found)


class SheepWriter(UploadWriter):
    """Takes nothing that speaks of wolves."""

    ended: ClassVar[list[Any]] = []

    def open(self) -> None:
        self.found = b""

    async def write_chunk(self, data: bytes) -> None:
        if b"wolf" in data:
            raise UploadFailed("a wolf")
        self.found += data

    def close(self, reason: Any) -> None:
        self.ended.append(getattr(reason, "reason", reason))

    def meta(self) -> str:
        return self.found.decode().upper()

    def discard(self, consumed: bool) -> None:
        self.ended.append(consumed)


class PlainWithWriter(Plain):
    """Its files go through a writer of its own."""

    def mount(self, params: Any, session: Any) -> None:
        self.assigns.said = ""
        self.allow_upload("doc", accept=".txt", max_file_size=10, writer=SheepWriter)

    @event
    async def keep(self) -> None:
        found = await self.aconsume_uploaded_entries("doc", lambda text, entry: text)
        self.assigns.said = ", ".join(found)


class PlainWithDefault(Plain):
    post_event = "say"


class OwnPost(Plain):
    """It answers POSTs itself."""

    def post(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        from django.http import HttpResponse

        return HttpResponse("own")


class PostEvent(LiveView):
    """Its event is called as the HTTP method is."""

    template = "{{ said }}"
    post_event = "post"

    class Assigns:
        said: str = ""

    @event
    def post(self, text: str) -> None:  # type: ignore[override]
        self.assigns.said = text


class AnyEvent(LiveView):
    template = "{{ said }}"

    class Assigns:
        said: str = ""

    def handle_event(self, event: str, params: Any) -> None:
        self.assigns.said = f"{event} {dict(params)}"


class Hooked(Plain):
    """Hooks see a form's event first."""

    def mount(self, params: Any, session: Any) -> None:
        super().mount(params, session)
        self.attach_hook("quiet", "handle_event", self.see)

    def see(self, event: str, params: Any) -> Any:
        self.assigns.said = f"saw {event}"
        return HALT if event in ("say", "nobodys") else None


class Guarded(LoginRequired, Plain):
    pass


class GroupsLive(ListLive):
    model = Group
    ordering = "name"
    paginate_by = 2
    template = (
        "{% for group in group_list %}{{ group.name }} {% endfor %}|"
        "{% for link in page_links %}{{ link.label }}:{{ link.url|default:'' }} {% endfor %}|"
        "{{ next_page_url|default:'' }}"
    )

    def get_queryset(self) -> Any:
        return super().get_queryset().filter(name__contains=self.request.GET.get("q", ""))


class GroupLive(DetailLive):
    model = Group
    template = "<h1>{{ group.name }}</h1>{{ object.pk }}"


class NewGroupLive(CreateLive):
    model = Group
    fields = ("name",)
    template = FORM
    success_url = "/forms/groups/{id}/"
    success_message = "%(name)s is there."


class EditGroupLive(UpdateLive):
    model = Group
    fields = ("name",)
    template = "<h1>{{ object.name }}</h1>" + FORM
    success_url = reverse_lazy("groups")


class DeleteGroupLive(PermissionRequired, DeleteLive):
    model = Group
    permission_required = "auth.delete_group"
    template = "{% load phoenix %}<form method='post' phx-submit='delete'>{% csrf_token %}{{ group }}</form>"
    success_url = "/forms/groups/"
    success_message = "%(name)s is gone."


class NickForm(forms.Form):
    asked: list[str] = []

    nick = forms.CharField()
    age = forms.IntegerField(required=False)

    async def aclean_nick(self) -> str:
        nick = self.cleaned_data["nick"]
        self.asked.append(nick)
        if nick == "taken":
            raise ValidationError("Somebody has that name.")
        return nick.lower()


class NickLive(FormLive):
    template = FORM + "{{ saved }}"
    form_class = NickForm

    def form_valid(self, form: Any) -> None:
        self.assigns.saved = form.cleaned_data["nick"]


class LineForm(forms.Form):
    item = forms.CharField()
    count = forms.IntegerField(initial=1)


LineFormSet = forms.formset_factory(LineForm, formset=LiveFormSet, extra=1, can_delete=True)


class LinesLive(FormLive):
    form_class = LineFormSet
    prefix = "lines"
    template = (
        "<form id='f' method='post' phx-change='validate' phx-submit='save'>{{ form.management_form }}"
        "{% for row in form %}<p>{{ row.item }}{{ row.count }}</p>{% endfor %}</form>{{ saved|default:'' }}"
    )

    def form_valid(self, form: Any) -> None:
        self.assigns.saved = ", ".join(row["item"] for row in form.cleaned_data)


class FileForm(forms.Form):
    title = forms.CharField()
    doc = forms.FileField(widget=forms.FileInput(attrs={"accept": ".txt"}))


class FileLive(FormLive):
    template = FORM + "{{ saved|default:'' }}"
    form_class = FileForm

    def form_valid(self, form: Any) -> None:
        self.assigns.saved = form.cleaned_data["doc"].read().decode()


class LogInForm(forms.Form):
    user = forms.CharField()
    password = forms.CharField(widget=forms.PasswordInput)


class LogInLive(FormLive):
    form_class = LogInForm
    template = (
        "<form id='f' method='post' action='/login/' phx-change='validate' phx-submit='save'"
        "{% if trigger_action %} phx-trigger-action{% endif %}>{{ form.user }}{{ form.password }}</form>"
    )

    def form_valid(self, form: Any) -> None:
        self.trigger_action()


class ContactComponent(LiveComponent):
    template = "<div>{% for field in form %}{{ field }}{% endfor %}</div>"

    class Assigns:
        form: Any = None

    @event
    def validate(self, params: Params) -> None:
        self.assigns.form = ContactForm(params)


class OwnGroupLive(DetailLive):
    model = Group
    template = "<b>{{ group.name }}</b>"

    def get_object(self, queryset=None):
        return Group.objects.get(name=self.session["name"])


class NestedLive(LiveView):
    """Shows generic views, which have no URL of their own here."""

    template = (
        "{% load phoenix %}"
        f'{{% live_render "{__name__}.ContactLive" id="form" %}}'
        f'{{% live_render "{__name__}.OwnGroupLive" id="detail" name="one" %}}'
    )


class RecoveredLive(ContactLive):
    """A form of its own, one of a component, one of a child."""

    template = (
        FORM
        + '{% live_component "tests.support.live_site.form_views.ContactComponent" id="c" %}'
        + '{% live_render "tests.support.live_site.form_views.ContactLive" id="child" %}'
    )


urlpatterns = [
    path("recovered/", RecoveredLive.as_view()),
    path("nested/", NestedLive.as_view()),
    path("contact/", ContactLive.as_view(), name="contact"),
    path("plain/", Plain.as_view()),
    path("default/", PlainWithDefault.as_view()),
    path("writer/", PlainWithWriter.as_view()),
    path("own-post/", OwnPost.as_view()),
    path("post-event/", PostEvent.as_view()),
    path("any-event/", AnyEvent.as_view()),
    path("hooked/", Hooked.as_view()),
    path("guarded/", Guarded.as_view()),
    path("get-only/", PlainWithDefault.as_view(http_method_names=["get"])),
    path("groups/", GroupsLive.as_view(), name="groups"),
    path("strict-groups/", GroupsLive.as_view(allow_empty=False)),
    path("groups/new/", NewGroupLive.as_view()),
    path("groups/<int:pk>/", GroupLive.as_view()),
    path("groups/<int:pk>/edit/", EditGroupLive.as_view()),
    path("groups/<int:pk>/delete/", DeleteGroupLive.as_view()),
    path("nick/", NickLive.as_view()),
    path("lines/", LinesLive.as_view()),
    path("file/", FileLive.as_view()),
    path("log-in/", LogInLive.as_view()),
]
