"""Watching our own accounts while their posts are stored: strange posts and changed names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from listeners.config import Config
from listeners.judge import Judged
from listeners.model import AlertClass, Micros, Part, Sentence, Severity
from listeners.placing import Placed
from listeners.risk.alert import Draft
from listeners.risk.findings import RiskRules, findings_in
from listeners.risk.hijack import Doubt, OwnPost, doubts, is_planned, renamed, severity_of
from listeners.store.connection import Connection
from listeners.store.own_posts import habits, hosts_of, own_names, plan_around, sent_from_here

Names = Mapping[tuple[str, str], tuple[str, str]]


class OwnAccounts:
    """Holds what our accounts do against what they usually do."""

    def __init__(self, config: Config) -> None:
        self._brands = {brand.name: brand for brand in config.brands}

    async def names(self, connection: Connection, judged: Sequence[Judged]) -> Names:
        """Return how our accounts among the authors were called until now."""
        ours = {(one.post.network, one.post.author.key) for one in judged if one.ours}
        return await own_names(connection, ours)

    async def drafts(
        self,
        connection: Connection,
        placed: Sequence[tuple[Placed, int]],
        accounts: Mapping[tuple[str, str], int],
        before: Names,
        now: Micros,
    ) -> list[Draft]:
        """Return what is strange about the batch's posts of ours; ``placed`` with mention ids.

        What was written before we listened is history and proves nothing.
        """
        own = [
            (one, id_) for one, id_ in placed if one.part is Part.OURS and one.judged.ours
            and not one.history
        ]  # fmt: skip
        if not own:
            return []
        posts = [(one.judged.post.network, one.judged.post.native_id) for one, _ in own]
        known = await sent_from_here(connection, posts)
        drafts: list[Draft] = []
        for one, id_ in own:
            post = one.judged.post
            key = (post.network, post.author.key)
            if (post.network, post.native_id) not in known:
                held = await self._held(connection, one, id_, accounts[key])
                found = doubts(held) if held is not None else ()
                if held is not None and found:
                    drafts.append(_strange(one, id_, found, planned=is_planned(held)))
            if key in before:
                change = renamed(before[key], (post.author.handle, post.author.name))
                drafts += [_renamed(one, id_, change)] if change is not None else []
        return drafts

    async def _held(
        self, connection: Connection, one: Placed, mention_id: int, account: int
    ) -> OwnPost | None:
        """Return a post of ours with all it is held against."""
        brand = self._brands.get(one.judged.brand)
        if brand is None:
            return None
        post = one.judged.post
        rules = RiskRules(
            brand_terms=tuple(dict.fromkeys((brand.name, *brand.names))),
            confidential=brand.confidential,
            own_addresses=brand.addresses,
            words=brand.words,
        )
        return OwnPost(
            at=one.at,
            hosts=hosts_of(post.links),
            findings=findings_in(one.judged.text, post, rules),
            known_hosts=hosts_of(_addresses(brand.websites)) + tuple(brand.known_hosts),
            hours=brand.hours,
            habits=await habits(connection, account, Micros(one.at - 1)),
            text=one.judged.text,
            opens=post.parent_id is None and not post.repost,
            plan=await plan_around(connection, brand.name, post.network, one.at, mention_id),
        )


def _addresses(websites: Sequence[str]) -> list[str]:
    return [site if "://" in site else f"https://{site}" for site in websites]


def _strange(one: Placed, mention_id: int, found: tuple[Doubt, ...], *, planned: bool) -> Draft:
    post, account = one.judged.post, {"account": _name(one)}
    return _draft(
        one,
        mention_id,
        rule="own post",
        severity=severity_of(found),
        title=Sentence("Our account {account} posted something unusual", account)
        if planned
        else Sentence("Our account {account} posted what nobody planned", account),
        explanation=(
            *(doubt.sentence for doubt in found),
            Sentence(
                "If nobody of you wrote it on {network}: change the password, end the open "
                "sessions, and say so from another account.",
                {"network": post.network},
            ),
        ),
    )


def _renamed(one: Placed, mention_id: int, change: Sentence) -> Draft:
    return _draft(
        one,
        mention_id,
        rule="own name",
        severity=Severity.HIGH,
        title=Sentence("Our account {account} changed its name", {"account": _name(one)}),
        explanation=(change,),
    )


def _draft(
    one: Placed,
    mention_id: int,
    *,
    rule: str,
    severity: Severity,
    title: Sentence,
    explanation: tuple[Sentence, ...],
) -> Draft:
    post = one.judged.post
    return Draft(
        brand=one.judged.brand,
        alert_class=AlertClass.HIJACK,
        rule=rule,
        subject=f"{post.network}:{post.author.key}",
        severity=severity,
        title=title,
        explanation=explanation,
        holding=False,
        evidence=(mention_id,),
    )


def _name(one: Placed) -> str:
    author = one.judged.post.author
    return author.handle or author.name or author.key
