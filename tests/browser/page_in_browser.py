#!/usr/bin/python3
"""Opens a report page in headless Chromium and uses it: sort, tab, story, keys, dark. Exit 0 fine, 1 a check failed, 77 no browser.

page_in_browser.py PAGE.html [--seconds LIMIT] [--bytes LIMIT]
"""
import argparse
import json
import pathlib
import sys
import time

try:
    from selenium import webdriver
    from selenium.common.exceptions import WebDriverException
    from selenium.webdriver.chrome.options import Options
    from selenium.webdriver.chrome.service import Service
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys
    from selenium.webdriver.support.ui import Select, WebDriverWait
except ImportError:
    print("skipped: python3-selenium is not installed")
    sys.exit(77)


def open_browser(width, height):
    options = Options()
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", f"--window-size={width},{height}"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    try:
        browser = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
    except (WebDriverException, OSError) as error:
        print("skipped: Chromium can't be started:", str(error).splitlines()[0])
        sys.exit(77)
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600})
    return browser


def check(condition, what):
    if not condition:
        print("FAILED:", what)
        sys.exit(1)
    print("ok:", what)


def check_soon(condition, what, seconds=5):
    """What a click or a key does may come a moment after it, on a busy machine."""
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.05)
    check(condition(), what)


def foreign_requests(browser):
    """Addresses asked for beyond the page itself and its pictures."""
    found = []
    for entry in browser.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            url = message["params"]["request"]["url"]
            if not url.startswith(("file:", "data:")):
                found.append(url)
    return found


def seconds_to_open(browser, address):
    """Until everything is drawn, what lies below too. The fastest of a few tells the page's own time on a busy machine."""
    browser.get(address)
    WebDriverWait(browser, 30).until(lambda one: one.execute_script("return document.documentElement.dataset.drawn") == "true")
    return browser.execute_script("return document.documentElement.dataset.seconds")


def copies(browser):
    """Every button of the first table copies what the program wrote; a browser that refuses shows it."""
    browser.execute_cdp_cmd("Browser.grantPermissions", {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]})
    bar = browser.find_element(By.CSS_SELECTOR, ".copybar")
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", bar)
    buttons = bar.find_elements(By.CSS_SELECTOR, "button.copy")
    texts = browser.execute_script("return DATA.groups[0].copies")
    check([button.text for button in buttons] == [label for label, _ in texts] and {"LaTeX", "Markdown", "CSV"} <= {label for label, _ in texts}, "each table has its buttons to copy")
    for button, (label, text) in zip(buttons, texts):
        button.click()
        check_soon(lambda: bar.find_element(By.CSS_SELECTOR, "[role=status]").text.startswith(label + " copied"), f"a click copies {label}")
        held = browser.execute_async_script("navigator.clipboard.readText().then(arguments[0], (refused) => arguments[0](String(refused)))")
        check(held.replace("\r\n", "\n") == text.replace("\r\n", "\n"), f"the clipboard holds the {label} of the table")
    browser.execute_script("Object.defineProperty(navigator, 'clipboard', {value: undefined, configurable: true}); document.execCommand = () => false")
    buttons[0].click()
    check_soon(lambda: len(bar.find_elements(By.TAG_NAME, "textarea")) == 1, "where copying is refused the text is shown")
    check(bar.find_element(By.TAG_NAME, "textarea").get_attribute("value") == texts[0][1].replace("\r\n", "\n"), "all of it")


def views(browser):
    """What an encoder gets of a picture."""
    part = lambda view, width, height: browser.execute_script("return seenPart(arguments[0], arguments[1], arguments[2])", view, width, height)
    near = lambda found, expected: all(abs(a - b) < 1e-9 for a, b in zip(found, expected))
    check(near(part(["e", "short", 224, 224, 224, 224], 480, 270), [0.21875, 0, 0.5625, 1]), "the middle square of a wide picture")
    check(near(part(["e", "short", 256, 256, 224, 224], 270, 480), [0.0625, 0.25390625, 0.875, 0.4921875]), "a crop of a tall one")
    check(near(part(["e", "squash", 224, 336, None, None], 480, 270), [0, 0, 1, 1]), "all of a squeezed one")
    check(part(["e", "whole", 0, 0, 64, 64], 480, 270) is None, "a crop in pixels is not drawn")
    drawn = browser.execute_async_script("""
        const canvas = document.createElement('canvas'), done = arguments[0];
        canvas.width = 480; canvas.height = 270;
        DATA.pictures.push(canvas.toDataURL('image/jpeg').split(',')[1]);
        const shown = seenPicture(DATA.pictures.length - 1, 'test', null, [['e', 'short', 224, 224, 224, 224]]);
        byId('about').append(shown);
        shown.querySelector('img').loading = 'eager';
        const look = (tries) => { const style = shown.querySelector('.part')?.style;
          if (!style && tries) return setTimeout(look, 50, tries - 1);
          shown.remove(); DATA.pictures.pop(); done(style ? [style.left, style.top, style.width, style.height] : null); };
        look(100);""")
    # 480 x 270 in a box of 3 : 2 fills its width and 84.375 % of its height.
    check(drawn == ["21.88%", "7.81%", "56.25%", "84.38%"], f"the part stands on the picture {drawn}")


def use(browser, seconds, limit):
    check(limit is None or seconds < limit, f"all drawn after {seconds:.2f} s" + (f", limit {limit} s" if limit else ""))

    heads = browser.find_elements(By.CSS_SELECTOR, "table.board:first-of-type thead th")
    first = lambda: browser.find_element(By.CSS_SELECTOR, "table.board tbody tr th .name").text
    heads[0].find_element(By.TAG_NAME, "button").click()
    check_soon(lambda: heads[0].get_attribute("aria-sort") == "ascending", "a click sorts by name")
    names = [name.text for name in browser.find_elements(By.CSS_SELECTOR, "table.board:first-of-type tbody tr th .name")]
    before = first()
    heads[0].find_element(By.TAG_NAME, "button").send_keys(Keys.ENTER)
    check_soon(lambda: heads[0].get_attribute("aria-sort") == "descending" and (len(set(names)) < 2 or first() != before), "Enter sorts the other way")

    tabs = browser.find_elements(By.CSS_SELECTOR, "#tabs [role=tab]")
    tabs[0].click()
    browser.switch_to.active_element.send_keys(Keys.ARROW_RIGHT)
    chosen = lambda: browser.execute_script("return [...document.querySelectorAll('#tabs [role=tab]')].findIndex((one) => one.getAttribute('aria-selected') === 'true')")
    check_soon(lambda: len(tabs) < 2 or chosen() == 1, "an arrow key opens the next tab")
    browser.find_elements(By.CSS_SELECTOR, "#tabs [role=tab]")[0].click()

    cell = browser.find_element(By.CSS_SELECTOR, ".heatmap .cell")
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", cell)
    cell.send_keys(Keys.ARROW_DOWN)
    browser.switch_to.active_element.send_keys(Keys.ENTER)
    check_soon(lambda: browser.find_element(By.ID, "story").get_attribute("open") is not None, "Enter in the heat map opens the story")
    check(len(browser.find_elements(By.CSS_SELECTOR, "#story .storyshot")) > 0, "the story shows its shots")
    check(len(browser.find_elements(By.CSS_SELECTOR, "#story .strip .reference")) > 0, "each beside its reference")
    if browser.execute_script("return DATA.systems.every((one) => one.parts.some((parts) => parts && parts.stories.every(Boolean)))"):
        check(len(browser.find_elements(By.CSS_SELECTOR, "#story .numbers tr.part td.value")) > 0, "and the parts of its metrics")
    if browser.execute_script("return DATA.groups.some((one) => one.stories.some((story) => story[SOUNDS]))"):
        sounds = [line.text for line in browser.find_elements(By.CSS_SELECTOR, "#story .sound")]
        check(len(sounds) == 1 and sounds[0].startswith("Sound (<script>") and "Seen meanwhile: <script>" in sounds[0], "a shot's sound stands beside its caption")
    check(browser.execute_script("return document.getElementById('story').contains(document.activeElement)"), "the story has the focus")
    check(browser.find_element(By.ID, "seen-words").text.endswith("synthetic: shorter side to 224, then the middle 224 × 224. The rest is dimmed."), "the story says what the encoder gets")
    check("story=" in browser.current_url, "the address names the story")
    browser.switch_to.active_element.send_keys(Keys.ESCAPE)
    check_soon(lambda: browser.find_element(By.ID, "story").get_attribute("open") is None, "Escape closes it")
    check(browser.execute_script("return document.activeElement.classList.contains('cell')"), "the focus is back on the cell")

    browser.find_element(By.CSS_SELECTOR, "#metric-part summary").click()
    check_soon(lambda: len(browser.find_elements(By.CSS_SELECTOR, "#metric-table tbody tr")) == len(browser.find_elements(By.CSS_SELECTOR, "#chips .swatch")), "every system stands in the metric's table")
    unit = browser.execute_script("return DATA.metrics[state.metric].unit")
    heads = [head.text for head in browser.find_elements(By.CSS_SELECTOR, "#metric-table thead th")]
    check(("evaluated (" + unit + ")" if unit else "evaluated") in heads, "and what was counted")
    chip = browser.find_element(By.CSS_SELECTOR, "#chips .chip")
    browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", chip)
    chip.click()
    check_soon(lambda: chip.get_attribute("aria-pressed") == "false", "a chip takes its system out of the charts")
    Select(browser.find_element(By.ID, "heat-order")).select_by_value("worst")
    rows = browser.execute_script("return [...document.querySelectorAll('.heatmap tbody tr')].map((one) => [...one.querySelectorAll('.cell:not(.missing)')].map((cell) => Number(cell.textContent)))")
    way = 1 if "higher is better" in browser.find_element(By.ID, "description").text else -1
    means = [way * sum(row) / len(row) for row in rows if row]
    rounded = 0.011  # cells show two digits
    check(all(a <= b + rounded for a, b in zip(means, means[1:])), "the heat map puts the worst stories first")

    copies(browser)
    views(browser)

    nameless = browser.execute_script("""return [...document.querySelectorAll('button, select, img, canvas, [role=img], [role=tabpanel], dialog')].filter((one) => !(
        one.getAttribute('aria-label') || one.getAttribute('aria-labelledby') || one.alt || one.textContent.trim() || one.closest('label'))).map((one) => one.outerHTML.slice(0, 80))""")
    check(nameless == [], f"everything has a name for a screen reader {nameless}")
    check(browser.execute_script("return [...document.querySelectorAll('table')].every((one) => one.querySelector('thead th[scope=col]') && one.querySelector('tbody th[scope=row]'))"),
          "every table has heads of columns and rows")
    check(browser.execute_script("return window.hacked === undefined && !document.querySelector('img[onerror]')"), "captions are text")
    browser.find_element(By.ID, "theme").click()
    check(browser.execute_script("return document.documentElement.dataset.theme") in ("dark", "light"), "light and dark")

    check([entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE"] == [], "no error on the console")
    check(foreign_requests(browser) == [], "no request to the network")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("page", type=pathlib.Path)
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--bytes", type=int)
    arguments = parser.parse_args()
    size = arguments.page.stat().st_size
    check(arguments.bytes is None or size < arguments.bytes, f"{size} bytes" + (f", limit {arguments.bytes}" if arguments.bytes else ""))
    for width, height in ((1440, 1000), (390, 800)):
        browser = open_browser(width, height)
        try:
            seconds = min(float(seconds_to_open(browser, arguments.page.resolve().as_uri())) for _ in range(3))
            use(browser, seconds, arguments.seconds)
            check_soon(lambda: browser.execute_script("return document.documentElement.scrollWidth") <= width, f"nothing is wider than the window ({width})")
        finally:
            browser.quit()


main()
