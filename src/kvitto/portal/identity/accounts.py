"""Sign-in with allauth: only people the office knows, and nobody registers themselves; mail in a person's language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib import messages
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy

from kvitto.language import LANGUAGES, current_language, speaking
from kvitto.records.addresses import change_address, is_taken
from kvitto.records.audit import Door
from kvitto.records.models import Person
from kvitto.runs.mail_out import send_mail_soon, sends_mail

if TYPE_CHECKING:
    from allauth.account.models import EmailAddress
    from django.http import HttpRequest


class InvitationOnly(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """People come from the agreements file; an invitation or the office's operator lets them in."""

    # Said in our own words: the library's translations address people in another tone than the pages around them.
    error_messages: ClassVar = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": gettext_lazy("E-mail address and password do not belong together."),
        "duplicate_email": gettext_lazy("This is your address already."),
        "invalid_password_reset": gettext_lazy("This link was used already, or is too old."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - allauth's signature
        """Never."""
        return False

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:  # noqa: ARG002 - allauth's signature
        """Back to the profile."""
        return reverse("profile")

    def get_email_verification_redirect_url(self, email_address: EmailAddress) -> str:  # noqa: ARG002 - the same
        """To the profile, which shows the address as proved; who is not signed in signs in first."""
        return reverse("profile")

    def set_password(self, user: Person, password: str) -> None:
        """The password alone: whatever else changed of the person since they were read stays as it is."""
        user.set_password(password)
        user.save(update_fields=["password"])

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """The link was followed: the address is the person's from now on, unless it became somebody else's."""
        person = Person.objects.get(pk=email_address.user_id)
        old, at = person.email, settings.OFFICE.now()
        is_changed = change_address(person, email_address.email, at, Door.PORTAL, is_proved=True)
        self._tell(request, email_address.email, is_verified=is_changed)
        if not is_changed:
            return False
        if old != person.email:
            self.send_notification_mail(
                "account/email/email_changed", person, {"from_email": old, "to_email": person.email}, email=old
            )
        return True

    def _tell(self, request: HttpRequest, email: str, *, is_verified: bool) -> None:
        level, name = (messages.SUCCESS, "confirmed") if is_verified else (messages.ERROR, "confirmation_failed")
        self.add_message(request, level, f"account/messages/email_{name}.txt", {"email": email})

    def send_confirmation_mail(self, request: HttpRequest, emailconfirmation: Any, signup: bool) -> None:  # noqa: FBT001 - allauth's signature
        """The link that proves an address; to an address that is somebody's, only that it was asked for."""
        row = emailconfirmation.email_address
        if is_taken(row.email, row.user):
            owner = Person.objects.get(email=row.email)
            self.send_mail("account/email/address_in_use", row.email, {"user": owner})
            return
        super().send_confirmation_mail(request, emailconfirmation, signup)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send it in the background, in the language of the person it is about; nothing where no mail is sent."""
        office = settings.OFFICE
        if not sends_mail(office):
            return
        user = context.get("user")
        person = user if isinstance(user, Person) else Person.objects.filter(email=email).first()
        chosen = person.language if person and person.language in LANGUAGES else current_language().code
        with speaking(chosen) as language, translation.override(language.django_code):
            facts = {"email": email, "person": person, "request": self.request, "office": office.address, **context}
            message = self.render_mail(template_prefix, email, facts)
        send_mail_soon(office, message)

    def format_email_subject(self, subject: str) -> str:
        """As it is: the sender says whose mail it is."""
        return subject
