"""The files of a small office: one subscription with a price in tiers, and usage on both sides of its period's end."""

from __future__ import annotations

from pathlib import Path

AGREEMENTS = """
[seller]
id = "seller"
name = "Seller AB"
street = "Storgatan 1"
postal_code = "111 11"
city = "Stockholm"
country = "SE"
company_number = "556000-0001"
vat_number = "SE556000000101"
email = "billing@seller.example"
time_zone = "Europe/Stockholm"
series = "K"
payment_instructions = "Pay."

[[people]]
email = "anna@buyer.example"
name = "Anna"
language = "en"
time_zone = "UTC"

[[mosp_accounts]]
id = "buyer"
name = "Buyer"
created_on = 2023-11-10
currency = "EUR"
language = "en"
administrator = "anna@buyer.example"
payment_terms_days = 30

[mosp_accounts.sold_to]
name = "Buyer AB"
street = "Lillgatan 1"
postal_code = "222 22"
city = "Lund"
country = "SE"
company_number = "556000-0019"
vat_number = "SE556000001901"
email = "anna@buyer.example"

[mosp_accounts.tax]
category = "S"
rate = "25"

[[mosp_accounts.subscriptions]]
id = "storage"
name = "Storage"
known_as = ["Storage"]
offer = "pay-as-you-go"
started_on = 2024-01-15
anniversary_day = 15
"""
PRICE_MAPPING = """
price_sheet = "list"
currency = "EUR"
[meter]
column = "meter"
[price]
column = "price"
[valid_from]
column = "from"
[tier]
from_column = "start"
[unit]
usage = "gigabyte"
price = "gigabyte"
"""
USAGE_MAPPING = """
source = "test"
[subscription]
column = "customer"
[resource]
template = "bucket"
[meter]
column = "meter"
[quantity]
column = "used"
unit = "gigabyte"
[time]
column = "at"
zone = "UTC"
[event_id]
columns = ["id"]
"""
# The tier begins at 10 in a period from the 15th to the 15th.
PRICES = "meter,from,start,price\nstorage,2024-01-01,0,2\nstorage,2024-01-01,10,0.1\n"
USAGE = """id,customer,meter,at,used
1,Storage,storage,2024-01-31T12:00:00,8
2,Storage,storage,2024-02-01T12:00:00,4
3,Storage,storage,2024-02-29T23:59:59,3
4,Storage,storage,2024-03-01T00:00:00,100
"""


def write_files(folder: Path) -> None:
    """Write agreements.toml, prices.toml, prices.csv, usage.toml and usage.csv into the folder."""
    for name, text in {
        "agreements.toml": AGREEMENTS,
        "prices.toml": PRICE_MAPPING,
        "prices.csv": PRICES,
        "usage.toml": USAGE_MAPPING,
        "usage.csv": USAGE,
    }.items():
        (folder / name).write_text(text, encoding="utf-8")
