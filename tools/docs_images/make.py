#!/usr/bin/env python3
"""Makes the pictures of docs/images from a demo, as they would be photographed by hand.

    python3 tools/docs_images/make.py [--asbench build/release/bin/asbench] [--demo asbench-demo] [--out docs/images]

Needs what the browser tests need (chromium, chromium-driver, python3-selenium), poppler-utils, which turns figures into pictures, and python3-pil,
which reduces the pictures to 256 colours and puts the world's shots on one sheet. The demo is run first where DEMO isn't there.
"""
import argparse
import io
import json
import pathlib
import subprocess
import tempfile
import time

from PIL import Image
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

# Few enough for intervals.
FIGURE_SYSTEMS = ["gt-story", "retrieval", "copy-prev", "frame-shuffle", "wrong-ip"]
FIGURES = {"drift": "figure-drift.png", "adherence": "figure-adherence.png"}
STORY = "#story=white-rabbit-pink-bow%2F0&system=frame-shuffle"


def browser(width, height):
    options = Options()
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"):
        options.add_argument(argument)
    driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600})
    return driver


def save(picture, path):
    picture.convert("RGB").quantize(256, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(path, optimize=True)
    print(path)


def photograph(address, path, width, height, before=None):
    driver = browser(width, height)
    try:
        driver.get(address)
        until = time.monotonic() + 20
        while driver.execute_script("return document.documentElement.dataset.drawn") != "true":
            if time.monotonic() > until:
                raise SystemExit(f"{address} was not drawn within 20 s")
            time.sleep(0.1)
        if before:
            driver.execute_script(before)
        time.sleep(1)
        save(Image.open(io.BytesIO(driver.get_screenshot_as_png())), path)
    finally:
        driver.quit()


def sheet(demo, asbench, path):
    """Four shots of the first story of each character, the middle frame of each, from the pictures that `score` keeps."""
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder) / "gt.json"
        subprocess.run([asbench, "score", "--split", demo / "world/mini-world", "--outputs", demo / "world/ground_truth", "--protocol", "demo",
                        "--frames", "midpoint:1", "--metrics", "clip_i", "--cache", demo / "features", "--out", out, "--json"],
                       check=True, stdout=subprocess.DEVNULL)

        document = json.loads(out.read_text())
        rows = []
        for story in document["stories"]:
            if not story["id"].endswith("/0"):
                continue
            shots = [next(iter(sorted((out.with_suffix(".frames")).rglob(f"{shot['sha256'][:32]}-*.jpg")))) for shot in story["shots"]]
            rows.append([Image.open(shot).convert("RGB") for shot in shots])
    width, height = rows[0][0].size
    picture = Image.new("RGB", (width * len(rows[0]), height * len(rows)))
    for y, row in enumerate(rows):
        for x, shot in enumerate(row):
            picture.paste(shot, (x * width, y * height))
    save(picture, path)


def figures(demo, asbench, out):
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([asbench, "report", *[demo / "results" / f"{name}.json" for name in FIGURE_SYSTEMS], "--no-sheets", "--out", folder,
                        "--figures", f"{folder}/figures"], check=True, stdout=subprocess.DEVNULL)
        for name, picture in FIGURES.items():
            subprocess.run(["pdftoppm", "-r", "160", "-png", "-singlefile", f"{folder}/figures/{name}.pdf", f"{folder}/{name}"], check=True)
            save(Image.open(f"{folder}/{name}.png"), out / picture)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--asbench", type=pathlib.Path, default="build/release/bin/asbench")
    parser.add_argument("--demo", type=pathlib.Path, default="asbench-demo")
    parser.add_argument("--out", type=pathlib.Path, default="docs/images")
    options = parser.parse_args()
    asbench = options.asbench.resolve()
    if not (options.demo / "results").exists():
        subprocess.run([asbench, "demo", "--out", options.demo], check=True)
    results = sorted((options.demo / "results").glob("*.json"))
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([asbench, "report", *results, "--reported", "--out", folder], check=True, stdout=subprocess.DEVNULL)
        page = (pathlib.Path(folder) / "index.html").as_uri()
        photograph(page, options.out / "report-wide.png", 1400, 1900)
        photograph(page, options.out / "report-dark.png", 1400, 1900, "document.getElementById('theme').click()")
        photograph(page, options.out / "report-phone.png", 390, 800)
        photograph(page + STORY, options.out / "report-story.png", 1400, 1000)
    figures(options.demo, asbench, options.out)
    sheet(options.demo, asbench, options.out / "mini-world.png")


if __name__ == "__main__":
    main()
