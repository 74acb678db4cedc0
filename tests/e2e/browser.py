# SPDX-License-Identifier: MIT
"""The phone: Chromium without a screen."""

import tempfile

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from program import PATIENCE_S

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
        return self.driver.find_element(By.TAG_NAME, "body").text

    def wait_for(self, text):
        WebDriverWait(self.driver, PATIENCE_S).until(
            lambda _: text in self.text(),
            f"{text!r} on the page:\n{self.text()}",
        )

    def enter(self, code):
        """Types the code in, as a person does who has no camera."""
        self.driver.find_element(By.NAME, "user_code").send_keys(code)
        self.press("Continue")

    def press(self, label):
        """Clicks on the button with that label."""
        for button in self.driver.find_elements(By.TAG_NAME, "button"):
            if button.text == label:
                button.click()
                return
        raise AssertionError(f"no button {label!r} on:\n{self.text()}")

    def close(self):
        self.driver.quit()
        self.folder.cleanup()
