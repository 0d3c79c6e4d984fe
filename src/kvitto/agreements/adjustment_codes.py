"""Why an operator adds to a credit lot or takes from it: the codes of agreements.md §6.4."""

from __future__ import annotations

from collections.abc import Mapping

from kvitto.language import Phrase, phrase

ADJUSTMENT_CODES: Mapping[str, Phrase] = {
    "F2": phrase("Contractual adjustment"),
    "F3": phrase("Strategic investment, future use"),
    "O1": phrase("Offer conversion"),
    "O2": phrase("Pricing or billing"),
    "O3": phrase("Deployment"),
    "O4": phrase("Offset of a service"),
    "O5": phrase("Coverage gap"),
    "O6": phrase("Interruption of a subscription"),
    "O7": phrase("Technical concession"),
    "O8": phrase("Usage emission"),
    "O9": phrase("Fraud suspected by mistake"),
    "O10": phrase("Pricing alignment"),
    "O11": phrase("Continuity of a sponsorship"),
    "O12": phrase("Exchange-rate reconciliation"),
    "O13": phrase("Internal adjustment"),
    "O14": phrase("Supporting documents"),
    "O15": phrase("Troubleshooting"),
    "O16": phrase("Data center"),
    "O17": phrase("Backdated pricing"),
    "O18": phrase("Strategic investment, past use"),
    "O19": phrase("Licensing benefit"),
    "O20": phrase("Return of a reservation"),
    "O21": phrase("Service level"),
    "P1": phrase("Custom billing"),
    "P2": phrase("Strategic investment, planned"),
    "T1": phrase("Contractual transfer"),
    "T2": phrase("Strategic transfer"),
    "T3": phrase("Licensing reconciliation"),
    "T4": phrase("Transfer to a separate channel"),
    "T5": phrase("Exchange of a reservation"),
    "U1": phrase("Latent onboarding"),
    "U2": phrase("Transfer of funding"),
    "U3": phrase("Transfer of a term"),
    "U4": phrase("Strategic transfer of use"),
}
