"""The demonstration's story: two days of a made-up brand as posts, the same at every run.

The written threads (questions, a journalist, a leak, a look-alike, a crisis and its answer) come
from ``story/threads.toml``; what everybody else says around them is drawn from
``story/chatter.toml`` with a fixed seed, so that tests and pictures do not change.
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

from listeners.config import BrandConfig, Config, SourceConfig, Targets
from listeners.config.profile import groups_of
from listeners.model import HOUR, MINUTE, Author, Engagement, Micros, Post
from listeners.stages.facts import StageRules

BRAND = "Kerlann"
RIVAL = "Morvane"
"""The competitor: another maker of the same machines."""
ME, ANA, LEO = "Camille", "Ana", "Léo"
"""The team: whoever watches is the first of them, in every language."""
LENGTH = 48 * HOUR
"""How long the story is, in microseconds of its own time."""

CHATTER_POSTS = 511
_SEED = 4242

MASTODON_SERVER = "social.example"
"""The made-up server the brand's Mastodon account is on."""

OURS = {
    "bluesky": "kerlann.example",
    "mastodon": f"kerlann@{MASTODON_SERVER}",
    "instagram": "kerlann",
    "x": "kerlann",
    "reddit": "KerlannTeam",
    "youtube": "kerlann",
}


@dataclass(frozen=True, slots=True)
class Told:
    """One post of the story and when it is heard, in microseconds since the story began."""

    at: int
    post: Post


def story_config() -> Config:
    """Return the configuration of the demonstration: the brand, its accounts, its competitor."""
    profile = load("profile.toml")
    brand = BrandConfig(
        name=BRAND,
        query='Kerlann OR #MatinKerlann OR #KerlannMornings OR #KerlannDown OR "Project Nacre"',
        names=(BRAND,),
        handles={network: (handle,) for network, handle in OURS.items()},
        websites=("kerlann.example",),
        confidential=("Project Nacre", "Projet Nacre"),
        journalists=("clairedesprez",),
        vips=("tomasbrews",),
        audience="b2c",
        tone=profile["tone"],
        groups=groups_of(profile["group"]),
        competitors=(RIVAL,),
        targets=Targets(first=2 * 3600, next=3 * 3600, urgent=1800),
        stages=StageRules(advocacy=4, step_days=14),
    )
    rival = BrandConfig(name=RIVAL, query=RIVAL, names=(RIVAL,), competitor=True)
    networks = load("chatter.toml")["networks"]
    return Config(
        brands=(brand, rival),
        sources=tuple(SourceConfig(network=network, what="demonstration") for network in networks),
        member=ME,
        members=(ME, ANA, LEO),
    )


def tell(began_at: Micros) -> tuple[Told, ...]:
    """Return the whole story in the order it is heard; ``began_at`` is its first instant (UTC)."""
    told = [*_threads(began_at), *_chatter(began_at)]
    return tuple(sorted(told, key=lambda item: (item.at, item.post.native_id)))


def own_account(network: str) -> Author:
    """Return the brand's account on a network of the story."""
    handle = OURS.get(network, "kerlann")
    return Author(key=handle, handle=handle, name=BRAND, followers=21400)


def load(name: str) -> dict[str, Any]:
    """Return one of the story's tables; its own words are in ``story/``."""
    text = resources.files(__package__).joinpath("story", name).read_text(encoding="utf-8")
    return tomllib.loads(text)


def _threads(began_at: Micros) -> Iterator[Told]:
    script = load("threads.toml")
    people: Mapping[str, Mapping[str, Any]] = script["people"]
    for number, thread in enumerate(script["thread"]):
        network = str(thread["network"])
        ids = [f"demo-t{number:03}-{place:02}" for place in range(len(thread["messages"]))]
        authors: list[Author] = []
        for place, message in enumerate(thread["messages"]):
            author = author_of(network, str(message["by"]), people)
            authors.append(author)
            answered = place - 1
            # The brand answers whoever opened, unless the script says otherwise.
            if message["by"] == "ours" and place:
                answered = max(i for i in range(place) if authors[i].key != author.key)
            parent = int(message.get("to", answered))
            at = int(float(message["at"]) * HOUR)
            yield Told(
                at,
                Post(
                    network=network,
                    native_id=ids[place],
                    author=author,
                    title=str(message.get("title", "")),
                    text=str(message["text"]),
                    url=f"https://{network}.example/{ids[place]}",
                    created_at=Micros(began_at + at),
                    lang=str(message["lang"]) if "lang" in message else "fr",
                    parent_id=ids[parent] if place else None,
                    root_id=ids[0] if place else None,
                    parent_author_key=authors[parent].key if place else None,
                    tags=tags_in(str(message["text"])),
                    mentions=(OURS.get(network, ""),) if addresses(str(message["text"])) else (),
                    wanted=bool(place),
                    engagement=Engagement(likes=(number * 7 + place * 3) % 40, replies=0),
                ),
            )


def addresses(text: str) -> bool:
    """Whether a text speaks to the brand by its handle."""
    return "@kerlann" in text.casefold()


def tags_in(text: str) -> tuple[str, ...]:
    """Return the hashtags of a text, without ``#``."""
    return tuple(word[1:].rstrip(".,!?") for word in text.split() if word.startswith("#"))


def author_of(network: str, name: str, people: Mapping[str, Mapping[str, Any]]) -> Author:
    """Return whoever the story calls so, as this network shows them."""
    if name == "ours":
        return own_account(network)
    person = people[name]
    return Author(
        key=f"{network}:{person['handle']}",
        handle=str(person["handle"]),
        name=str(person["name"]),
        url=f"https://{network}.example/@{person['handle']}",
        followers=int(person["followers"]),
        links=tuple(person.get("links", {}).get(network, ())),
    )


def _chatter(began_at: Micros) -> Iterator[Told]:
    chance = random.Random(_SEED)  # noqa: S311 - a story, not a secret
    script = load("chatter.toml")
    networks: Mapping[str, int] = script["networks"]
    hours = [weight for _ in range(2) for weight in script["hours"]["busy"]]
    for number in range(CHATTER_POSTS):
        hour = chance.choices(range(48), weights=_busy(hours))[0]
        at = hour * HOUR + chance.randrange(60) * MINUTE + chance.randrange(MINUTE)
        lang = "fr" if chance.random() < 0.55 else "en"
        words: Mapping[str, Any] = script[lang]
        mood = chance.choices(*zip(*_moods(at / HOUR).items(), strict=True))[0]
        network = chance.choices(list(networks), weights=list(networks.values()))[0]
        text = say(chance, words, str(mood), script["machines"])
        name = chance.choice(words["names"])
        handle = f"{name.split()[0].casefold()}{chance.randrange(10, 99)}"
        yield Told(
            at,
            Post(
                network=network,
                native_id=f"demo-c{number:04}",
                author=Author(
                    key=f"{network}:{handle}",
                    handle=handle,
                    name=name,
                    followers=int(chance.lognormvariate(5, 1.3)),
                ),
                text=text,
                url=f"https://{network}.example/demo-c{number:04}",
                created_at=Micros(began_at + at),
                lang=lang,
                tags=tags_in(text),
                engagement=Engagement(likes=chance.randrange(30), shares=chance.randrange(6)),
            ),
        )


def _busy(hours: list[int]) -> list[float]:
    """Return how busy each hour of the story is: the day's rhythm, then the crisis on top."""
    return [
        # A second morning as lively as the first would itself be a surge to who knows but one day.
        min(weight, 6 if 24 <= hour < 38 else 10)
        * (4.0 if 38 <= hour < 44 else 1.6 if hour >= 44 else 1.0)
        for hour, weight in enumerate(hours)
    ]


def _moods(hour: float) -> dict[str, float]:
    """Return how likely each mood is at this hour of the story."""
    if 37.8 <= hour < 43.6:
        return {"crisis": 10, "negative": 1, "neutral": 1.5, "campaign": 0.5, "positive": 0.5}
    if hour >= 43.6:
        return {"recovery": 7, "crisis": 1, "neutral": 2, "positive": 2}
    campaign = 4.0 if hour >= 25 else 0.0
    return {"positive": 4, "neutral": 4, "negative": 1.4, "campaign": campaign}


def say(chance: random.Random, words: Mapping[str, Any], mood: str, machines: list[str]) -> str:
    """Return one post of this mood, drawn from ``chatter.toml``."""
    text = str(chance.choice(words[mood]))
    if chance.random() < 0.5:
        text = f"{text} {chance.choice(words['tails'])}"
    said = text.format(
        m=chance.choice(machines),
        c=chance.choice(words["cities"]),
        d=chance.choice(words["drinks"]),
        p=chance.choice(words["parts"]),
    )
    if BRAND.casefold() in said.casefold():
        return said
    return f"{said} {BRAND}" if said.endswith("#KerlannMornings") else f"{BRAND}. {said}"
