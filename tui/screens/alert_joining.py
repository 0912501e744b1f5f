"""Alerts on screen that are one matter, what may be done in place of resolving, and their noise."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from listeners import actions
from listeners.risk.noise import Effect, best, effect
from listeners.rows import AlertRow
from listeners.store import reads
from listeners.store.evidence import past_alerts
from listeners.store.filters import AlertFilter
from listeners.store.noise_words import candidates
from tui.i18n import _, ngettext, say
from tui.screens.pickers import Picker, narrowed
from tui.widgets.choices import Choice
from tui.widgets.paint import one_line
from tui.widgets.rows import severity_word
from tui.words import word

if TYPE_CHECKING:
    from tui.desk import Desk
    from tui.screens.triage import Subjects, TriageScreen


async def merge_alert(screen: TriageScreen[Any], subjects: Subjects) -> None:
    """Merge the marked alerts, or ask which one is the same matter."""
    if len(subjects.ids) > 1:
        await _merged(screen, subjects, subjects.ids)
        return
    here = subjects.ids[0]
    store = screen.desk.store
    rows = await reads.alerts(store, await reads.alert_ids(store, AlertFilter()))
    own = rows.get(here)
    others = [row for row in rows.values() if own and row.id != here and row.brand == own.brand]
    if not others:
        screen.refuse(_("No other live alert of this brand to merge it with."))
        return

    def chosen(choice: Choice | None) -> None:
        if choice is not None and isinstance(choice.value, int):
            screen.later(partial(_merged, screen, subjects, (here, choice.value)))

    screen.app.push_screen(
        Picker(
            _("Merge alert {number} with which?").format(number=here),
            partial(_alerts, others),
            hint=_("a number or a word"),
        ),
        chosen,
    )


async def split_alert(screen: TriageScreen[Any], subjects: Subjects) -> None:
    """Let what was merged into an alert fire on its own again."""
    desk = screen.desk
    outcome = await actions.split_alert(
        desk.store, desk.actor, subjects.ids[0], desk.clock(), config=desk.config
    )
    screen.was_done("split", subjects, outcome)


async def _merged(screen: TriageScreen[Any], subjects: Subjects, ids: Sequence[int]) -> None:
    desk = screen.desk
    outcome = await actions.merge_alerts(
        desk.store, desk.actor, ids, desk.clock(), config=desk.config
    )
    screen.was_done("merge", subjects._replace(ids=tuple(ids)), outcome)


def _alerts(rows: Sequence[AlertRow], text: str) -> list[Choice]:
    return narrowed(
        [
            Choice(
                row.id,
                f"{row.id} · {severity_word(row.severity)} · {word(row.alert_class)} · "
                f"{one_line(say(row.title))}",
            )
            for row in rows
        ],
        text,
    )


# --- in place of resolving ---------------------------------------------------------------


def ask_instead(screen: TriageScreen[Any], subjects: Subjects, outcome: actions.Outcome) -> None:
    """Offer what may be done with an alert whose cause still holds."""
    offered = {
        "ack": Choice(("take", {}), _("acknowledge it: it is yours, and stops ringing")),
        "snooze": Choice(("snooze", {"until": None}), _("silence it until it gets worse")),
        "dismiss": Choice(("dismiss", {"reason": "other"}), _("it is a false alarm")),
    }
    choices = [offered[verb] for verb in outcome.instead if verb in offered]

    def chosen(choice: Choice | None) -> None:
        if choice is not None and isinstance(choice.value, tuple):
            action, arguments = choice.value
            screen.perform_on(action, subjects, **arguments)

    screen.app.push_screen(
        Picker(
            _("Its cause still holds. What then?"),
            lambda text: narrowed(choices, text),
        ),
        chosen,
    )


# --- noise ---------------------------------------------------------------------------------


async def ask_noise(screen: TriageScreen[Any], subjects: Subjects) -> None:
    """Offer words and authors to mute for the rule of an alert, each with its effect."""
    effects = await _effects(screen.desk, subjects.ids[0])
    if not effects:
        screen.refuse(_("Nothing in its evidence stands out that could be muted."))
        return

    def chosen(choice: Choice | None) -> None:
        if choice is not None and isinstance(choice.value, Effect):
            screen.later(partial(_muted, screen, subjects, choice.value))

    screen.app.push_screen(
        Picker(_("Mute what, for this rule alone?"), partial(_noise_choices, effects)), chosen
    )


async def suggest_noise(screen: TriageScreen[Any], subjects: Subjects) -> None:
    """After a false alarm, say what a mute would have done; one key opens the choice."""
    said = await suggestion_for(screen.desk, subjects.ids[0])
    if said:
        screen.tell(f"{said}  ·  {screen.desk.key_of('mute.noise')}", undo=True)


async def suggestion_for(desk: Desk, alert: int) -> str:
    """Return the mute most worth taking and its effect in words, empty where there is none."""
    found = best(await _effects(desk, alert))
    return effect_words(found) if found is not None and found.false > 1 else ""


async def _effects(desk: Desk, alert: int) -> list[Effect]:
    store = desk.store
    row = (await reads.alerts(store, [alert])).get(alert)
    if row is None:
        return []
    past = await past_alerts(store, row.rule, row.brand)
    wanted = await candidates(store, row)
    effects = [effect(kind, what, past) for kind, what in wanted]
    return sorted(effects, key=lambda one: (one.real - one.false, one.kind, one.what))


async def _muted(screen: TriageScreen[Any], subjects: Subjects, found: Effect) -> None:
    desk = screen.desk
    outcome = await actions.mute_noise(
        desk.store,
        desk.config,
        desk.actor,
        subjects.ids[0],
        found.kind,
        found.what,
        desk.clock(),
    )
    screen.was_done("mute", subjects, outcome)


def _noise_choices(effects: Sequence[Effect], text: str) -> list[Choice]:
    return narrowed([Choice(one, _what(one), _share(one)) for one in effects], text)


def _what(found: Effect) -> str:
    if found.kind == "rule word":
        return _("the word “{word}”").format(word=one_line(found.what))
    return _("the author {author}").format(author=one_line(found.what.partition(":")[2]))


def _share(found: Effect) -> str:
    """Return the effect in the space of a hint."""
    return _("false {false} of {of_false} · real {real} of {of_real}").format(
        false=found.false, of_false=found.of_false, real=found.real, of_real=found.of_real
    )


def effect_words(found: Effect) -> str:
    """Return what muting something would have done, in words."""
    what = (
        _("mute the word “{word}”").format(word=one_line(found.what))
        if found.kind == "rule word"
        else _("mute the author {author}").format(author=one_line(found.what.partition(":")[2]))
    )
    false = ngettext(
        "would have silenced {count} of the {whole} false alarm",
        "would have silenced {count} of the {whole} false alarms",
        found.of_false,
    ).format(count=found.false, whole=found.of_false)
    real = ngettext(
        "{count} of the {whole} real one", "{count} of the {whole} real ones", found.of_real
    ).format(count=found.real, whole=found.of_real)
    return _("{what}: {false}, and {real}").format(what=what, false=false, real=real)
