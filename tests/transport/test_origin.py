from __future__ import annotations

import pytest
from django.test import RequestFactory

from django_phoenix.transport.origin import origin_allowed


def request(origin, host="testserver", secure=False):
    headers = {"host": host} if origin is None else {"host": host, "origin": origin}
    return RequestFactory().get("/socket/websocket", headers=headers, secure=secure)


@pytest.mark.parametrize("check", [True, "same", ["https://example.com"], lambda origin: False])
def test_ch_4_a_request_without_origin_is_allowed(check):
    assert origin_allowed(check, request(None))


@pytest.mark.parametrize(
    ("check", "origin", "host", "allowed"),
    [
        (True, "http://testserver", "testserver", True),
        (True, "https://testserver:8443", "testserver", True),
        (True, "http://localhost:5173", "localhost:8000", True),
        (True, "http://evil.example", "testserver", False),
        (True, "http://evil.example", "evil.example", False),
        (True, "null", "testserver", False),
        (True, "file://", "testserver", False),
        (True, "http://[::1", "testserver", False),
        (True, "http://testserver:port", "testserver", False),
        (True, "", "testserver", False),
        (False, "http://evil.example", "testserver", True),
        ("same", "http://testserver", "testserver", True),
        ("same", "http://testserver:80", "testserver", True),
        ("same", "http://testserver:8000", "testserver", False),
        ("same", "https://testserver", "testserver", False),
        ("same", "null", "testserver", False),
        (["https://example.com"], "https://example.com", "testserver", True),
        (["https://example.com"], "https://example.com:443", "testserver", True),
        (["https://example.com"], "http://example.com", "testserver", False),
        (["https://example.com:443"], "https://example.com", "testserver", True),
        (["//example.com"], "http://example.com:81", "testserver", True),
        (["example.com"], "http://example.com:81", "testserver", True),
        (["//*.example.com"], "http://example.com", "testserver", True),
        (["//*.example.com"], "http://a.b.example.com", "testserver", True),
        (["//*.example.com"], "http://badexample.com", "testserver", False),
        (["//example.com:8000"], "http://example.com:8001", "testserver", False),
        (["//example.com"], "null", "testserver", False),
        (["//example.com"], "http://testserver", "testserver", False),
        (lambda origin: origin.hostname == "ok.example", "http://ok.example", "testserver", True),
        (lambda origin: origin.hostname == "ok.example", "http://no.example", "testserver", False),
    ],
)
def test_ch_4_rules(check, origin, host, allowed):
    assert origin_allowed(check, request(origin, host)) is allowed


def test_csrf_trusted_origins_count_as_ours(settings):
    settings.CSRF_TRUSTED_ORIGINS = ["https://*.partner.example"]
    assert origin_allowed(True, request("https://www.partner.example"))
    assert not origin_allowed(True, request("http://www.partner.example"))


def test_a_host_that_django_refuses_is_nobody_s_origin(settings):
    settings.ALLOWED_HOSTS = ["other.example"]
    assert not origin_allowed(True, request("http://testserver"))
    assert not origin_allowed("same", request("http://testserver"))
