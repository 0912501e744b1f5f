"""Attribution on a store: what comes, what changes, what a person decides, and all of it undone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from listeners.actions import redo, undo
from listeners.actions.campaigns import (
    keep_campaign,
    put_into_campaign,
    remove_campaign,
    take_out_of_campaign,
)
from listeners.attributing import attribute
from listeners.clock import utc_now
from listeners.housekeeping import Housekeeping
from listeners.model import DAY, HOUR, Micros, Part
from listeners.risk.maintenance import Window
from listeners.store import Connection, Store, ingest
from listeners.store.campaigns import (
    Volume,
    campaign,
    campaign_ids_of,
    campaign_mention_ids,
    campaign_named,
    campaigns,
    progress,
    volumes,
)
from listeners.store.maintenance import windows
from listeners.store.records import Edit
from listeners.store.retention import forget_old
from listeners.store.subjects import save_conversations
from listeners.store.terms import withhold
from tests.listeners.campaigns.campaign_builders import TEAM, TODAY, kept, spring, whys
from tests.listeners.store.builders import BRAND, NOW, OTHER, World, score


async def test_what_is_stored_and_what_comes_is_attributed_in_slices(
    store: Store, world: World
) -> None:
    ids = await world.add([world.mention(f"#spring {n}") for n in range(7)])
    await world.add([world.mention("#spring", brand_id=world.brands[OTHER])])
    made = await kept(store, spring())
    assert await progress(store, made.id) == 0.0
    assert await attribute(store, slice_=3) == 7
    assert await whys(store, made.id) == dict.fromkeys(ids, "tag")
    assert await progress(store, made.id) == 1.0
    assert await attribute(store) == 0
    (late, other) = await world.add([world.mention("#spring"), world.mention("else")])
    assert await progress(store, made.id) < 1.0
    await Housekeeping(store, TEAM, utc_now).campaigns()
    assert (await whys(store, made.id)).keys() == {*ids, late}
    assert await campaign_ids_of(store, late) == {made.id: "tag"}
    assert await campaign_ids_of(store, other) == {}
    found = await campaign_mention_ids(store, made.id, 2)
    assert found == [(late, "tag"), (ids[-1], "tag")]


async def test_days_decide_whatever_the_order_of_arrival(store: Store, world: World) -> None:
    made = await kept(store, spring())
    times = [made.from_at - DAY - 1, made.from_at - DAY, NOW, made.to_at]
    ids = await world.add([world.mention("#spring", at=Micros(at)) for at in reversed(times)])
    await attribute(store, slice_=1)
    assert (await whys(store, made.id)).keys() == set(ids[:-1])


async def test_far_behind_it_walks_the_days_and_finds_the_same(
    store: Store, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = await world.add([world.mention("#spring", at=Micros(NOW - n)) for n in range(9)])
    monkeypatch.setattr("listeners.store.attribution.SCANNED", 2)
    made = await kept(store, spring())
    assert await attribute(store, slice_=2) == 9
    assert (await whys(store, made.id)).keys() == set(ids)


async def test_an_edit_moves_a_mention_in_and_out(store: Store, world: World) -> None:
    made = await kept(store, spring())
    (one, other, by_hand) = await world.add(
        [world.mention("#spring"), world.mention("words"), world.mention("more")]
    )
    await put_into_campaign(store, TEAM, "Ana", made.id, [by_hand], NOW)
    await attribute(store)

    async def rewrite(mention: int, text: str) -> None:
        async def work(connection: Connection) -> None:
            (known,) = await ingest.known_of_ids(connection, [mention])
            now = world.mention(text, native_id=f"of {mention}")
            await ingest.edit_mentions(connection, [Edit(known=known, now=now, at=NOW)])

        await store.write(work)

    await rewrite(one, "words")
    await rewrite(other, "#spring")
    await rewrite(by_hand, "even more")
    await attribute(store)
    assert await whys(store, made.id) == {other: "tag", by_hand: "hand"}


async def test_what_is_deleted_is_nobodys(store: Store, world: World) -> None:
    made = await kept(store, spring())
    ids = await world.add([world.mention("#spring"), world.mention("#spring")])
    await attribute(store)
    assert await volumes(store, [made.id]) == {made.id: Volume(2, 0)}

    async def work(connection: Connection) -> None:
        known = await ingest.known_of_ids(connection, ids[:1])
        await ingest.delete_mentions(connection, known, NOW)

    await store.write(work)
    assert await volumes(store, [made.id]) == {made.id: Volume(1, 0)}
    await attribute(store)
    assert (await whys(store, made.id)).keys() == {ids[1]}


async def test_a_deleted_answer_is_nobodys(store: Store, world: World) -> None:
    made = await kept(store, spring())
    talk = await world.converse()
    said = {"conversation_id": talk.id}
    (post, answer) = await world.add(
        [
            world.mention("#spring", native_id="1", author="us", part=Part.OURS, **said),
            world.mention("nice", native_id="2", parent_id="1", **said),
        ]
    )
    await attribute(store)
    assert await whys(store, made.id) == {post: "tag", answer: "answer"}

    async def work(connection: Connection) -> None:
        known = await ingest.known_of_ids(connection, [answer])
        await ingest.delete_mentions(connection, known, NOW)

    await store.write(work)
    await attribute(store)
    assert await whys(store, made.id) == {post: "tag"}


async def test_what_must_be_withheld_stays_the_campaigns(store: Store, world: World) -> None:
    made = await kept(store, spring())
    talk = await world.converse()
    (one,) = await world.add([world.mention("#spring", conversation_id=talk.id)])
    await attribute(store)
    await withhold(store, [world.source], Micros(NOW + HOUR), NOW)
    await tagged(store, talk, "spring")
    await tagged(store, await conversation(store, talk.id))
    await attribute(store)
    assert await whys(store, made.id) == {one: "tag"}


async def test_forgetting_what_is_old_goes_through_campaigns(store: Store, world: World) -> None:
    made = await kept(store, spring())
    ids = await world.add([world.mention("#spring"), world.mention("#spring")])
    await attribute(store)
    await take_out_of_campaign(store, TEAM, "Ana", made.id, ids[:1], NOW)
    await forget_old(store, Micros(NOW + HOUR), NOW, pause=0)
    assert await whys(store, made.id) == {}
    assert await store.fetch("SELECT * FROM campaign_without") == []


async def conversation(store: Store, number: int) -> Any:
    return (await store.read(lambda c: load(c, number)))[number]


async def load(connection: Connection, number: int) -> Any:
    from listeners.store.subjects import load_conversations

    return await load_conversations(connection, [number])


async def tagged(store: Store, talk: Any, *tags: str) -> None:
    talk = await conversation(store, talk.id)
    await store.write(lambda c: save_conversations(c, [replace(talk, tags=tags)]))


async def test_the_tag_of_a_conversation_brings_its_messages(store: Store, world: World) -> None:
    made = await kept(store, spring(tags=("Spring",)))
    talk = await world.converse()
    ids = await world.add([world.mention("hi", conversation_id=talk.id) for _ in range(2)])
    await attribute(store)
    assert await whys(store, made.id) == {}
    await tagged(store, talk, "press", "spring")
    await attribute(store)
    assert await whys(store, made.id) == dict.fromkeys(ids, "tag")
    (late,) = await world.add([world.mention("hi", conversation_id=talk.id)])
    await attribute(store)
    assert (await whys(store, made.id)).keys() == {*ids, late}
    await tagged(store, talk, "spring", "late")
    assert await store.fetch("SELECT * FROM campaign_again") == []
    await tagged(store, talk, "press")
    await attribute(store)
    assert await whys(store, made.id) == {}


async def test_merged_conversations_share_their_tags(store: Store, world: World) -> None:
    made = await kept(store, spring())
    head, part = await world.converse("a"), await world.converse("b")
    (one,) = await world.add([world.mention("hi", conversation_id=part.id)])
    await tagged(store, head, "spring")
    await attribute(store)
    assert await whys(store, made.id) == {}
    part = await conversation(store, part.id)
    joined = replace(part, merged_into=head.id)
    await store.write(lambda c: save_conversations(c, [joined]))
    await attribute(store)
    assert await whys(store, made.id) == {one: "tag"}


async def test_answers_below_our_post_are_the_campaigns(store: Store, world: World) -> None:
    made = await kept(store, spring())
    talk = await world.converse()
    said = {"conversation_id": talk.id}
    (first, aside) = await world.add(
        [
            world.mention("nice", native_id="2", parent_id="1", root_id="1", **said),
            world.mention("before it", native_id="0", **said),
        ]
    )
    await attribute(store)
    assert await whys(store, made.id) == {}
    (post,) = await world.add(
        [world.mention("#spring is on", native_id="1", author="us", part=Part.OURS, **said)]
    )
    await attribute(store)
    assert await whys(store, made.id) == {post: "tag", first: "answer"}
    (second, thanks) = await world.add(
        [
            world.mention("indeed", native_id="3", parent_id="2", root_id="1", **said),
            world.mention(
                "thanks", native_id="4", parent_id="2", root_id="1", author="us",
                part=Part.OURS, **said,
            ),
        ]
    )  # fmt: skip
    await attribute(store)
    assert await whys(store, made.id) == {post: "tag", first: "answer", second: "answer"}
    assert await volumes(store, [made.id]) == {made.id: Volume(2, 1)}
    await take_out_of_campaign(store, TEAM, "Ana", made.id, [post], NOW)
    await attribute(store)
    assert await whys(store, made.id) == {}
    assert {aside, thanks}.isdisjoint(await whys(store, made.id))


async def test_a_planned_post_is_the_campaigns_and_so_is_what_is_below_it(
    store: Store, world: World
) -> None:
    made = await kept(store, spring(tags=()))
    talk = await world.converse()
    (post, answer) = await world.add(
        [
            world.mention("it is on", native_id="1", author="us", part=Part.OURS,
                          conversation_id=talk.id),
            world.mention("good", native_id="2", parent_id="1", conversation_id=talk.id),
        ]
    )  # fmt: skip
    await attribute(store)

    async def plan(connection: Connection) -> None:
        await connection.fetch(
            """INSERT INTO planned (uid, brand_id, campaign_id, kind, title, state, at, changed_at,
                                    mention_id)
               VALUES ('u', ?, ?, 'post', 'It is on', 'done', ?, ?, ?)""",
            (world.brands[BRAND], made.id, NOW, NOW, post),
        )

    await store.write(plan)
    await attribute(store)
    assert await whys(store, made.id) == {post: "plan", answer: "answer"}
    await store.write(lambda c: c.fetch("UPDATE planned SET removed = 1"))
    await attribute(store)
    assert await whys(store, made.id) == {}


# --- changing a campaign --------------------------------------------------------------------------


async def test_a_changed_campaign_begins_anew_and_undo_brings_it_back(
    store: Store, world: World
) -> None:
    made = await kept(store, spring())
    (tag, hill) = await world.add([world.mention("#spring"), world.mention("up the hill")])
    (by_hand,) = await world.add([world.mention("by hand")])
    await attribute(store)
    await put_into_campaign(store, TEAM, "Léo", made.id, [by_hand], NOW)
    changed = await kept(store, replace(made, terms="hill", tags=()))
    assert await whys(store, made.id) == {by_hand: "hand"}
    assert await progress(store, made.id) == 0.0
    await attribute(store)
    assert await whys(store, made.id) == {hill: "terms", by_hand: "hand"}
    assert (await undo(store, "Ana", NOW)).sentence.template == "Campaign as before"
    await attribute(store)
    assert await whys(store, made.id) == {tag: "tag", by_hand: "hand"}
    await redo(store, "Ana", NOW)
    await attribute(store)
    assert await whys(store, made.id) == {hill: "terms", by_hand: "hand"}
    assert changed.version != made.version


async def test_another_name_keeps_what_was_attributed(store: Store, world: World) -> None:
    made = await kept(store, spring())
    (one,) = await world.add([world.mention("#spring")])
    await attribute(store)
    await kept(store, replace(made, name="Summer", aim="inform", audience="cyclists"))
    assert await whys(store, made.id) == {one: "tag"}
    found = await campaign(store, made.id)
    assert found is not None
    assert (found.name, found.aim, found.audience) == ("Summer", "inform", "cyclists")


async def test_a_slice_of_a_campaign_that_changed_meanwhile_is_not_kept(
    store: Store, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await kept(store, spring())
    await world.add([world.mention("#spring")])
    from listeners.store import attribution

    read, told = attribution.candidates, False

    async def meanwhile(connection: Connection, ids: Any) -> Any:
        nonlocal told
        found = await read(connection, ids)
        if not told:
            told = True
            await kept(store, replace(made, tags=("autumn",)))
        return found

    monkeypatch.setattr(attribution, "candidates", meanwhile)
    await attribute(store)
    assert told
    assert await whys(store, made.id) == {}
    assert await progress(store, made.id) == 1.0


async def test_a_removed_campaign_is_seen_nowhere_until_it_is_back(
    store: Store, world: World
) -> None:
    made = await kept(store, spring())
    (one,) = await world.add([world.mention("#spring")])
    await attribute(store)
    await remove_campaign(store, TEAM, "Ana", made.id, NOW)
    assert await campaigns(store, "") == []
    assert await campaign(store, made.id) is None
    assert await campaign_ids_of(store, one) == {}
    (late,) = await world.add([world.mention("#spring")])
    await attribute(store)
    assert (await undo(store, "Ana", NOW)).sentence.template == "Campaign back"
    await attribute(store)
    assert (await whys(store, made.id)).keys() == {one, late}


# --- by hand --------------------------------------------------------------------------------------


async def test_a_person_has_the_last_word_and_undo_takes_it_back(
    store: Store, world: World
) -> None:
    made = await kept(store, spring())
    (tag, other) = await world.add([world.mention("#spring"), world.mention("words")])
    await attribute(store)
    said = await take_out_of_campaign(store, TEAM, "Ana", made.id, [tag], NOW)
    assert (said.done, said.sentence.template) == (1, "Taken out of the campaign")
    said = await put_into_campaign(store, TEAM, "Ana", made.id, [other], NOW)
    assert (said.done, said.sentence.template) == (1, "Put into the campaign")
    await store.write(lambda c: c.fetch("UPDATE campaign SET attributed_to = 0"))
    await attribute(store)
    assert await whys(store, made.id) == {other: "hand"}
    back = await undo(store, "Ana", NOW)
    assert back.sentence.template == "No longer put into the campaign"
    assert await whys(store, made.id) == {}
    back = await undo(store, "Ana", NOW)
    assert back.sentence.template == "Back where the rules put it"
    assert await whys(store, made.id) == {tag: "tag"}
    await redo(store, "Ana", NOW)
    await redo(store, "Ana", NOW)
    assert await whys(store, made.id) == {other: "hand"}


async def test_what_was_taken_out_can_be_put_in_again(store: Store, world: World) -> None:
    made = await kept(store, spring())
    (one,) = await world.add([world.mention("#spring")])
    await attribute(store)
    await take_out_of_campaign(store, TEAM, "Ana", made.id, [one], NOW)
    await put_into_campaign(store, TEAM, "Ana", made.id, [one], NOW)
    assert await whys(store, made.id) == {one: "hand"}
    await undo(store, "Ana", NOW)
    assert await whys(store, made.id) == {}


async def test_several_at_once_are_one_step_and_what_cannot_be_is_said(
    store: Store, world: World
) -> None:
    made = await kept(store, spring())
    ids = await world.add([world.mention("a"), world.mention("b"), world.mention("#spring")])
    (foreign,) = await world.add([world.mention("a", brand_id=world.brands[OTHER])])
    await attribute(store)
    asked = [*ids, foreign, 999]
    said = await put_into_campaign(store, TEAM, "Ana", made.id, asked, NOW)
    assert said.done == 2
    words = [one.template.format(**one.values) for one in said.refused]
    assert words == [
        f"Mention {ids[2]} is in “Spring” already.",
        f"Mention {foreign} is of another brand than “Spring”.",
        "There is no mention number 999.",
    ]
    assert (await undo(store, "Ana", NOW)).done == 1
    assert (await whys(store, made.id)).keys() == {ids[2]}
    said = await take_out_of_campaign(store, TEAM, "Ana", made.id, ids[:1], NOW)
    assert said.done == 0
    assert "is not in" in said.sentence.template


async def test_what_another_decided_since_is_not_taken_back(store: Store, world: World) -> None:
    made = await kept(store, spring())
    (one,) = await world.add([world.mention("words")])
    await put_into_campaign(store, TEAM, "Ana", made.id, [one], NOW)
    await take_out_of_campaign(store, TEAM, "Léo", made.id, [one], NOW)
    assert (await undo(store, "Ana", NOW)).done == 0
    assert await whys(store, made.id) == {}


# --- keeping, refusing, the window ----------------------------------------------------------------


async def test_names_are_of_one_campaign_a_brand(store: Store, world: World) -> None:
    made = await kept(store, spring())
    await kept(store, spring(brand=OTHER))
    refused, _ = await keep_campaign(store, TEAM, "Ana", spring(name="SPRING"), NOW, quiet=False)
    assert refused.done == 0
    assert "another name" in refused.sentence.template
    found = await campaign_named(store, BRAND, " spríng ")
    assert found is not None
    assert found.id == made.id
    assert [one.brand for one in await campaigns(store, "")] == [OTHER, BRAND]
    assert [one.brand for one in await campaigns(store, OTHER)] == [OTHER]


@pytest.mark.parametrize(
    ("campaign_", "actor", "words"),
    [
        (spring(brand="Nobody"), "Ana", "no brand"),
        (spring(brand=""), "Ana", "no brand"),
        (spring(id=77), "Ana", "no longer there"),
        (spring(), "Zoé", "observer"),
    ],
)
async def test_what_is_refused_leaves_nothing(
    store: Store, campaign_: Any, actor: str, words: str
) -> None:
    said, _ = await keep_campaign(store, TEAM, actor, campaign_, NOW, quiet=True)
    assert said.done == 0
    assert words in said.sentence.template
    assert await campaigns(store, "") == []
    assert await windows(store, NOW) == []


async def test_somebody_elses_change_is_not_overwritten(store: Store) -> None:
    made = await kept(store, spring())
    await kept(store, replace(made, name="Summer"))
    late = replace(made, name="Winter")
    said, _ = await keep_campaign(store, TEAM, "Léo", late, NOW, quiet=False)
    assert said.done == 0
    assert "meanwhile" in said.sentence.template
    (now,) = await campaigns(store, "")
    assert now.name == "Summer"
    said, _ = await keep_campaign(store, TEAM, "Ana", now, NOW, quiet=False)
    assert said.sentence.template == "The campaign is as you want it already."


async def test_what_was_taken_back_meanwhile_is_not_overwritten_either(store: Store) -> None:
    made = await kept(store, spring())
    summer = await kept(store, replace(made, name="Summer"))
    assert (await undo(store, "Ana", NOW)).done == 1
    late = replace(summer, audience="families")
    said, _ = await keep_campaign(store, TEAM, "Léo", late, NOW, quiet=False)
    assert said.done == 0
    assert "meanwhile" in said.sentence.template
    assert [one.name for one in await campaigns(store, "")] == ["Spring"]


async def test_no_undo_gives_two_campaigns_one_name(store: Store) -> None:
    made = await kept(store, spring())
    await remove_campaign(store, TEAM, "Ana", made.id, NOW)
    said, other = await keep_campaign(store, TEAM, "Léo", spring(name="SPRING"), NOW, quiet=False)
    assert said.done == 1
    assert (await undo(store, "Ana", NOW)).done == 0
    assert [one.id for one in await campaigns(store, "")] == [other.id]
    # Nor does a name given back.
    await keep_campaign(store, TEAM, "Léo", replace(other, name="Autumn"), NOW, quiet=False)
    await kept(store, spring())
    assert (await undo(store, "Léo", NOW)).done == 0
    assert sorted(one.name for one in await campaigns(store, "")) == ["Autumn", "Spring"]


async def test_the_window_comes_moves_and_goes_with_the_campaign(store: Store) -> None:
    def spans(found: list[Window]) -> list[tuple[str, str, int, int]]:
        return [(one.brand, one.reason, one.from_at, one.to_at) for one in found]

    coming = spring(from_at=Micros(TODAY + 2 * DAY), to_at=Micros(TODAY + 5 * DAY))
    made = await kept(store, coming, quiet=True)
    usual = [(BRAND, "Spring", TODAY + 2 * DAY, TODAY + 5 * DAY)]
    assert spans(await windows(store, NOW)) == usual
    moved = await kept(store, replace(made, to_at=Micros(TODAY + 6 * DAY)), quiet=True)
    assert spans(await windows(store, NOW)) == [(*usual[0][:3], TODAY + 6 * DAY)]
    assert moved.maintenance_id == made.maintenance_id
    assert (await undo(store, "Ana", NOW)).sentence.template == "Campaign as before"
    assert spans(await windows(store, NOW)) == usual
    (now,) = await campaigns(store, "")
    loud = await kept(store, now, quiet=False)
    assert await windows(store, NOW) == []
    assert loud.maintenance_id is None
    await undo(store, "Ana", NOW)
    assert spans(await windows(store, NOW)) == usual
    await remove_campaign(store, TEAM, "Ana", made.id, NOW)
    assert await windows(store, NOW) == []
    assert (await undo(store, "Ana", NOW)).sentence.template == "Campaign back"
    assert spans(await windows(store, NOW)) == usual
    assert (await undo(store, "Ana", NOW)).sentence.template == "Campaign taken away again"
    assert await windows(store, NOW) == []
    assert await campaigns(store, "") == []
    assert (await redo(store, "Ana", NOW)).sentence.template == "Campaign added"
    assert spans(await windows(store, NOW)) == usual


async def test_a_window_that_runs_ends_now(store: Store) -> None:
    made = await kept(store, spring(), quiet=True)
    (window,) = await windows(store, NOW)
    assert window.runs(NOW)
    await kept(store, made, quiet=False)
    assert await windows(store, NOW) == []
    (row,) = await store.fetch("SELECT removed, to_at FROM maintenance")
    assert (row["removed"], row["to_at"]) == (0, NOW)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"from_at": Micros(TODAY - 9 * DAY), "to_at": TODAY}, "It is over"),
        ({"to_at": Micros(TODAY + 40 * DAY)}, "a month at most"),
    ],
)
async def test_surges_that_cannot_be_kept_quiet_say_why(
    store: Store, changes: Any, words: str
) -> None:
    said, _ = await keep_campaign(store, TEAM, "Ana", spring(**changes), NOW, quiet=True)
    assert said.done == 0
    assert words in said.sentence.template
    assert await campaigns(store, "") == []
    await kept(store, spring(**changes), quiet=False)


async def test_a_quiet_campaign_that_is_over_can_still_be_renamed(store: Store) -> None:
    made = await kept(store, spring(), quiet=True)
    later = Micros(made.to_at + DAY)
    renamed = replace(made, name="Last spring")
    said, after = await keep_campaign(store, TEAM, "Ana", renamed, later, quiet=False)
    assert said.done == 1
    assert after.maintenance_id == made.maintenance_id


async def test_without_a_campaign_nothing_is_noted(store: Store, world: World) -> None:
    talk = await world.converse()
    await tagged(store, talk, "spring")
    await world.add([world.mention("#spring", score=score())])
    assert await attribute(store) == 0
    assert await store.fetch("SELECT * FROM campaign_again") == []
