"""The month before the story: a calm brand, day by day, the same at every run.

Days, weekdays and hours are those of the wall, so that heat maps and weeks look as they will on a
real day. The words come from ``story/month.toml`` and ``story/chatter.toml``.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta, tzinfo
from typing import Any

from listeners.demo.story import author_of, load, own_account, say, tags_in
from listeners.model import DAY, HOUR, MINUTE, Author, Engagement, Micros, Post
from listeners.planning.calendar import day_of, day_start

DAYS = 34
"""How many whole days are told before the day on which the story begins: almost five weeks."""
_SEED = 2407
_REGULARS = 110
_BY_REGULARS = 0.7
_MOODS = {"positive": 4.4, "neutral": 4.0, "negative": 1.3}
_UNANSWERED_ONE_IN = 7
_POSTED_ON = 36 * HOUR
"""How far into the story our accounts go on posting by plan: to the crisis."""
_HISTORY = ("ours", "claire", "tomas", "martin")
"""Whose every word would ring, or prove something: what they said before the story is history."""


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the month: when it is over, and what was said on it, oldest first."""

    until: Micros
    posts: tuple[Post, ...]


@dataclass(frozen=True, slots=True)
class _Regular:
    name: str
    handle: str
    lang: str
    network: str
    followers: int

    def author(self) -> Author:
        return Author(
            key=f"{self.network}:{self.handle}",
            handle=self.handle,
            name=self.name,
            url=f"https://{self.network}.example/@{self.handle}",
            followers=self.followers,
        )


def tell_month(began_at: Micros, zone: tzinfo | None = None) -> tuple[Day, ...]:
    """Return the days before the story, oldest first; ``began_at`` is where the story begins.

    What our accounts post by plan goes on into the story. ``zone`` is where a day begins and ends,
    ``None`` for the machine's.
    """
    last = day_of(began_at, zone)
    writer = _Writer(began_at, last, zone)
    return tuple(writer.day(back) for back in range(DAYS, -3, -1))


class _Writer:
    """Writes the days in their order; each has its own dice, so that one more moves no other."""

    def __init__(self, began_at: Micros, last: date, zone: tzinfo | None) -> None:
        self._began_at = began_at
        self._last = last
        self._zone = zone
        self._month = load("month.toml")
        self._chatter = load("chatter.toml")
        self._people: Mapping[str, Mapping[str, Any]] = load("threads.toml")["people"]
        self._regulars = tuple(_regulars(self._chatter))

    def day(self, back: int) -> Day:
        """Write the day that lies so many days before the one on which the story begins."""
        day = self._last - timedelta(days=back)
        start = day_start(day, self._zone)
        heard = [
            *self._talk(back, day, start),
            *self._campaign(back, start),
            *self._rival(back, start),
            *self._asked(back, start),
            *self._told(back, start),
        ]
        posts = [post for post in heard if _at(post) < self._began_at]
        posts += [post for post in self._own(day, start) if _at(post) < self._began_at + _POSTED_ON]
        return Day(Micros(start + DAY), tuple(sorted(posts, key=_at)))

    def _dice(self, what: str, back: int) -> random.Random:
        return random.Random(f"{_SEED} {what} {back}")  # noqa: S311 - a story, not a secret

    def _moment(self, chance: random.Random, start: Micros, busy: Sequence[float]) -> Micros:
        hour = chance.choices(range(24), weights=busy)[0]
        return Micros(start + hour * HOUR + chance.randrange(HOUR))

    def _talk(self, back: int, day: date, start: Micros) -> Iterator[Post]:
        chance = self._dice("talk", back)
        days = self._month["days"]
        count = round(chance.randint(*days["posts"]) * days["share"][day.weekday()])
        for number in range(count):
            who = self._somebody(chance)
            mood = chance.choices(list(_MOODS), weights=list(_MOODS.values()))[0]
            text = say(chance, self._chatter[who.lang], mood, self._chatter["machines"])
            at = self._moment(chance, start, self._month["hours"]["busy"])
            yield _post(f"m{back:02}-{number:02}", who.network, who.author(), text, who.lang, at)

    def _campaign(self, back: int, start: Micros) -> Iterator[Post]:
        week = self._month["repair_week"]
        if not week["to"] <= back <= week["from"]:
            return
        chance = self._dice("campaign", back)
        for number in range(chance.randint(*week["posts"])):
            who = self._somebody(chance)
            text = self._fill(chance, who.lang, chance.choice(week[who.lang]))
            at = self._moment(chance, start, self._month["hours"]["busy"])
            yield _post(f"w{back:02}-{number:02}", who.network, who.author(), text, who.lang, at)

    def _rival(self, back: int, start: Micros) -> Iterator[Post]:
        chance = self._dice("rival", back)
        for number in range(chance.randint(*self._month["days"]["rival"])):
            who = self._somebody(chance)
            text = self._fill(chance, who.lang, chance.choice(self._month["rival_says"][who.lang]))
            at = self._moment(chance, start, self._month["hours"]["busy"])
            yield _post(f"r{back:02}-{number:02}", who.network, who.author(), text, who.lang, at)

    def _asked(self, back: int, start: Micros) -> Iterator[Post]:
        chance = self._dice("asked", back)
        for number in range(chance.randint(*self._month["days"]["asked"])):
            asked = chance.choice(self._month["asked"])
            who = chance.choice(
                [one for one in self._regulars if one.lang == asked["lang"] and _answers(one)]
            )
            at = self._moment(chance, start, self._month["hours"]["asked"])
            words = [self._fill(chance, who.lang, text) for text in asked["words"]]
            if chance.randrange(_UNANSWERED_ONE_IN) == 0:
                words = words[:1]
            name = f"q{back:02}-{number:02}"
            yield from _thread(name, who.network, who.author(), words, who.lang, at, chance)

    def _told(self, back: int, start: Micros) -> Iterator[Post]:
        for number, told in enumerate(self._month["told"]):
            if told["day"] != back:
                continue
            chance = self._dice("told", number)
            author = author_of(told["network"], told["by"], self._people)
            at = Micros(start + told["hour"] * HOUR + chance.randrange(HOUR))
            yield from _thread(
                f"t{number:02}", told["network"], author, told["words"], told["lang"], at, chance,
                history=told["by"] in _HISTORY,
            )  # fmt: skip

    def _own(self, day: date, start: Micros) -> Iterator[Post]:
        for own in self._month["own"]:
            if day.weekday() not in own["on"]:
                continue
            week = day.isocalendar().week * len(own["on"]) + own["on"].index(day.weekday())
            text = own["says"][week % len(own["says"])]
            network = str(own["network"])
            at = Micros(start + own["hour"] * HOUR + week % 7 * MINUTE)
            # What our accounts did before we listened proves nothing about a thief.
            yield _post(
                f"o{day.isoformat()}-{network}",
                network,
                own_account(network),
                text,
                "",
                at,
                history=True,
            )

    def _somebody(self, chance: random.Random) -> _Regular:
        if chance.random() < _BY_REGULARS:
            # A few say most of it, as everywhere.
            return self._regulars[int(len(self._regulars) * chance.random() ** 2.2)]
        return _somebody_new(chance, self._chatter)

    def _fill(self, chance: random.Random, lang: str, text: str) -> str:
        words = self._chatter[lang]
        return text.format(
            m=chance.choice(self._chatter["machines"][:2]),
            c=chance.choice(words["cities"]),
            d=chance.choice(words["drinks"]),
            p=chance.choice(words["parts"]),
        )


def _at(post: Post) -> Micros:
    return post.created_at or Micros(0)


def _regulars(chatter: Mapping[str, Any]) -> Iterator[_Regular]:
    chance = random.Random(_SEED)  # noqa: S311 - a story, not a secret
    for _number in range(_REGULARS):
        yield _somebody_new(chance, chatter)


def _somebody_new(chance: random.Random, chatter: Mapping[str, Any]) -> _Regular:
    lang = "fr" if chance.random() < 0.55 else "en"
    name = chance.choice(chatter[lang]["names"])
    networks: Mapping[str, int] = chatter["networks"]
    return _Regular(
        name=name,
        handle=f"{name.split()[0].casefold()}{chance.randrange(100, 1000)}",
        lang=lang,
        network=chance.choices(list(networks), weights=list(networks.values()))[0],
        followers=int(chance.lognormvariate(5, 1.4)),
    )


def _answers(one: _Regular) -> bool:
    return one.network not in ("feeds", "hackernews")


def _thread(
    name: str,
    network: str,
    author: Author,
    words: Sequence[str],
    lang: str,
    at: Micros,
    chance: random.Random,
    *,
    history: bool = False,
) -> Iterator[Post]:
    """Tell what somebody said, what we answered, and what they said then."""
    ours = own_account(network)
    for place, text in enumerate(words):
        if place:
            at = Micros(at + chance.randint(6, 110 if place == 1 else 50) * MINUTE)
        yield _post(
            f"{name}-{place}", network, ours if place == 1 else author, text, lang, at,
            root=f"demo-{name}-0" if place else None,
            parent=f"demo-{name}-{place - 1}" if place else None,
            parent_author=(author if place == 1 else ours).key if place else None,
            history=history,
        )  # fmt: skip


def _post(
    name: str,
    network: str,
    author: Author,
    text: str,
    lang: str,
    at: Micros,
    *,
    root: str | None = None,
    parent: str | None = None,
    parent_author: str | None = None,
    history: bool = False,
) -> Post:
    native_id = f"demo-{name}"
    return Post(
        network=network,
        native_id=native_id,
        author=author,
        text=text,
        url=f"https://{network}.example/{native_id}",
        created_at=at,
        lang=lang or None,
        parent_id=parent,
        root_id=root,
        parent_author_key=parent_author,
        tags=tags_in(text),
        wanted=parent is not None,
        history=history,
        engagement=Engagement(likes=len(text) % 23, shares=len(text) % 4),
    )
