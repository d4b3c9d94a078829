"""A form that lets a browser put one file into an S3-like storage, signed by AWS's Signature Version 4."""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from typing import Any

REGION = "us-east-1"
ACCESS_KEY, SECRET = "feature-site", "no secret at all"


def signature(secret: str, day: str, region: str, policy: str) -> str:
    key = f"AWS4{secret}".encode()
    for part in (day, region, "s3", "aws4_request", policy):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key.hex()


def presigned_form(
    url: str, bucket: str, key: str, size: int, *, secret: str = SECRET, seconds: int = 60
) -> dict[str, Any]:
    """``{"url": …, "fields": {…}}``: good for one key, and no more than so many bytes."""
    now = datetime.now(UTC)
    day = f"{now:%Y%m%d}"
    fields = {
        "key": key,
        "x-amz-algorithm": "AWS4-HMAC-SHA256",
        "x-amz-credential": f"{ACCESS_KEY}/{day}/{REGION}/s3/aws4_request",
        "x-amz-date": f"{now:%Y%m%dT%H%M%SZ}",
    }
    policy = {
        "expiration": f"{now + timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%SZ}",
        "conditions": [
            {"bucket": bucket},
            ["content-length-range", 0, size],
            *({name: value} for name, value in fields.items()),
        ],
    }
    encoded = b64encode(json.dumps(policy).encode()).decode()
    signed = {"policy": encoded, "x-amz-signature": signature(secret, day, REGION, encoded)}
    return {"url": f"{url}/{bucket}", "fields": fields | signed}
