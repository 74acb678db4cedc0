# SPDX-License-Identifier: MIT
"""What the tests are given. Nothing of it outlives its test."""

import pytest

from fixtures import (
    home,
    open_resolver,
    open_terminal,
    pytest_sessionstart,
    silent_resolver,
    start_practice,
)


@pytest.fixture(scope="session")
def chromium():
    """One for all tests: it takes seconds to start."""
    from browser import Browser

    browser = Browser()
    yield browser
    browser.close()


@pytest.fixture
def browser(chromium):
    """The same, as if it had just started."""
    chromium.driver.delete_all_cookies()
    chromium.open("about:blank")
    return chromium
