"""What is said of the refusals of Facebook, Instagram and Threads: plain, and what to do."""

from __future__ import annotations

from listeners.model import Sentence


def no_key(network: str) -> Sentence:
    """Nothing is shown without a key."""
    return Sentence(
        "{network} shows nothing without a key of your own. “hubbub sources --networks "
        "{network}” and docs/networks.md say step by step how to get one; give it to this source "
        "as its token.",
        {"network": network},
    )


def limited(network: str) -> Sentence:
    """The allowance is used up for now."""
    return Sentence(
        "{network} asks us to wait: this key's allowance is used up for now. Nothing is lost; "
        "hubbub goes on from the same place, since asking on would only lengthen the wait.",
        {"network": network},
    )


def nearly_spent(network: str, percent: int) -> Sentence:
    """We stop before the network does it."""
    return Sentence(
        "{percent} of 100 parts of what {network} allows this key are used. hubbub waits now, so "
        "that it is not shut out; nothing is lost.",
        {"network": network, "percent": percent},
    )


def expired(network: str, subcode: int, said: str) -> Sentence:
    """The key is no longer good; ``said`` is the network's own word for why."""
    template = {
        458: Sentence(
            "{network} does not accept this source's key any more: the app was taken out of the "
            "account's settings. What was heard so far is safe. Make a new key as "
            "docs/networks.md says.",
            {"network": network},
        ),
        459: Sentence(
            "{network} wants the account behind this key to log in once in a browser. Do so, and "
            "hubbub goes on; what was heard so far is safe.",
            {"network": network},
        ),
        460: Sentence(
            "{network} does not accept this source's key any more: the account's password was "
            "changed. What was heard so far is safe. Make a new key as docs/networks.md says.",
            {"network": network},
        ),
    }
    if subcode in template:
        return template[subcode]
    return Sentence(
        "{network} does not accept this source's key any more: “{said}”. Keys end after about 60 "
        "days, and when they are withdrawn. What was heard so far is safe. Make a new key as "
        "docs/networks.md says.",
        {"network": network, "said": said},
    )


def not_permitted(network: str, said: str) -> Sentence:
    """The key lacks a permission."""
    return Sentence(
        "This source's key may not do that on {network}: “{said}”. What was heard so far is safe. "
        "Make the key anew with this permission, as docs/networks.md says.",
        {"network": network, "said": said},
    )


def needs_review(network: str, said: str) -> Sentence:
    """Meta opens this to reviewed apps alone."""
    return Sentence(
        "{network} opens this to apps only that Meta has reviewed (developers.facebook.com, App "
        "Review): “{said}”. All else of this source is heard.",
        {"network": network, "said": said},
    )


def gone(network: str) -> Sentence:
    """What was asked for is not there, or not for us."""
    return Sentence(
        "What was asked for is not on {network} any more, or this source's key may not see it. "
        "Check what = of this source.",
        {"network": network},
    )


def passing(network: str, said: str) -> Sentence:
    """The network fails for a moment."""
    return Sentence(
        "{network} could not answer now: “{said}”. Nothing was lost; hubbub tries again.",
        {"network": network, "said": said},
    )


def shut_out(network: str, said: str) -> Sentence:
    """The account is blocked for what it did."""
    return Sentence(
        "{network} blocks this account for a while because of its rules: “{said}”. hubbub sends "
        "nothing there meanwhile; look at the account on {network}.",
        {"network": network, "said": said},
    )


def refused(network: str, said: str) -> Sentence:
    """Any other refusal."""
    return Sentence(
        "{network} refused the question: “{said}”. Nothing was lost; if it stays so, check the "
        "source's settings.",
        {"network": network, "said": said},
    )


def odd_answer(network: str) -> Sentence:
    """The answer is not what the network documents."""
    return Sentence(
        "{network} answered in a way it does not describe. Nothing was stored from this answer, "
        "and the place is kept. Check base_url; a newer hubbub may be needed.",
        {"network": network},
    )


def passed_by(network: str) -> Sentence:
    """More was said than is read at once."""
    return Sentence(
        "More was said on {network} since the last reading than hubbub reads at once. The newest "
        "is here; what came before may be missing.",
        {"network": network},
    )


def left_out(network: str, said: str) -> Sentence:
    """A part of a source cannot be read; the rest is."""
    return Sentence(
        "A part of this source cannot be read on {network} with this key: “{said}”. All else is "
        "heard. docs/networks.md says what each part needs.",
        {"network": network, "said": said},
    )
