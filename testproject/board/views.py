"""The whiteboard's page: an ordinary Django view; all else happens over the socket."""

from __future__ import annotations

from typing import Any

from django.views.generic import TemplateView

from testproject import visitors


class BoardView(TemplateView):
    template_name = "board/board.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        visitor = visitors.of_request(self.request)
        return super().get_context_data(page_title="Whiteboard", visitor=visitor, inks=range(8), **kwargs)
