"""What servers say on their limits, as each vendor documents it; the clock says 1,790,000,000."""

from __future__ import annotations

import pytest

from trueup.collect.web.limits import Budget, asked_wait, budget

NOW = 1_790_000_000.0  # 2026-09-21 14:13:20 UTC


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (
            {
                "x-ratelimit-limit": "5000",
                "x-ratelimit-remaining": "7",
                "x-ratelimit-reset": "1790000060",
            },
            Budget(7, NOW + 60),
        ),
        (
            {
                "ratelimit-limit": "600",
                "ratelimit-remaining": "0",
                "ratelimit-reset": "1790000030",
            },
            Budget(0, NOW + 30),
        ),
        ({"ratelimit-remaining": "3", "ratelimit-reset": "45"}, Budget(3, NOW + 45)),
        (
            {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "2026-09-21T14:14:20Z"},
            Budget(0, NOW + 60),
        ),
        (
            {
                "x-ratelimit-remaining": "0",
                "x-ratelimit-reset": "1790000060",
                "date": "Mon, 21 Sep 2026 14:14:10 GMT",
            },
            Budget(0, NOW + 10),
        ),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1789999000"}, Budget(0, NOW)),
        (
            {
                "x-ratelimit-limit": "0",
                "x-ratelimit-remaining": "0",
                "x-ratelimit-reset": "1790003600",
            },
            None,
        ),
        ({"x-ratelimit-remaining": "0"}, None),
        ({"x-ratelimit-remaining": "many", "x-ratelimit-reset": "soon"}, None),
        ({}, None),
    ],
    ids=[
        "github",
        "gitlab",
        "pagerduty",
        "jira",
        "server-clock-is-ahead",
        "reset-is-past",
        "nought-of-nought",
        "no-reset",
        "nonsense",
        "none",
    ],
)
def test_what_is_left_is_read_in_every_dialect(
    headers: dict[str, str], expected: Budget | None
) -> None:
    assert budget(headers, NOW) == expected


@pytest.mark.parametrize(
    ("status", "headers", "content", "expected"),
    [
        (429, {"retry-after": "17"}, b"", 17.0),
        (429, {"retry-after": "0"}, b"", 1.0),
        (403, {"retry-after": "30"}, b"", 30.0),
        (503, {"retry-after": "5"}, b"", 5.0),
        (429, {"retry-after": "Mon, 21 Sep 2026 14:14:20 GMT"}, b"", 60.0),
        (429, {}, b"", 0.0),
        (403, {}, b'{"message": "You have exceeded a secondary rate limit."}', 0.0),
        (403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1790000090"}, b"", 90.0),
        (200, {}, b'{"errors": [{"type": "RATE_LIMITED"}]}', 0.0),
        (403, {}, b'{"message": "Resource not accessible by integration"}', None),
        (403, {"x-ratelimit-remaining": "4", "x-ratelimit-reset": "1790000090"}, b"", None),
        (503, {}, b"", None),
        (404, {"retry-after": "9"}, b"", None),
        (200, {}, b'{"data": {"title": "rate limit"}}', None),
    ],
)
def test_a_refusal_says_how_long_to_wait_or_is_no_matter_of_limits(
    status: int, headers: dict[str, str], content: bytes, expected: float | None
) -> None:
    assert asked_wait(status, headers, content, NOW) == expected
