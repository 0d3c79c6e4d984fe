"""Every word of the invoice sheet, in one list to read and to translate."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from kvitto.agreements.offers import OFFER_NAMES
from kvitto.language import Phrase, phrase, phrases
from kvitto.money import Money
from kvitto.periods import Period

# The head of page 1.
INVOICE = phrase("Invoice")
COPY = phrase("Copy")
BILL_TO = phrase("Bill to")
SOLD_TO = phrase("Sold to")

# The block of dates and terms.
INVOICE_DATE = phrase("Invoice date")
BILLING_PERIOD = phrase("Billing period")
DUE_DATE = phrase("Due date")
PAYMENT_TERMS = phrase("Payment terms")
PURCHASE_ORDER = phrase("Purchase order")
SUBSCRIPTION = phrase("Subscription")
OFFER = phrase("Offer")
ACCOUNT_ADMINISTRATOR = phrase("Account administrator")
BILLING_ACCOUNT = phrase("Billing account")
BILLING_PROFILE = phrase("Billing profile")
BUYER_VAT_NUMBER = phrase("Your VAT number")
OFFERS = {kind.value: name for kind, name in OFFER_NAMES.items()}

# The seller's numbers.
COMPANY_NUMBER = phrase("Company number")
VAT_NUMBER = phrase("VAT number")

# The amount, and how it is paid.
AMOUNT_TO_PAY = phrase("Amount to pay")
NOTHING_TO_PAY = phrase("There is nothing to pay.")
HOW_TO_PAY = phrase("How to pay")

# The summary.
SUMMARY = phrase("Summary")
CHARGES = phrase("Charges")
TOTAL_WITHOUT_TAX = phrase("Total without tax")
TOTAL_WITH_TAX = phrase("Total with tax")
ALLOWANCES = {"monthly-credit": phrase("Monthly credit")}
OTHER_ALLOWANCE = phrase("Deduction")
NO_USAGE = phrase("There was no usage in this period.")

# What the law wants said where no tax is charged, by VAT category (UNTDID 5305). O: only the seller's own reason.
TAX_NOTES = {
    "AE": phrase("Reverse charge: the customer accounts for the tax."),
    "E": phrase("Exempt from tax."),
    "G": phrase("Export outside the European Union, free of tax."),
    "K": phrase("Supply within the European Union to a registered business, exempt from tax."),
    "Z": phrase("Zero-rated goods or services."),
}

# The table of lines.
LINE_NUMBER = phrase("No.")
SERVICE = phrase("Service")
QUANTITY = phrase("Quantity")
UNIT = phrase("Unit")
UNIT_PRICE = phrase("Unit price")
OTHER_SERVICES = phrase("Other services")

# The small print.
CHECK_THIS_INVOICE = phrase("Check this invoice")
DAYS_ARE_UTC = phrase(
    "The daily usage behind every line is in the portal, and in the file that “Download usage (CSV)” gives: its costs,"
    " with its rounding rows, add up to the charges of this invoice. Days begin and end at midnight UTC."
)
QUESTIONS = phrase("Questions")
BOXES = phrase("A box (□) stands for a character that this sheet cannot show.")


def language_of_original(name: str) -> Phrase:
    """Under "Copy": which language the invoice itself is written in."""
    return phrase("Language of the original: {language}", language=name)


def pay_by(due: date) -> Phrase:
    """Beside the amount to pay."""
    return phrase("Please pay by {date}.", date=due)


def days_from_invoice_date(count: int) -> Phrase:
    """The payment terms."""
    return phrases("{count} day from the invoice date", "{count} days from the invoice date", count)


def quote_number(number: str) -> Phrase:
    """Below the payment instructions."""
    return phrase("Quote invoice number {number} with your payment.", number=number)


def change(difference: Money, previous: Money, period: Period, number: str) -> Phrase:
    """What changed since the invoice before: `difference` is this one's amount to pay less that one's."""
    if not difference:
        return phrase("The same amount as invoice {number} for {period}.", number=number, period=period)
    if difference.amount > 0:
        return phrase(
            "{difference} more than invoice {number} for {period}, which came to {previous}.",
            difference=difference,
            number=number,
            period=period,
            previous=previous,
        )
    return phrase(
        "{difference} less than invoice {number} for {period}, which came to {previous}.",
        difference=-difference,
        number=number,
        period=period,
        previous=previous,
    )


def charges_of_sections(count: int) -> Phrase:
    """The summary's row where there are too many invoice sections to name each."""
    return phrases("Charges of {count} invoice section", "Charges of {count} invoice sections", count)


def tax(rate: str, taxable: Money) -> Phrase:
    """A tax row of the summary; the rate is ready text such as 25 %."""
    return phrase("Tax, {rate} of {amount}", rate=rate, amount=taxable)


def amount_in(currency: str) -> Phrase:
    """The head of the column of amounts."""
    return phrase("Amount ({currency})", currency=currency)


def total_of(name: str) -> Phrase:
    """The label of a subtotal: the total of a service category or an invoice section."""
    return phrase("Total {name}", name=name)


def tier_from(quantity: Decimal) -> Phrase:
    """Beside a line whose price holds from a quantity on, counted in the line's unit."""
    return phrase("price from {quantity} on", quantity=quantity)


def rounding(unrounded: Money, difference: Money) -> Phrase:
    """How far rounding the lines moved the charges; shown for information."""
    return phrase(
        "Before each line was rounded, the charges came to {unrounded}. Rounding changed them by {difference}.",
        unrounded=unrounded,
        difference=difference,
    )


def where_to_ask(address: str, number: str) -> Phrase:
    """Whom to turn to."""
    return phrase("Write to {address} and name invoice {number}.", address=address, number=number)


def where_to_ask_by_post(seller: str, number: str) -> Phrase:
    """Whom to turn to, of a seller without an e-mail address."""
    return phrase("Write to {seller} and name invoice {number}.", seller=seller, number=number)


def page_of(page: str, pages: str) -> Phrase:
    """At the foot of every page."""
    return phrase("Page {page} of {pages}", page=page, pages=pages)
