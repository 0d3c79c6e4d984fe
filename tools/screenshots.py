"""Photographs a running office: every kind of page at three widths in light and dark, invoices on paper, and PDF pages.

    .venv/bin/python tools/screenshots.py --address http://127.0.0.1:8000 --person EMAIL=PASSWORD … --out screenshots

Without a person it visits the demonstration office that `make run` has started in another terminal (`--home` names
another). Each person signs in and follows the links of the pages; of each kind of page the first few are photographed,
in the person's own language. `--language` (may be repeated) chooses others, and they stay chosen; `--width` and
`--look` take some widths and some colours only. The pictures of the documentation are taken by `tools/pictures.py`.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal
from urllib.parse import urljoin, urlsplit

import pypdfium2
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from kvitto.documents.fonts import FONT_FOLDERS
from tools.prepare import find_browser

WIDTHS = {1440: 900, 768: 1024, 390: 844}  # width → height of the window
PAGES_OF_A_KIND = 2
Look = Literal["light", "dark"]
LOOKS: tuple[Look, ...] = ("light", "dark")
_PHONE = 600
_FONTS = "<fontconfig>{folders}<cachedir>{cache}</cachedir></fontconfig>"
DEMONSTRATION = Path(__file__).resolve().parent.parent / ".kvitto" / "demo"
_VISITORS = (
    "astrid@lindqvist.example",  # account administrator
    "erik@lindqvist.example",  # reader of a subscription
    "janis@daugava.example",
    "aoife@harbour.example",  # billing account owner
    "saskia@harbour.example",  # billing profile owner
    "pieter@harbour.example",  # invoice section reader
    "yating@harbour.example",
    "karin@fjallbygd.example",  # enterprise administrator
    "olle@fjallbygd.example",  # department administrator and account owner
    "maja@fjallbygd.example",  # account owner who may not see charges
    "ilze@baltmoln.example",  # partner
    "roberts@juras.example",  # a partner's customer
    "anna@teatris.example",  # another, who may not see charges
    "daan@noord.example",
    "ebba@norrsken.example",  # the office's operator
)
_BEGINNINGS = (
    "/",
    "/search/?q=a",
    "/billing/",
    "/subscriptions/",
    "/invoices/",
    "/requests/",
    "/downloads/",
    "/profile/",
)
_LANGUAGES = ("en", "sv", "lv", "nl", "zh-TW")
_ADDRESSES = "links => links.map(link => new URL(link.getAttribute('href'), location).href.split('#')[0])"
_OWN_PART = re.compile(
    r"(?<=/subscriptions/)[^/]+|(?<=/billing-profiles/)[^/]+|(?<=/billing-accounts/)[^/]+|(?<=/customers/)[^/]+"
    r"|(?<=/invoice-sections/)[^/]+|(?<=/departments/)[^/]+|(?<=/enrollment-accounts/)[^/]+|(?<=/invoices/)[^/]+"
    r"|(?<=/account-center/)[^/]+|(?<=/requests/)[0-9a-f-]{36}|(?<=/jobs/)[^/]+"
    r"|\d{4}-\d\d-\d\d"
)


def main() -> None:
    """Read the command line and photograph."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--address", default="http://127.0.0.1:8000")
    parser.add_argument("--person", action="append", metavar="EMAIL=PASSWORD")
    parser.add_argument("--out", type=Path, default=Path("screenshots"))
    parser.add_argument("--language", action="append", choices=_LANGUAGES)
    parser.add_argument("--home", type=Path, default=DEMONSTRATION, help="where the demonstration office lies")
    parser.add_argument("--width", action="append", type=int, choices=WIDTHS)
    parser.add_argument("--each", type=int, default=PAGES_OF_A_KIND, help="how many pages of each kind")
    parser.add_argument("--look", action="append", choices=LOOKS)
    options = parser.parse_args()
    options.person = options.person or [f"{email}={password}" for email, password in people_of(options.home).items()]
    options.out.mkdir(parents=True, exist_ok=True)
    with open_browser() as browser:
        for person in options.person:
            for language in options.language or [""]:
                for width, look in product(options.width or WIDTHS, options.look or LOOKS):
                    photograph(browser, options, person, language, width, look)


@contextmanager
def open_browser() -> Iterator[Browser]:
    """A Chromium that writes in the fonts of the invoices, so that pictures are alike wherever they are taken."""
    executable = find_browser()
    if not executable:
        sys.exit("There is no Chromium here. Name one with KVITTO_CHROMIUM=/path/to/chromium.")
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        fonts = Path(folder, "fonts.conf")
        fonts.write_text(_FONTS.format(folders="".join(f"<dir>{each}</dir>" for each in FONT_FOLDERS), cache=folder))
        browser = playwright.chromium.launch(
            executable_path=executable, args=["--no-sandbox"], env={**os.environ, "FONTCONFIG_FILE": str(fonts)}
        )
        yield browser
        browser.close()


def people_of(home: Path) -> dict[str, str]:
    """One person for each kind of agreement and role, with the password that the demonstration was given."""
    file = home / "demo-password.txt"
    if not file.is_file():
        sys.exit("Start the demonstration office first (make run), or name a --person and an --address.")
    password = file.read_text(encoding="utf-8").strip()
    return dict.fromkeys(_VISITORS, password)


def photograph(
    browser: Browser, options: argparse.Namespace, person: str, language: str, width: int, look: Look
) -> None:
    """All kinds of pages of one person, in one language at one width and in one look."""
    email, _, password = person.partition("=")
    context = new_window(browser, width, look)
    page = context.new_page()
    prefix = f"{email.partition('@')[0]}-{language or 'own'}-{width}-{look}"
    sign_in(page, options.address, email, password, language, options.out / f"{prefix}-sign-in.png")
    for number, (kind, address) in enumerate(walk(page, options.address, options.each)):
        page.goto(address)
        file = options.out / f"{prefix}-{number:02}-{kind}.png"
        # as tall as the page, so that what sticks to the window's edge stands at the end of its table
        tall = max(WIDTHS[width], page.evaluate("document.documentElement.scrollHeight"))
        page.set_viewport_size({"width": width, "height": tall})
        page.screenshot(path=file)
        page.set_viewport_size({"width": width, "height": WIDTHS[width]})
        too_wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        print(file, f"IS {too_wide} PIXELS TOO WIDE" if too_wide > 0 else "")
        if kind == "invoices-one" and width == max(WIDTHS) and look == "light":
            photograph_on_paper(page, file.with_name(f"{file.stem}-on-paper.png"))
    photograph_pdfs(context, page, options.address, options.out)
    context.close()


def new_window(browser: Browser, width: int, look: Look, height: int = 0, scale: float = 0) -> BrowserContext:
    """A window of this width, a phone if it is narrow."""
    return browser.new_context(
        viewport={"width": width, "height": height or WIDTHS[width]},
        color_scheme=look,
        is_mobile=width < _PHONE,
        has_touch=width < _PHONE,
        device_scale_factor=scale or (2 if width < _PHONE else 1),
    )


def photograph_on_paper(page: Page, file: Path) -> None:
    """The first sheet of the page as it comes out of a printer."""
    sheets = pypdfium2.PdfDocument(page.pdf(format="A4", prefer_css_page_size=True))
    sheets[0].render(scale=1.5).to_pil().save(file)


def sign_in(page: Page, address: str, email: str, password: str, language: str = "", file: Path | None = None) -> None:
    """Photograph the sign-in and sign in; a language that is given becomes the person's."""
    page.goto(urljoin(address, "/sign-in/"))
    if language:
        choose_language(page, language)
    if file:
        page.screenshot(path=file, full_page=True)
    page.fill("[name=login]", email)
    page.fill("[name=password]", password)
    page.click("main form button")
    page.wait_for_url(urljoin(address, "/"))
    if language:
        choose_language(page, language)


def choose_language(page: Page, language: str) -> None:
    """By the menu that every page has."""
    page.locator("header details").first.click()
    with page.expect_navigation():
        page.click(f"header button[name=language][value={language}]")


def walk(page: Page, address: str, each: int = PAGES_OF_A_KIND) -> Iterator[tuple[str, str]]:
    """The first pages of each kind that can be reached by links, with a page that is not there at the end."""
    waiting, known, seen = deque(urljoin(address, path) for path in _BEGINNINGS), set[str](), Counter[str]()
    while waiting:
        here = waiting.popleft()
        kind = kind_of(here)
        if here in known or seen[kind] >= each or not is_page(here, address):
            continue
        known.add(here)
        seen[kind] += 1
        page.goto(here)
        yield kind, here
        waiting += page.eval_on_selector_all("main a[href], nav a[href]", _ADDRESSES)
        if kind.startswith("subscriptions-one-periods") and "?" not in here:
            waiting.append(f"{here}?by=charge")
    for path in ("/password/", "/sign-out/", "/nothing/here/"):
        yield path.strip("/").replace("/", "-"), urljoin(address, path)


def kind_of(address: str) -> str:
    """The shape of the address, without what names one thing."""
    parts = urlsplit(address)
    query = "-chosen" if parts.query else ""
    return (re.sub(r"\W+", "-", _OWN_PART.sub("one", parts.path)).strip("-") or "start") + query


def is_page(address: str, start: str) -> bool:
    """True for a page of this office, not a file."""
    parts = urlsplit(address)
    return parts.netloc == urlsplit(start).netloc and parts.path.endswith("/")


def photograph_pdfs(context: BrowserContext, page: Page, address: str, out: Path) -> None:
    """The first page of the first invoice in each language, once."""
    page.goto(urljoin(address, "/subscriptions/"))
    numbers = re.findall(r"\b[A-Z]+-\d{4}-\d{6}\b", page.content())
    for language in _LANGUAGES if numbers else ():
        file = out / f"{numbers[0]}-{language}.png"
        if not file.exists():
            answer = context.request.get(urljoin(address, f"/invoices/{numbers[0]}.pdf?language={language}"))
            if answer.ok:
                pypdfium2.PdfDocument(answer.body())[0].render(scale=2).to_pil().save(file)
                print(file)


if __name__ == "__main__":
    main()
