"""Teaching a word from a post: which word, what it means, and whether stored posts follow."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from listeners.config import BrandConfig
from listeners.model import DAY, Micros
from listeners.store.rescoring import Rescoring, Wanted, count_wanted
from listeners.store.taught import taught_by_brand
from tui.explaining import offered_words
from tui.i18n import _, ngettext, number, say
from tui.screens.pickers import Picker, narrowed
from tui.teaching_words import CHOICES, progress_words, weight_figure
from tui.widgets.choices import Choice
from tui.widgets.paint import one_line

if TYPE_CHECKING:
    from tui.app import Hubbub
    from tui.screens.base import HubScreen

BACK = 28 * DAY
"""How far back stored mentions are scored anew for a word."""
GROUP = "rescoring"


def ask_word(screen: HubScreen[Any], text: str, brand: str = "") -> None:
    """Ask which word is taught, offering those of a text, and go on from there."""
    desk = screen.desk
    if desk.refusal:
        screen.refuse(desk.refusal)
        return
    name = brand or desk.session.brand
    brands = desk.config.brands
    known = next((one for one in brands if one.name == name), brands[0] if brands else None)
    if known is None:
        screen.refuse(_("There is no brand in the configuration yet."))
    elif text:
        screen.later(partial(_offer, screen, known, text))
    else:
        _pick_word(screen, known, ())


async def _offer(screen: HubScreen[Any], brand: BrandConfig, text: str) -> None:
    taught = await taught_by_brand(screen.desk.store)
    offered = await offered_words(text, brand, taught.get(brand.name, {}))
    if screen.is_current:
        _pick_word(screen, brand, offered)


def _pick_word(screen: HubScreen[Any], brand: BrandConfig, offered: Sequence[str]) -> None:
    def chosen(choice: Choice | None) -> None:
        if choice is not None:
            ask_weight(screen, brand.name, str(choice.value))

    screen.app.push_screen(
        Picker(
            _("Teach a word for {brand}").format(brand=one_line(brand.name)),
            partial(word_choices, offered, brand),
            hint=_("a word of the post, or any other"),
        ),
        chosen,
    )


def word_choices(offered: Sequence[str], brand: BrandConfig, text: str) -> list[Choice]:
    """Return the words of a post that hold what was typed, and what was typed itself."""
    from listeners.teaching.words import refused_word, word_as_kept

    typed = word_as_kept(text)
    listed = narrowed([Choice(word, word) for word in offered], text)
    if not typed or typed in offered:
        return listed
    refused = refused_word(typed, brand)
    if refused is not None:
        return [*listed, Choice(None, say(refused), heading=True)]
    return [*listed, Choice(typed, _("teach: {word}").format(word=typed))]


def ask_weight(screen: HubScreen[Any], brand: str, word: str) -> None:
    """Ask what a word means."""

    def chosen(choice: Choice | None) -> None:
        if choice is not None and isinstance(choice.value, float):
            screen.later(partial(_teach, screen, brand, word, choice.value))

    title = _("{word}, for {brand}").format(word=one_line(word), brand=one_line(brand))
    screen.app.push_screen(Picker(title, weight_choices), chosen)


def weight_choices(text: str) -> list[Choice]:
    """Return the five meanings with their weights, or the number typed."""
    from listeners.teaching.words import WEIGHTS, weight_of

    typed = weight_of(text) if text.strip()[:1] in "+-0123456789" and text.strip() else None
    if typed is not None:
        return [Choice(typed, _("weight {weight}").format(weight=weight_figure(typed)))]
    listed = [
        Choice(weight, _(CHOICES[name]), weight_figure(weight)) for name, weight in WEIGHTS.items()
    ]
    return narrowed(listed, text)


async def _teach(screen: HubScreen[Any], brand: str, word: str, weight: float) -> None:
    from listeners.teaching.words import teach

    desk = screen.desk
    now = desk.clock()
    outcome = await teach(desk.store, desk.config, desk.actor, brand, word, weight, now)
    if not outcome.done:
        screen.refuse(say(outcome.sentence))
        return
    screen.tell(say(outcome.sentence), undo=True)
    screen.look_again()
    await offer_rescoring(screen, brand, word)


async def offer_rescoring(screen: HubScreen[Any], brand: str, word: str = "") -> None:
    """Ask whether stored mentions follow, where there are any."""
    desk = screen.desk
    wanted = Wanted(brand=brand, since=Micros(desk.clock() - BACK), word=word)
    count = await count_wanted(desk.store, wanted)
    if not count:
        return
    title = ngettext(
        "{count} stored mention of the last four weeks",
        "{count} stored mentions of the last four weeks",
        count,
    ).format(count=number(count))

    def chosen(choice: Choice | None) -> None:
        if choice is not None and choice.value:
            screen.hub.work(rescore(screen.hub, wanted), GROUP)

    choices = [Choice(True, _("score them anew")), Choice(False, _("leave them as they are"))]
    screen.app.push_screen(Picker(title, partial(narrowed, choices)), chosen)


async def rescore(hub: Hubbub, wanted: Wanted) -> None:
    """Score stored mentions anew beside the keys, and say how far it is on whatever is shown."""
    from listeners.teaching.rescoring import begin_rescoring, go_on

    desk = hub.desk
    outcome, job_id = await begin_rescoring(
        desk.store, desk.config, desk.actor, wanted, desk.clock()
    )
    if not job_id:
        _say(hub, say(outcome.sentence))
        return

    def told(job: Rescoring) -> None:
        _say(hub, progress_words(job))

    job = await go_on(desk.store, desk.config, job_id, desk.clock, told=told)
    if job is not None:
        ended = progress_words(job)
        stopped = _("Stopped: {what}").format(what=ended)
        _say(hub, ended if job.state == "done" else stopped)


def _say(hub: Hubbub, text: str) -> None:
    from tui.screens.base import HubScreen

    for screen in reversed(hub.screen_stack):
        if isinstance(screen, HubScreen):
            screen.tell(text)
            return
