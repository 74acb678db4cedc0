# SPDX-License-Identifier: MIT
"""The phone: Chromium without a screen."""

import tempfile

from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from program import PATIENCE_S, wait_until

FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-proxy-server",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=390,844",
]


class Browser:
    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(
            prefix="grantty-chromium-", ignore_cleanup_errors=True
        )
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        for flag in FLAGS:
            options.add_argument(flag)
        options.add_argument(f"--user-data-dir={self.folder.name}")
        self.driver = webdriver.Chrome(
            service=Service("/usr/bin/chromedriver"), options=options
        )
        self.driver.set_page_load_timeout(PATIENCE_S)

    def open(self, url):
        self.driver.get(url)

    def text(self):
        """In one go, as the page may just be giving way to the next."""
        return self.driver.execute_script(
            "return document.body?.innerText ?? ''"
        )

    def wait_for(self, text):
        wait_until(
            lambda: text in self.text(),
            lambda: f"{text!r} on the page:\n{self.text()}",
        )

    def enter(self, code):
        """Types the code in, as a person does who has no camera."""
        self.driver.find_element(By.NAME, "user_code").send_keys(code)
        self.press("Continue")

    def press(self, label):
        """Clicks on the button with that label, once there is one."""

        def click(_):
            for button in self.driver.find_elements(By.TAG_NAME, "button"):
                if button.text == label:
                    button.click()
                    return True
            return False

        WebDriverWait(
            self.driver,
            PATIENCE_S,
            ignored_exceptions=[StaleElementReferenceException],
        ).until(click, f"a button {label!r}")

    def close(self):
        self.driver.quit()
        self.folder.cleanup()
