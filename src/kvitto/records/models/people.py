"""People who sign in: the one erasable place for names and addresses of persons."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower


class PersonManager(BaseUserManager["Person"]):
    """Makes people; the address is their sign-in name, compared without regard to case."""

    def create_user(self, email: str, password: str | None = None, **facts: Any) -> Person:
        """A person who can sign in, or cannot yet if no password is given."""
        person = self.model(email=email.strip().lower(), **facts)
        person.set_password(password)
        person.save(using=self._db)
        return person

    def get_by_natural_key(self, username: str | None) -> Person:
        """The person with this address, whatever its case."""
        return self.get(email=(username or "").strip().lower())


class Person(AbstractBaseUser):
    """Someone with an e-mail address. What they may do is in their role assignments, never here."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=10, blank=True, help_text="empty: follow the browser")
    time_zone = models.CharField(max_length=64, default="UTC")
    is_active = models.BooleanField(default=True)
    kind = models.CharField(max_length=20, default="person", help_text="person or service-principal")
    directory = models.CharField(max_length=100, blank=True, help_text="the one they are in; empty: the office's own")
    directories = models.JSONField(default=list, help_text="others that they may switch to")
    is_operator = models.BooleanField(default=False, help_text="runs the office: may open the operator's pages")
    last_scope = models.CharField(max_length=130, blank=True, help_text="kind and id of the scope they stood in last")
    preferences = models.JSONField(default=dict, help_text="what the office may write to them about")

    objects = PersonManager()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(Lower("email"), name="person_email_in_any_case")]

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    _looks_from: str | None = None

    def __str__(self) -> str:
        return self.email

    @property
    def current_directory(self) -> str:
        """The directory they look from; their own unless they switched."""
        return self._looks_from if self._looks_from is not None else self.directory

    def look_from(self, directory: str) -> None:
        """Look from another of their directories, as long as this value lives: the door remembers the choice.

        One that is not theirs changes nothing.
        """
        if directory == self.directory or directory in self.directories:
            self._looks_from = directory

    def get_full_name(self) -> str:
        """The name, or the address of someone who gave none."""
        return self.name or self.email


class FormerAddress(models.Model):
    """An address somebody had: agreements files that still say it mean them."""

    address = models.EmailField(primary_key=True)
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="former_addresses")
    left_at = models.DateTimeField()


class SignInLink(models.Model):
    """A link that lets somebody in once: an invitation, or the operator's help for who cannot get in."""

    digest = models.CharField(primary_key=True, max_length=64, help_text="SHA-256 of what stands in the link")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="sign_in_links")
    purpose = models.CharField(max_length=20, help_text="invitation or recovery")
    is_mailed = models.BooleanField(default=False, help_text="sent to the address: using it proves the address")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class Group(models.Model):
    """People who hold roles together."""

    key = models.CharField(primary_key=True, max_length=100)
    name = models.CharField(max_length=200)
    members = models.ManyToManyField(Person, related_name="kvitto_groups")
