"""The channels: a webhook, a mail, a command of the user's own, and Apprise where installed.

Each carries one message or raises ``ChannelError`` with one sentence. Secrets are read when they
are sent, and are in no sentence.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import importlib
import json
import smtplib
import ssl
from collections.abc import Mapping
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from pathlib import Path
from typing import Protocol, cast

import truststore

from listeners.config.notifying import ChannelConfig
from listeners.http import Fetcher, Hidden
from listeners.model import Sentence
from listeners.networks.contract import SourceError
from listeners.notify.message import Message
from listeners.outside import run_command
from listeners.secret import SecretError
from listeners.text import clean_line

SECONDS = 20.0
"""How long one message may take."""
SIGNATURE = "x-hubbub-signature"
"""HMAC-SHA256 of the body in hexadecimal after ``sha256=``, as GitHub's webhooks have it."""


class ChannelError(Exception):
    """A message was not carried; ``sentence`` says why."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(sentence.template.format(**sentence.values))
        self.sentence = sentence


class Channel(Protocol):
    """One way to reach somebody."""

    async def carry(self, message: Message) -> None:
        """Carry one message.

        Raises:
            ChannelError: it was not taken, or may not have been.
        """
        ...


def channel_of(
    config: ChannelConfig, fetch: Fetcher, environment: Mapping[str, str], folder: Path | None
) -> Channel:
    """Return the channel a configuration names."""
    match config.kind:
        case "webhook":
            return Webhook(config, fetch)
        case "mail":
            return Mail(config)
        case "command":
            return Command(config, environment, folder)
        case "apprise":
            return Apprise(config)


class Webhook:
    """Posts the record as JSON, signed where there is a secret."""

    def __init__(self, config: ChannelConfig, fetch: Fetcher) -> None:
        self._config = config
        self._fetch = fetch

    async def carry(self, message: Message) -> None:
        """Post; any 2xx counts as taken.

        Raises:
            ChannelError: the address does not answer, or refuses.
        """
        body = json.dumps(message.record, ensure_ascii=False).encode()
        headers = {
            "content-type": "application/json",
            "x-hubbub-event": "alert",
            "x-hubbub-delivery": message.delivery,
        }
        secrets = {}
        try:
            if self._config.secret is not None:
                key = await self._fetch.reveal(self._config.secret)
                mark = hmac.new(str(key).encode(), body, hashlib.sha256).hexdigest()
                secrets[SIGNATURE] = Hidden(f"sha256={mark}")
            await self._fetch.post(
                self._config.url,
                content=body,
                headers=headers,
                secret_headers=secrets,
                timeout=SECONDS,
                allow_private=self._config.allow_private,
            )
        except SourceError as error:
            raise ChannelError(error.sentence) from error


class Mail:
    """Sends a mail by SMTP, in a thread of its own."""

    def __init__(self, config: ChannelConfig) -> None:
        self._config = config

    async def carry(self, message: Message) -> None:
        """Send.

        Raises:
            ChannelError: the server cannot be reached, or refuses.
        """
        try:
            await asyncio.to_thread(self._send, message)
        except SecretError as error:
            raise ChannelError(error.sentence) from error
        except (OSError, smtplib.SMTPException) as error:
            host = self._config.host
            raise ChannelError(
                Sentence(
                    "The mail server {host} did not take it: {reason}.",
                    {"host": host, "reason": _reason(error)},
                )
            ) from error

    def _send(self, message: Message) -> None:
        config = self._config
        context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        with self._connected(context) as server:
            if config.tls == "starttls":
                server.starttls(context=context)
            if config.user and config.password is not None:
                server.login(config.user, config.password.reveal())
            server.send_message(self._written(message))

    def _connected(self, context: ssl.SSLContext) -> smtplib.SMTP:
        config = self._config
        if config.tls == "tls":
            return smtplib.SMTP_SSL(
                config.host, config.port or 465, timeout=SECONDS, context=context
            )
        return smtplib.SMTP(config.host, config.port or 587, timeout=SECONDS)

    def _written(self, message: Message) -> EmailMessage:
        mail = EmailMessage()
        mail["Subject"] = f"[hubbub] {message.title}"
        mail["From"] = clean_line(self._config.sender)
        mail["To"] = ", ".join(clean_line(one) for one in self._config.to)
        mail["Date"] = formatdate(localtime=False)
        mail["Message-ID"] = make_msgid(f"hubbub.{message.delivery}", "hubbub.invalid")
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(f"{message.body}\n")
        return mail


class Command:
    """Runs a command with the record as JSON on its input."""

    def __init__(
        self, config: ChannelConfig, environment: Mapping[str, str], folder: Path | None
    ) -> None:
        self._config = config
        self._environment = environment
        self._folder = folder

    async def carry(self, message: Message) -> None:
        """Run it; an exit code of 0 counts as taken.

        Raises:
            ChannelError: it could not be run, failed, or took too long.
        """
        ran = await run_command(
            self._config.command,
            json.dumps(message.record, ensure_ascii=False),
            seconds=SECONDS,
            folder=self._folder,
            environment=self._environment,
        )
        if ran.trouble is not None:
            raise ChannelError(ran.trouble)


class _Apprise(Protocol):
    def add(self, servers: str) -> bool: ...

    def notify(self, body: str, title: str) -> bool | None: ...


class Apprise:
    """Hands the message to Apprise, which knows a hundred services; the ``notify`` extra."""

    def __init__(self, config: ChannelConfig) -> None:
        self._config = config

    async def carry(self, message: Message) -> None:
        """Notify every address.

        Raises:
            ChannelError: Apprise is not installed, or an address was refused.
        """
        try:
            taken = await asyncio.to_thread(self._notify, message)
        except SecretError as error:
            raise ChannelError(error.sentence) from error
        except ModuleNotFoundError as error:
            raise ChannelError(
                Sentence("Apprise is not installed: pip install “hubbub[notify]” brings it.")
            ) from error
        if not taken:
            raise ChannelError(Sentence("Apprise could not deliver it to every address."))

    def _notify(self, message: Message) -> bool:
        # Loading it takes a tenth of a second and 15 MB: only where somebody wants it.
        module = importlib.import_module("apprise")
        apprise = cast(_Apprise, module.Apprise())
        for url in self._config.urls:
            if not apprise.add(url.reveal()):
                return False
        return bool(apprise.notify(body=message.body, title=message.title))


def _reason(error: Exception) -> str:
    """Return why in a few words; a server's answer may hold anything."""
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        words = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        return clean_line(f"{error.smtp_code} {words}", 120)
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return "no recipient was accepted"
    return clean_line(str(error), 120) or type(error).__name__
