"""Fixtures for tests with servers, several processes, Redis."""

from __future__ import annotations

from tests.support.redis import own_redis, redis_server

__all__ = ["own_redis", "redis_server"]
