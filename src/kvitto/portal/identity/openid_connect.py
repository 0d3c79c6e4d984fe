"""Single sign-on by OpenID Connect, with every check the standard asks of who relies on it.

allauth's own provider asks for no nonce, believes whatever issuer the issuer's address names, and does not check the
signature of what it fetched itself. Here the issuer must be the one of the settings, to the letter; the signature, the
audience, the age and the nonce must be right; and an address counts as proved only if the issuer says so with `true`.
"""

from __future__ import annotations

import hmac
import secrets
from typing import Any

import jwt
from allauth.socialaccount.providers import registry
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.http import HttpRequest, HttpResponse

_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
_SECONDS_OF_DRIFT = 60
_FROM_USERINFO = ("email", "email_verified", "name")


class NotBelievedError(OAuth2Error):  # type: ignore[misc]  # allauth has no types
    """What came cannot be believed, for a reason in our own words: nothing of what came is in it."""


class Issuer(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]  # allauth has no types
    """The other side: its addresses, its keys, and what it says of who came."""

    nonce = ""  # what was sent along; the view sets it from the state

    @property
    def openid_config(self) -> dict[str, Any]:
        """What the issuer says of itself. `NotBelievedError` if it calls itself by another name."""
        if not hasattr(self, "_openid_config"):
            found = self._fetched(self.get_provider().server_url)
            if found.get("issuer") != self._issuer:
                message = "the issuer calls itself by another name"
                raise NotBelievedError(message)
            self._openid_config = found
        config: dict[str, Any] = self._openid_config
        return config

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **answer: Any) -> Any:
        """Who came, by the signed word of the issuer. `NotBelievedError` if that cannot be believed."""
        claims = self._claims(app, str(answer["response"].get("id_token") or ""))
        if not claims.get("email") and "userinfo_endpoint" in self.openid_config:
            told = self._fetched(self.profile_url, {"Authorization": f"Bearer {token.token}"})
            if told.get("sub") != claims["sub"]:
                message = "the issuer tells of somebody else"
                raise NotBelievedError(message)
            claims |= {name: told[name] for name in _FROM_USERINFO if name in told}
        return self.get_provider().sociallogin_from_response(request, {"id_token": claims})

    @property
    def _issuer(self) -> str:
        return str(self.get_provider().app.settings["issuer"])

    def _claims(self, app: Any, id_token: str) -> dict[str, Any]:
        try:
            key = self._key_of(jwt.get_unverified_header(id_token))
            claims: dict[str, Any] = jwt.decode(
                id_token,
                key=key,
                algorithms=list(_ALGORITHMS),
                issuer=self._issuer,
                audience=app.client_id,
                leeway=_SECONDS_OF_DRIFT,
                options={"require": ["iss", "sub", "aud", "exp", "iat"]},
            )
        except (jwt.PyJWTError, AttributeError, KeyError, TypeError, ValueError) as error:
            message = f"the token is not right: {type(error).__name__}"
            raise NotBelievedError(message) from error
        if not self.nonce or not hmac.compare_digest(str(claims.get("nonce", "")), self.nonce):
            message = "the token answers another question"
            raise NotBelievedError(message)
        if isinstance(claims["aud"], list) and len(claims["aud"]) > 1 and claims.get("azp") != app.client_id:
            message = "the token is for somebody else"
            raise NotBelievedError(message)
        return claims

    def _key_of(self, header: dict[str, Any]) -> jwt.PyJWK:
        keys = jwt.PyJWKSet.from_dict(self._fetched(self.openid_config["jwks_uri"])).keys
        fitting = [key for key in keys if key.public_key_use in {None, "sig"}]
        if "kid" in header:
            fitting = [key for key in fitting if key.key_id == header["kid"]]
        if len(fitting) != 1 or fitting[0].algorithm_name not in {None, header.get("alg")}:
            message = "no key of the issuer fits"
            raise NotBelievedError(message)
        return fitting[0]

    def _fetched(self, address: str, headers: dict[str, str] | None = None) -> dict[str, Any]:
        from allauth.socialaccount.adapter import get_adapter  # noqa: PLC0415 - needs models

        with get_adapter().get_requests_session() as session:
            response = session.get(address, headers=headers)
            response.raise_for_status()
            found = response.json()
        if not isinstance(found, dict):
            message = "the issuer's answer is none"
            raise NotBelievedError(message)
        return found


class SingleSignOn(OpenIDConnectProvider):  # type: ignore[misc]  # allauth has no types
    """What leads to the issuer and back."""

    oauth2_adapter_class = Issuer
    pkce_enabled_default = True

    def redirect(
        self, request: HttpRequest, process: str, next_url: str | None = None, data: Any = None, **options: Any
    ) -> HttpResponse:
        """To the issuer, with a nonce that its token must hold."""
        nonce = secrets.token_urlsafe(24)
        options["auth_params"] = {**self.get_auth_params(), "nonce": nonce}
        response: HttpResponse = super().redirect(request, process, next_url, data, nonce=nonce, **options)
        return response

    def extract_uid(self, data: dict[str, Any]) -> str:
        """The issuer's own name for somebody, which never changes."""
        return str(data["id_token"]["sub"])

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002 - allauth's signature
        """Nothing of what the issuer tells is kept."""
        return {}

    def extract_email_addresses(self, data: dict[str, Any]) -> list[Any]:
        """The address, proved only if the issuer says so, and not with a text that merely looks like it."""
        found = super().extract_email_addresses(data)
        for address in found:
            address.verified = data["id_token"].get("email_verified") is True
        return list(found)


# allauth would look for a module called “provider” in every process; commands serve no pages, and start sooner without.
registry.register(SingleSignOn)
