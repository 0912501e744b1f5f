"""What is said to a person when a request fails: what happened, what is safe, what to do.

Each is a literal, so that it can be collected and translated.
"""

from __future__ import annotations

from listeners.model import Sentence


def too_slow(host: str, seconds: float) -> Sentence:
    """The deadline passed."""
    return Sentence(
        "{host} did not answer within {seconds} seconds. Nothing was lost; hubbub tries again.",
        {"host": host, "seconds": round(seconds, 1)},
    )


def went_silent(host: str) -> Sentence:
    """A stream brings nothing any more."""
    return Sentence(
        "{host} went silent. hubbub connects again and goes on from the same place.",
        {"host": host},
    )


def stream_broke_off(host: str) -> Sentence:
    """A stream ended without a word."""
    return Sentence(
        "The connection to {host} broke off. hubbub connects again and goes on from the same "
        "place.",
        {"host": host},
    )


def stream_ended(host: str, code: int) -> Sentence:
    """A stream was ended by the server, with a close code."""
    return Sentence(
        "{host} ended the connection (code {code}). hubbub connects again and goes on from the "
        "same place.",
        {"host": host, "code": code},
    )


def broke_off(host: str) -> Sentence:
    """The answer is not whole, or not HTTP."""
    return Sentence(
        "The connection to {host} broke off. Nothing was stored from this answer; hubbub tries "
        "again.",
        {"host": host},
    )


def cut_short(host: str) -> Sentence:
    """The body ends before its end."""
    return Sentence(
        "{host} broke off in the middle of its answer. Nothing was stored from it; hubbub tries "
        "again.",
        {"host": host},
    )


def too_large(host: str) -> Sentence:
    """The body or message is beyond its limit."""
    return Sentence(
        "{host} sent far more than was asked for. hubbub stopped reading; nothing was stored "
        "from it.",
        {"host": host},
    )


def odd_packing(host: str) -> Sentence:
    """The body is compressed in a way that was not asked for."""
    return Sentence(
        "{host} sent data packed in a way nobody asked for. Nothing was stored from it.",
        {"host": host},
    )


def not_an_address(host: str) -> Sentence:
    """The address cannot be used."""
    return Sentence(
        "The address of {host} is not a web address hubbub can go to. Correct it in the source's "
        "settings.",
        {"host": host},
    )


def unknown_name(host: str) -> Sentence:
    """DNS has no such name."""
    return Sentence(
        "The name {host} cannot be found. Check its spelling and the network connection; hubbub "
        "tries again.",
        {"host": host},
    )


def name_too_slow(host: str) -> Sentence:
    """DNS does not answer."""
    return Sentence(
        "The name {host} could not be looked up in time: the name server does not answer. hubbub "
        "tries again.",
        {"host": host},
    )


def private_address(host: str) -> Sentence:
    """The address is inside this machine or its network."""
    return Sentence(
        "{host} leads into this computer or its own network, so hubbub did not go there. If it "
        "is your own server, set allow_private = true for this source.",
        {"host": host},
    )


def refuses_connections(host: str) -> Sentence:
    """Nobody listens on the port."""
    return Sentence(
        "{host} refuses connections: its server is not running, or the port is wrong. hubbub "
        "tries again.",
        {"host": host},
    )


def unreachable(host: str) -> Sentence:
    """No way there."""
    return Sentence(
        "{host} cannot be reached from here. Check the network connection; hubbub tries again.",
        {"host": host},
    )


def proxy_unusable() -> Sentence:
    """The proxy variables cannot be followed."""
    return Sentence(
        "The proxy in HTTP_PROXY, HTTPS_PROXY or ALL_PROXY cannot be used: hubbub speaks to http "
        "proxies only. Set an http:// proxy, or add the host to NO_PROXY."
    )


# --- redirects ---------------------------------------------------------------------------------


def redirect_circle(host: str) -> Sentence:
    """Too many redirects."""
    return Sentence(
        "{host} sends us round in a circle of redirects. Check the source's address.",
        {"host": host},
    )


def unsafe_redirect(host: str) -> Sentence:
    """From https to http."""
    return Sentence(
        "{host} redirects from a safe address to an unsafe one, so hubbub did not follow.",
        {"host": host},
    )


def redirected_post(host: str) -> Sentence:
    """What we sent would go elsewhere."""
    return Sentence(
        "{host} redirects what we sent to another place, so hubbub did not send it there. "
        "Correct the source's address.",
        {"host": host},
    )


# --- certificates ------------------------------------------------------------------------------


def not_https(host: str) -> Sentence:
    """Plain HTTP on the port."""
    return Sentence(
        "{host} does not speak https on this port. If it is your own server, write http:// in "
        "its address.",
        {"host": host},
    )


def no_safe_connection(host: str) -> Sentence:
    """TLS failed for another reason than the certificate."""
    return Sentence(
        "A safe connection to {host} could not be agreed on. Nothing was sent to it; hubbub "
        "tries again.",
        {"host": host},
    )


def certificate_expired(host: str) -> Sentence:
    """The certificate is too old."""
    return Sentence(
        "The certificate of {host} has expired, or this computer's clock is ahead. Nothing was "
        "sent to it.",
        {"host": host},
    )


def certificate_too_new(host: str) -> Sentence:
    """The certificate is valid in the future only."""
    return Sentence(
        "The certificate of {host} is not valid yet: this computer's clock is probably wrong. "
        "Set it right; nothing was sent.",
        {"host": host},
    )


def certificate_of_another(host: str) -> Sentence:
    """The certificate names another host."""
    return Sentence(
        "The certificate of {host} belongs to another name. Nothing was sent to it: this may be "
        "another server in its place.",
        {"host": host},
    )


def certificate_untrusted(host: str) -> Sentence:
    """The certificate's issuer is unknown."""
    return Sentence(
        "The certificate of {host} was not issued by anyone this computer trusts. Nothing was "
        "sent to it: install the company's certificate, or ask who answers in its place.",
        {"host": host},
    )


# --- statuses ----------------------------------------------------------------------------------


def web_page(host: str) -> Sentence:
    """HTML where data was due."""
    return Sentence(
        "{host} answered with a web page instead of data: is this a log-in page of the network "
        "you are on (captive portal)? Open a browser and look. Nothing was lost.",
        {"host": host},
    )


def not_json(host: str) -> Sentence:
    """Something else where JSON was due."""
    return Sentence(
        "{host} sent something that is not the JSON it promises. Nothing was stored from it, and "
        "hubbub goes on from the same place.",
        {"host": host},
    )


def slow_down(host: str, status: int) -> Sentence:
    """The server says how long to wait."""
    return Sentence(
        "{host} asks us to slow down ({status}). hubbub waits and goes on from the same place.",
        {"host": host, "status": status},
    )


def budget_spent(host: str) -> Sentence:
    """It said so before; nothing was asked now."""
    return Sentence(
        "{host} allows no more requests for now. hubbub waits and goes on from the same place.",
        {"host": host},
    )


def allowance_spent(name: str, taken: int, limit: int, zone: str) -> Sentence:
    """The day's allowance is used up; nothing was asked."""
    return Sentence(
        "The daily allowance “{name}” is used up: {taken} of {limit}. Nothing was sent; the "
        "allowance is renewed at midnight ({zone}), and hubbub goes on then from the same place.",
        {"name": name, "taken": taken, "limit": limit, "zone": zone.replace("_", " ")},
    )


def left_in_peace(host: str) -> Sentence:
    """It was in trouble a moment ago; nothing was asked now."""
    return Sentence(
        "{host} is in trouble itself. hubbub leaves it in peace for a moment and goes on from "
        "the same place.",
        {"host": host},
    )


def token_refused(host: str, status: int) -> Sentence:
    """401 with a token."""
    return Sentence(
        "{host} does not accept the token ({status}). Nothing was lost: renew it at the network "
        "and in the configuration.",
        {"host": host, "status": status},
    )


def token_missing(host: str, status: int) -> Sentence:
    """401 without a token."""
    return Sentence(
        "{host} answers only with a token ({status}). Add one to this source in the configuration.",
        {"host": host, "status": status},
    )


def refuses_us(host: str, status: int) -> Sentence:
    """403."""
    return Sentence(
        "{host} refuses to answer us ({status}): the token may lack a permission, or the network "
        "blocks programs. hubbub tries again rarely.",
        {"host": host, "status": status},
    )


def gone_for_good(host: str, status: int) -> Sentence:
    """410."""
    return Sentence(
        "{host} says that this address is gone for good ({status}). What was heard is kept; "
        "remove the source or correct its address.",
        {"host": host, "status": status},
    )


def not_found(host: str, status: int) -> Sentence:
    """404."""
    return Sentence(
        "{host} does not know this address ({status}). Check the source's address and name.",
        {"host": host, "status": status},
    )


def in_trouble(host: str, status: int) -> Sentence:
    """5xx."""
    return Sentence(
        "{host} is in trouble itself ({status}). hubbub tries again and goes on from the same "
        "place.",
        {"host": host, "status": status},
    )


def refused_question(host: str, status: int) -> Sentence:
    """Any other refusal."""
    return Sentence(
        "{host} refused the question ({status}). Nothing was lost; if it stays so, check the "
        "source's settings.",
        {"host": host, "status": status},
    )
