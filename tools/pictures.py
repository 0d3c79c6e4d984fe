"""Takes the pictures of the documentation from the demonstration office that `make run` has started.

    .venv/bin/python tools/pictures.py --address http://127.0.0.1:8000

Each picture has its reader, page, language and look in the table below; what stands on it is the demonstration's.
"""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

import pypdfium2
from PIL import Image, ImageOps
from playwright.sync_api import Browser, Page

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from tools.screenshots import DEMONSTRATION, Look, choose_language, new_window, open_browser, people_of, sign_in

_FOLDER = Path(__file__).resolve().parent.parent / "docs" / "pictures"
_COLOURS = 96
_MOST_BYTES = 200_000
_GAP = 32
_AROUND = "#8a8f94"
_PHONE = (390, 844)
_ASTRID, _SASKIA, _KARIN = "astrid@lindqvist.example", "saskia@harbour.example", "karin@fjallbygd.example"
_ILZE, _EBBA, _YATING = "ilze@baltmoln.example", "ebba@norrsken.example", "yating@harbour.example"
_JANIS = "janis@daugava.example"
_LAB = "/subscriptions/3f5b6c1e-8a57-4a0e-9d3e-0c1a5b7d2e01"
_INVOICE = "/invoices/K-2024-000014"


@dataclass(frozen=True)
class Shot:
    """One window: who looks at which page, in which language and look, how wide and how tall."""

    person: str
    path: str
    width: int = 1280
    height: int = 760
    language: str = "en"
    look: Look = "light"


PICTURES: dict[str, tuple[Shot, ...]] = {
    "start": (Shot(_ASTRID, "/"),),
    "invoices": (Shot(_ASTRID, f"{_LAB}/invoices/", height=820),),
    "invoice-page": (Shot(_ASTRID, f"{_INVOICE}/", height=880),),
    "daily-usage": (Shot(_ASTRID, f"{_LAB}/periods/2024-02-05/?by=charge", height=960),),
    "access": (Shot(_SASKIA, "/billing-profiles/utrecht/access/"),),
    "transactions": (Shot(_SASKIA, "/billing-profiles/utrecht/transactions/", height=820),),
    "charges": (Shot(_KARIN, "/billing-accounts/fjallbygd/usage-and-charges/"),),
    "credits": (Shot(_KARIN, "/billing-accounts/fjallbygd/credits/", height=800),),
    "statement": (Shot(_ASTRID, "/account-center/3f5b6c1e-8a57-4a0e-9d3e-0c1a5b7d2e01/statement/", height=820),),
    "partner": (Shot(_ILZE, "/partner-center/customers/juras/", height=800),),
    "operator": (Shot(_EBBA, "/operator/", height=820),),
    "phones": (
        Shot(_ASTRID, f"{_LAB}/invoices/", *_PHONE, "sv"),
        Shot(_JANIS, "/subscriptions/", *_PHONE, "lv", "dark"),
        Shot(_SASKIA, "/billing-profiles/utrecht/usage/", *_PHONE, "nl"),
        Shot(_YATING, "/billing-profiles/hsinchu/", *_PHONE, "zh-TW", "dark"),
    ),
    "widths": (
        Shot(_KARIN, "/billing-accounts/fjallbygd/invoices/", 1440, 900, look="dark"),
        Shot(_KARIN, "/billing-accounts/fjallbygd/invoices/", 768, 900),
        Shot(_KARIN, "/billing-accounts/fjallbygd/invoices/", 390, 900, look="dark"),
    ),
}
"""The windows of each picture, side by side, by the name of its file."""


def main() -> None:
    """Read the command line and take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--address", default="http://127.0.0.1:8000")
    parser.add_argument("--home", type=Path, default=DEMONSTRATION, help="where the demonstration office lies")
    parser.add_argument("--picture", action="append", choices=PICTURES)
    options = parser.parse_args()
    passwords = people_of(options.home)
    with open_browser() as browser:
        for name in options.picture or PICTURES:
            shots = PICTURES[name]
            windows = [take(browser, options.address, passwords[shot.person], shot) for shot in shots]
            keep(side_by_side(windows), name)
        if not options.picture:
            keep(first_sheet(browser, options.address, passwords[_ASTRID]), "invoice")


def take(browser: Browser, address: str, password: str, shot: Shot) -> Image.Image:
    """What the person sees in the window, in the language asked for; they keep their own."""
    window = new_window(browser, shot.width, shot.look, shot.height, scale=1.5)
    page = window.new_page()
    sign_in(page, address, shot.person, password)
    own = page.locator("html").get_attribute("lang") or shot.language
    with _speaking(page, shot.language, own):
        page.goto(urljoin(address, shot.path))
        picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    window.close()
    return picture


class _speaking:  # noqa: N801 - reads as a sentence
    def __init__(self, page: Page, language: str, own: str) -> None:
        self.page, self.language, self.own = page, language, own

    def __enter__(self) -> None:
        if self.language != self.own:
            choose_language(self.page, self.language)

    def __exit__(self, *_: object) -> None:
        if self.language != self.own:
            choose_language(self.page, self.own)


def first_sheet(browser: Browser, address: str, password: str) -> Image.Image:
    """The first page of an invoice as it is sent, here the English copy."""
    window = new_window(browser, 1180, "light", 700)
    page = window.new_page()
    sign_in(page, address, _ASTRID, password)
    answer = window.request.get(urljoin(address, f"{_INVOICE}.pdf?language=en"))
    sheet: Image.Image = pypdfium2.PdfDocument(answer.body())[0].render(scale=1.6).to_pil()
    window.close()
    return ImageOps.expand(sheet, border=1, fill=_AROUND)


def side_by_side(windows: list[Image.Image]) -> Image.Image:
    """One picture of them all, as tall as the tallest."""
    if len(windows) == 1:
        return windows[0]
    whole = Image.new(
        "RGB",
        (sum(one.width + _GAP for one in windows) + _GAP, max(one.height for one in windows) + 2 * _GAP),
        _AROUND,
    )
    for one, left in zip(windows, _lefts(windows), strict=True):
        whole.paste(one, (left, _GAP))
    whole.thumbnail((1600, 1600), Image.Resampling.LANCZOS)
    return whole


def _lefts(windows: list[Image.Image]) -> Iterator[int]:
    left = _GAP
    for one in windows:
        yield left
        left += one.width + _GAP


def keep(picture: Image.Image, name: str) -> None:
    """As a small file, in few colours; a picture that stays too large is a fault."""
    file = _FOLDER / f"{name}.png"
    picture.convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE).save(file, optimize=True)
    print(file, file.stat().st_size)
    if file.stat().st_size > _MOST_BYTES:
        sys.exit(f"{file} is larger than {_MOST_BYTES} bytes.")


if __name__ == "__main__":
    main()
