"""Random offices: a declaration with a few of everything, as an agreements file could say it."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from kvitto.access.policies import POLICIES
from kvitto.access.roles import Role
from kvitto.agreements.credit_lots import CreditLot, LotSource, LotTreatment
from kvitto.agreements.declaration.declared import (
    PERSON,
    SERVICE_PRINCIPAL,
    Declaration,
    DeclaredGroup,
    DeclaredPerson,
    DeclaredPolicy,
    DeclaredRate,
    DeclaredRole,
)
from kvitto.agreements.declaration.fitting import fitting_policies, fitting_roles
from kvitto.agreements.exchange_rates import ExchangeRate
from kvitto.agreements.hierarchy import (
    Address,
    AgreementType,
    BillingAccount,
    BillingProfile,
    Cadence,
    CurrencyStep,
    Customer,
    Department,
    Enrollment,
    EnrollmentAccount,
    InvoiceSection,
    ManagementGroup,
    Party,
    PaysBy,
    Scope,
    ScopeKind,
    Seller,
    Subscription,
    TaxTreatment,
)
from kvitto.agreements.offers import Offer, OfferKind
from kvitto.money import Money
from kvitto.periods import Period

NAMES = ('Å "quoted" name', "back\\slash", "新竹實驗室", "it's = [x]", "# no comment", "Plain", "Ķ\u200dz", "a{b}c")
START = date(2024, 1, 1)
CURRENCIES = ("SEK", "EUR", "USD", "TWD")


@dataclass
class RandomOffice:
    """Draws everything from one source of chance."""

    chance: Random
    taken: int = 0
    roles: list[DeclaredRole] = field(default_factory=list)
    policies: list[DeclaredPolicy] = field(default_factory=list)
    lots: list[CreditLot] = field(default_factory=list)
    profiles: list[BillingProfile] = field(default_factory=list)
    sections: list[InvoiceSection] = field(default_factory=list)
    departments: list[Department] = field(default_factory=list)
    owned: list[EnrollmentAccount] = field(default_factory=list)
    customers: list[Customer] = field(default_factory=list)
    subscriptions: list[Subscription] = field(default_factory=list)
    free_owners: list[str] = field(default_factory=list)

    def declaration(self) -> Declaration:
        """The whole office."""
        self.people = [self._person(number) for number in range(4)]
        self.free_owners = [person.email for person in self.people]
        addresses = [person.email for person in self.people]
        self.groups = [
            DeclaredGroup(
                self.id(), self.name(), tuple(sorted(self.chance.sample(addresses, self.chance.randint(0, 3))))
            )
            for _ in range(self.chance.randint(0, 2))
        ]
        self.management_groups: list[ManagementGroup] = []
        for _ in range(self.chance.randint(0, 4)):
            parents = [each.id for each in self.management_groups]
            group = ManagementGroup(self.id(), self.name(), self.chance.choice(["", *parents[-1:]]))
            self.management_groups.append(group)
        accounts = [self._account(agreement) for agreement in AgreementType for _ in range(self.chance.randint(0, 2))]
        accounts = self._some_moved(accounts)
        for group in self.management_groups:
            self._give(Scope(ScopeKind.MANAGEMENT_GROUP, group.id), (Role.READER, Role.OWNER))
        return Declaration(
            seller=self._seller(),
            people=tuple(self.people),
            groups=tuple(self.groups),
            management_groups=tuple(self.management_groups),
            accounts=tuple(accounts),
            profiles=tuple(self.profiles),
            sections=tuple(self.sections),
            departments=tuple(self.departments),
            enrollment_accounts=tuple(self.owned),
            customers=tuple(self.customers),
            subscriptions=tuple(self.subscriptions),
            lots=tuple(self.lots),
            rates=tuple(self._rates()),
            roles=tuple(dict.fromkeys(self.roles)),
            policies=tuple(self.policies),
        ).in_order()

    def id(self) -> str:
        """An id that nothing else has."""
        self.taken += 1
        return f"x{self.taken}.{self.chance.choice('aZ9-_')}"

    def name(self) -> str:
        """A name that is hard to write."""
        return self.chance.choice(NAMES)

    def maybe(self, value: str) -> str:
        """The value, or nothing."""
        return self.chance.choice(["", value])

    def day(self, first: date = START) -> date:
        """A day on or after the first."""
        return first + timedelta(days=self.chance.randint(0, 400))

    def amount(self, currency: str) -> Money:
        """Some money, as it can be paid."""
        amount = Decimal(self.chance.randint(1, 10**6))
        return Money(amount if currency == "TWD" else amount.scaleb(-2), currency)

    def party(self) -> Party:
        """Somebody, in some country."""
        country, company, vat = self.chance.choice(
            [
                ("SE", "556788-2005", "SE556788200501"),
                ("GR", "", "EL094259216"),
                ("LV", "40203520006", "LV40203520006"),
                ("US", "anything", "12-3456789"),
            ]
        )
        address = Address(self.name(), self.maybe("123 45"), self.name(), country)
        return Party(self.name(), address, self.maybe(company), self.maybe(vat), self.maybe("post@example.com"))

    def _person(self, number: int) -> DeclaredPerson:
        return DeclaredPerson(
            f"p{number}@example.com",
            self.name(),
            self.maybe("lv"),
            "Asia/Taipei",
            SERVICE_PRINCIPAL if number == 0 else PERSON,
            self.maybe("dir"),
            self.chance.choice([(), ("a", "b")]),
        )

    def _seller(self) -> Seller:
        return Seller(
            id=self.id(),
            party=self.party(),
            time_zone="Europe/Riga",
            series="K",
            payment_instructions=self.name(),
            credit_note_series=self.maybe("KC"),
            number_form=self.chance.choice(["{series}-{year}-{number:06}", "{series}{number}"]),
            accounting_currency=self.maybe("EUR"),
            payable_rounding=self.chance.choice([(), (CurrencyStep("CHF", Decimal("0.05")),)]),
            tax_registration=self.maybe("Godkänd för F-skatt"),
        )

    def _tax(self) -> TaxTreatment:
        return self.chance.choice(
            [
                TaxTreatment("S", Decimal("25.5")),
                TaxTreatment("S", Decimal(0), country="SE"),
                TaxTreatment("AE", Decimal(0), "Why", "", self.maybe("VATEX-EU-AE")),
                TaxTreatment("Z", Decimal(0)),
            ]
        )

    def _account(self, agreement: AgreementType) -> BillingAccount:
        mosp, enterprise, partner = (
            agreement is each for each in (AgreementType.MOSP, AgreementType.EA, AgreementType.MPA)
        )
        pays_by = PaysBy.INVOICE if enterprise or partner else self.chance.choice(list(PaysBy))
        starts_on = self.day()
        enrollment = Enrollment(
            "8123",
            starts_on,
            self.chance.choice([None, starts_on + timedelta(days=900)]),
            self.chance.choice(list(Cadence)),
            self.maybe("Partner AB"),
        )
        account = BillingAccount(
            id=self.id(),
            agreement=agreement,
            name=self.name(),
            created_on=self.day(),
            currency=self.chance.choice(CURRENCIES),
            sold_to=self.party(),
            tax=self._tax(),
            language="nl",
            administrator=self.chance.choice(self.people).email if mosp else "",
            payment_terms_days=self.chance.randint(0, 90) if mosp or enterprise else 30,
            price_sheet=self.chance.choice(["list", "special"]),
            enrollment=enrollment if enterprise else None,
            directory="" if enterprise else self.maybe("dir"),
            purchase_order=self.maybe("PO 1") if enterprise or (mosp and pays_by is PaysBy.INVOICE) else "",
            pays_by=pays_by,
            pricing_currency=self.maybe("USD") if partner else "",
            ship_to=self.chance.choice([None, self.party()]),
        )
        scope = Scope(ScopeKind.BILLING_ACCOUNT, account.id)
        if mosp:
            self.roles.append(DeclaredRole(account.administrator, Role.ACCOUNT_ADMINISTRATOR, scope))
        self._holders(account, scope)
        self._below(account, scope)
        return account

    def _below(self, account: BillingAccount, scope: Scope) -> None:
        match account.agreement:
            case AgreementType.MOSP:
                self._subscriptions(account)
            case AgreementType.EA:
                self._credit(scope, account.currency, LotSource.PREPAYMENT)
                departments = [Department(self.id(), account.id, "Name", self.maybe("CC")) for _ in range(2)]
                self.departments += departments
                for each in departments:
                    self._holders(account, Scope(ScopeKind.DEPARTMENT, each.id))
                for department in ("", departments[0].id):
                    owned = EnrollmentAccount(self.id(), account.id, self.name(), department, self.maybe("CC"))
                    self.owned.append(owned)
                    self._own(owned)
                    self._subscriptions(account, enrollment_account_id=owned.id)
            case _:
                self._profiles(account)

    def _own(self, owned: EnrollmentAccount) -> None:
        if self.free_owners and self.chance.random() < 0.5:
            owner = self.free_owners.pop()
            self.roles.append(DeclaredRole(owner, Role.ACCOUNT_OWNER, Scope(ScopeKind.ENROLLMENT_ACCOUNT, owned.id)))

    def _profiles(self, account: BillingAccount) -> None:
        partner = account.agreement is AgreementType.MPA
        for currency in self.chance.sample(CURRENCIES, 2):
            profile = BillingProfile(
                id=self.id(),
                account_id=account.id,
                name=self.name(),
                bill_to=self.chance.choice([account.sold_to, self.party()]),
                invoice_day=self.chance.randint(1, 28),
                payment_terms_days=self.chance.randint(0, 90),
                purchase_order=self.maybe("PO 2"),
                language=self.maybe("en"),
                currency=currency if partner else "",
                ship_to=self.chance.choice([None, self.party()]),
                bought_through="" if partner else self.maybe("Somebody"),
            )
            self.profiles.append(profile)
            scope = Scope(ScopeKind.BILLING_PROFILE, profile.id)
            self._holders(account, scope)
            self._credit(scope, profile.currency or account.currency, LotSource.SERVICE_CREDIT)
            if partner:
                customer = Customer(self.id(), profile.id, self.name(), self.party(), self.maybe("R"), self.maybe("d"))
                self.customers.append(customer)
                self._holders(account, Scope(ScopeKind.CUSTOMER, customer.id))
                self._subscriptions(account, customer_id=customer.id)
            else:
                section = InvoiceSection(self.id(), profile.id, self.name())
                self.sections.append(section)
                self._holders(account, Scope(ScopeKind.INVOICE_SECTION, section.id))
                self._subscriptions(account, section_id=section.id)

    def _subscriptions(
        self, account: BillingAccount, *, section_id: str = "", enrollment_account_id: str = "", customer_id: str = ""
    ) -> None:
        mosp = account.agreement is AgreementType.MOSP
        for _ in range(self.chance.randint(0, 3)):
            started_on = self.day(account.created_on)
            offer = self._offer(account)
            subscription = Subscription(
                id=self.id(),
                account_id=account.id,
                name=self.name(),
                offer=offer,
                started_on=started_on,
                anniversary_day=self.chance.randint(1, 28) if mosp else 1,
                section_id=section_id,
                ended_on=self.chance.choice([None, started_on + timedelta(days=300)]),
                known_as=self.chance.choice([(), (f"name {self.id()}", f"other {self.id()}")]),
                enrollment_account_id=enrollment_account_id,
                customer_id=customer_id,
                management_group_id=self.chance.choice(["", *(each.id for each in self.management_groups)]),
                suspended=self.chance.choice([(), (_span(started_on, 3, 9), _span(started_on, 20, 21))]),
                spending_limit=offer.kind is OfferKind.FREE_TRIAL,
                cost_center=self.maybe("CC 7"),
            )
            self.subscriptions.append(subscription)
            scope = Scope(ScopeKind.SUBSCRIPTION, subscription.id)
            self._holders(account, scope)
            if mosp:
                self._credit(scope, account.currency, LotSource.PROMOTIONAL)

    def _offer(self, account: BillingAccount) -> Offer:
        fitting = {
            AgreementType.MOSP: list(OfferKind),
            AgreementType.MCA: [OfferKind.PAY_AS_YOU_GO, OfferKind.SUPPORT],
        }.get(account.agreement, [OfferKind.PAY_AS_YOU_GO])
        kind = self.chance.choice(fitting)
        return Offer(
            kind,
            self.amount(account.currency) if kind is OfferKind.MONTHLY_CREDIT else None,
            self.amount(account.currency) if kind is OfferKind.SUPPORT else None,
            self.maybe("OUR-OWN-1"),
        )

    def _credit(self, scope: Scope, currency: str, source: LotSource) -> None:
        for _ in range(self.chance.randint(0, 2)):
            starts_on = self.day()
            self.lots.append(
                CreditLot(
                    id=self.id(),
                    scope=scope,
                    source=source,
                    amount=self.amount(currency),
                    starts_on=starts_on,
                    expires_on=self.chance.choice([None, starts_on + timedelta(days=365)]),
                    treatment=self.chance.choice(list(LotTreatment)),
                    purchase_order=self.maybe("PO 3"),
                    name=self.maybe("A key"),
                )
            )

    def _holders(self, account: BillingAccount, scope: Scope) -> None:
        self._give(scope, fitting_roles(account, scope.kind))
        for policy in fitting_policies(account, scope.kind):
            if self.chance.random() < 0.5:
                value = self.chance.choice(POLICIES[policy].values)
                self.policies.append(DeclaredPolicy(policy, value, scope))

    def _give(self, scope: Scope, roles: tuple[Role, ...]) -> None:
        for role in self.chance.sample(roles, min(len(roles), self.chance.randint(0, 2))):
            group = self.chance.choice(["", *(each.id for each in self.groups)])
            if role is Role.ENTERPRISE_PURCHASER:
                self.roles.append(DeclaredRole(self.people[0].email, role, scope))
            else:
                person = "" if group else self.chance.choice(self.people).email
                self.roles.append(DeclaredRole(person, role, scope, group))

    def _some_moved(self, accounts: list[BillingAccount]) -> list[BillingAccount]:
        """An account without subscriptions may have become the one after it."""
        from dataclasses import replace

        used = {each.account_id for each in self.subscriptions}
        for index, (old, new) in enumerate(itertools.pairwise(accounts)):
            if old.id not in used and self.chance.random() < 0.5:
                accounts[index] = replace(old, moved_to=new.id, moved_on=self.day(new.created_on))
        return accounts

    def _rates(self) -> list[DeclaredRate]:
        days = sorted({START, *(self.day() for _ in range(self.chance.randint(0, 2)))})
        return [
            DeclaredRate(
                ExchangeRate(pair, Decimal(self.chance.randint(1, 10**8)).scaleb(-7), self.name(), self.day()), day
            )
            for pair in ("USD-EUR", "USD-SEK", "USD-TWD")  # what a partner with prices in dollars needs
            for day in days
        ]


def _span(start: date, first: int, last: int) -> Period:
    return Period(start + timedelta(days=first), start + timedelta(days=last))
