"""Generic live views, as django.views.generic has them: a page for a model in a few lines.

class BookList(ListLive):
    model = Book
    paginate_by = 20
"""

from django_phoenix.generic.detail import DetailLive
from django_phoenix.generic.edit import CreateLive, DeleteLive, FormLive, ModelFormLive, UpdateLive
from django_phoenix.generic.list import ListLive, PageLink

__all__ = [
    "CreateLive",
    "DeleteLive",
    "DetailLive",
    "FormLive",
    "ListLive",
    "ModelFormLive",
    "PageLink",
    "UpdateLive",
]
