"""Every word of the invoice sheet, in one list to read and to translate."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from kvitto.agreements.invoice_kinds import InvoiceKind
from kvitto.agreements.offers import OFFER_NAMES
from kvitto.agreements.price_sheet import ChargeKind
from kvitto.language import Phrase, phrase, phrases
from kvitto.money import Money
from kvitto.periods import Period

# The head of page 1.
INVOICE = phrase("Invoice")
CREDIT_NOTE = phrase("Credit note")
INVOICE_SUMMARY = phrase("Invoice summary")
COPY = phrase("Copy")
VOID = phrase("Void")
KINDS = {
    InvoiceKind.MARKETPLACE: phrase("Marketplace and reservations"),
    InvoiceKind.SUPPORT: phrase("Support plan"),
}
BILL_TO = phrase("Bill to")
SOLD_TO = phrase("Sold to")
SHIP_TO = phrase("Ship to")
END_CUSTOMER = phrase("End customer")

# The block of dates and terms.
INVOICE_DATE = phrase("Invoice date")
BILLING_PERIOD = phrase("Billing period")
DUE_DATE = phrase("Due date")
PAYMENT_TERMS = phrase("Payment terms")
PURCHASE_ORDER = phrase("Purchase order")
SUBSCRIPTION = phrase("Subscription")
OFFER = phrase("Offer")
ACCOUNT_ADMINISTRATOR = phrase("Account Administrator")
BILLING_ACCOUNT = phrase("Billing account")
ENROLLMENT_NUMBER = phrase("Enrollment number")
PAYMENT_METHOD = phrase("Payment method")
PAYMENT_METHODS = {"card": phrase("Card"), "invoice": phrase("Invoice")}
CREDIT_NOTE_DATE = phrase("Credit note date")
CREDITED_INVOICE = phrase("For invoice")
REPLACED_INVOICE = phrase("Replaces invoice")
CORRECTED_INVOICE = phrase("Corrects invoice")
BILLING_PROFILE = phrase("Billing profile")
BUYER_VAT_NUMBER = phrase("Your VAT number")
OFFERS = {kind.value: name for kind, name in OFFER_NAMES.items()}

# The seller's numbers.
COMPANY_NUMBER = phrase("Company number")
VAT_NUMBER = phrase("VAT number")

# The amount, and how it is paid or given back.
AMOUNT_TO_PAY = phrase("Amount to pay")
NOTHING_TO_PAY = phrase("There is nothing to pay.")
HOW_TO_PAY = phrase("How to pay")
PAID_BY_CARD = phrase("The amount is charged to your card. You need not do anything.")
AMOUNT_GIVEN_BACK = phrase("Amount given back")
HOW_GIVEN_BACK = phrase("How it is given back")
CREDIT_CAUSES = {
    "void": phrase("The invoice is void. This credit note gives back all of it."),
    "rebill": phrase("The invoice is void, and a new one replaces it. This credit note gives back all of it."),
    "late-usage": phrase("Usage that came late made the charges smaller."),
    "refund": phrase("A refund was granted."),
    "correction": phrase("The charges were corrected."),
    "offset": phrase("New prepayment pays for it."),
}

# The summary.
SUMMARY = phrase("Summary")
CHARGES = phrase("Charges")
TOTAL_WITHOUT_TAX = phrase("Total without tax")
TOTAL_WITH_TAX = phrase("Total with tax")
USAGE_CHARGES = phrase("Usage charges")
SUBTOTAL_WITHOUT_TAX = phrase("Subtotal without tax")
GRAND_TOTAL_WITH_TAX = phrase("Grand total with tax")
ROUNDING_OF_PAYABLE = phrase("Rounding of the amount to pay")
ALLOWANCES = {
    "monthly-credit": phrase("Monthly credit"),
    "spending-limit": phrase("Beyond the spending limit, not charged"),
    "free-trial": phrase("Free trial credit"),
    "promotional": phrase("Promotional credit"),
    "sponsorship": phrase("Sponsorship credit"),
    "purchased": phrase("Purchased credit"),
    "prepayment": phrase("Prepayment used"),
    "prepaid-key": phrase("Prepaid key"),
    "service-credit": phrase("Service credit"),
}
OTHER_ALLOWANCE = phrase("Deduction")
PREVIOUS_CHARGES = phrase("Previous charges")
PREVIOUS_BALANCE = phrase("Previous balance")
PAYMENTS = phrase("Payments and credits")
OUTSTANDING_BALANCE = phrase("Outstanding balance")
BALANCE_IS_APART = phrase("The outstanding balance is not part of the amount to pay.")
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
CREDIT = phrase("Credit")
TAX_RATE = phrase("Tax rate")
WITHOUT_CHARGE = phrase("Without charge")
ENROLLMENT_SECTIONS = {
    ChargeKind.USAGE.value: phrase("Usage"),
    ChargeKind.SEPARATE.value: phrase("Charges billed separately"),
    ChargeKind.MARKETPLACE.value: phrase("Marketplace"),
    ChargeKind.RESERVATION.value: phrase("Reservations"),
    ChargeKind.SUPPORT.value: phrase("Support"),
    ChargeKind.LICENCE.value: phrase("Licences"),
}
CORRECTION_CAUSES = {"late-usage": phrase("usage that came late")}
OTHER_CORRECTION = phrase("correction")

# The totals by part, before the lines, and what stands after them.
BY_SECTION = phrase("By invoice section")
BY_PRODUCT = phrase("By product")
BY_KIND_OF_CHARGE = phrase("By kind of charge")
BY_PRODUCT_FAMILY = phrase("By product family")
INVOICE_SECTION = phrase("Invoice section")
PRODUCT = phrase("Product")
KIND_OF_CHARGE = phrase("Kind of charge")
PRODUCT_FAMILY = phrase("Product family")
PREPAYMENT_USED = phrase("Prepayment used")
TAX = phrase("Tax")
TOTAL = phrase("Total")
PUBLISHERS = phrase("Publisher information")
EXCHANGE_RATE = phrase("Exchange rate")

# The small print.
CHECK_THIS_INVOICE = phrase("Check this invoice")
DAYS_ARE_UTC = phrase(
    "The daily usage behind every line is in the portal, and in the file that “Download usage (CSV)” gives: its costs,"
    " with its rounding rows, add up to the charges of this invoice. Days begin and end at midnight UTC."
)
CREDIT_NOTE_LINES = phrase("The lines are those of the invoice that is named above, as far as they are given back.")
QUESTIONS = phrase("Questions")
BOXES = phrase("A box (□) stands for a character that this sheet cannot show.")


def language_of_original(name: str) -> Phrase:
    """Under "Copy": which language the invoice itself is written in."""
    return phrase("Language of the original: {language}", language=name)


def void_notice(credit_note: str, replaced_by: str) -> Phrase:
    """Under the title of a copy of a voided invoice; either number may be empty."""
    if replaced_by and credit_note:
        return phrase(
            "This invoice is void. Credit note {credit_note} gives it back, and invoice {invoice} replaces it.",
            credit_note=credit_note, invoice=replaced_by,
        )  # fmt: skip
    if credit_note:
        return phrase("This invoice is void. Credit note {credit_note} gives it back.", credit_note=credit_note)
    return phrase("This invoice is void.")


def part_of(part: int, parts: int) -> Phrase:
    """Under the title, where a long invoice is kept as several documents."""
    return phrase("Part {part} of {parts}", part=part, parts=parts)


def number_and_date(number: str, day: date) -> Phrase:
    """Another document of the office, with its date."""
    return phrase("{number} of {date}", number=number, date=day)


def given_back(number: str) -> Phrase:
    """On a credit note, in the place of how to pay."""
    return phrase(
        "The amount is taken off what is still to be paid of invoice {number}. What you have already paid beyond that"
        " is given back to you.",
        number=number,
    )


def correction_of(period: Period, number: str, cause: str) -> Phrase:
    """Beside a line that corrects an earlier period; `cause` is a code of `CorrectedPeriod`."""
    if cause == "given-back-before":
        return phrase("given back before by credit note {number}", number=number)
    why = CORRECTION_CAUSES.get(cause, OTHER_CORRECTION)
    return phrase("for {period}, invoice {number}: {cause}", period=period, number=number, cause=why)


def discount(name: object) -> Phrase:
    """A deduction in the summary of a pay-as-you-go invoice that lowers the price of the services."""
    return phrase("Discounts: {name}", name=name)


def adjustment(name: object) -> Phrase:
    """A deduction in the summary of a pay-as-you-go invoice that credit pays."""
    return phrase("Adjustments: {name}", name=name)


def with_order(name: object, purchase_order: str) -> Phrase:
    """A deduction or payment, with the purchase order by which its credit was bought."""
    return phrase("{name}, purchase order {order}", name=name, order=purchase_order)


def paid_from(name: object) -> Phrase:
    """A row of the summary: what credit paid of the total with tax."""
    return phrase("Paid from: {name}", name=name)


def given_back_to(name: object) -> Phrase:
    """A row of a credit note's summary: what goes back to the credit that had paid it."""
    return phrase("Given back to: {name}", name=name)


def note_on(rate: str, taxable: Money, note: str) -> Phrase:
    """Which of several groups without tax a legal note is about."""
    return phrase("{rate} of {amount}: {note}", rate=rate, amount=taxable, note=note)


def accounting_tax(tax: Money, one: Money, rate: Money, source: str, day: date) -> Phrase:
    """The tax in the seller's accounting currency: `one` of the invoice's currency is `rate`."""
    return phrase(
        "The tax in {currency} is {tax}: {one} is {rate} ({source}, {day}).",
        currency=tax.currency, tax=tax, one=one, rate=rate, source=source, day=day,
    )  # fmt: skip


def exchange_rate(one: Money, rate: Money, source: str, day: date) -> Phrase:
    """On the last page: how prices in one currency became amounts in the other."""
    return phrase(
        "Prices in {currency} became amounts in {billed} at this rate: {one} is {rate} ({source}, {day}).",
        currency=one.currency, billed=rate.currency, one=one, rate=rate, source=source, day=day,
    )  # fmt: skip


def sold_by(publisher: str, numbers: str, count: int) -> Phrase:
    """A third party, and the lines that it sells; `numbers` is ready text."""
    return phrases(
        "{publisher}: line {numbers}", "{publisher}: lines {numbers}", count, publisher=publisher, numbers=numbers
    )


def more_lines(numbers: str, count: int) -> Phrase:
    """Line numbers, where there are too many to name each."""
    return phrases("{numbers} and {count} more", "{numbers} and {count} more", count, numbers=numbers)


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


def unit_price_in(currency: str) -> Phrase:
    """The head of the column of prices, where they are not in the invoice's currency."""
    return phrase("Unit price ({currency})", currency=currency)


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


def where_to_ask(whom: str, number: str, *, is_credit_note: bool) -> Phrase:
    """Whom to turn to: an e-mail address or, of a seller without one, the seller."""
    if is_credit_note:
        return phrase("Write to {address} and name credit note {number}.", address=whom, number=number)
    return phrase("Write to {address} and name invoice {number}.", address=whom, number=number)


def page_of(page: str, pages: str) -> Phrase:
    """At the foot of every page."""
    return phrase("Page {page} of {pages}", page=page, pages=pages)
