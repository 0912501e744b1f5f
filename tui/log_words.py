"""The log in sentences: who did what, a sentence of its own for every verb, as each language needs.

What happened by itself was logged as a sentence already and is shown as it was said.
"""

from __future__ import annotations

from collections.abc import Mapping

from listeners.rows import EventRow
from listeners.text import clean_line
from tui.i18n import _
from tui.language import msgid

PROGRAM = "hubbub"

_MOODS: Mapping[str, str] = {
    "negative": msgid("{who} corrected a sentiment: negative"),
    "neutral": msgid("{who} corrected a sentiment: neutral"),
    "positive": msgid("{who} corrected a sentiment: positive"),
    "automatic": msgid("{who} gave a sentiment back to the scorer"),
}
_SAID: Mapping[str, Mapping[str, str]] = {
    "conversation": {
        **_MOODS,
        "answered": msgid("{who} marked it as answered"),
        "reply": msgid("{who} replied from here"),
        "reopen": msgid("{who} put it back to work"),
        "resolve": msgid("{who} resolved it"),
        "snooze": msgid("{who} snoozed it"),
        "ignore": msgid("{who} decided that it needs no answer"),
        "take": msgid("{who} took it"),
        "assign": msgid("{who} gave it to {to}"),
        "release": msgid("{who} gave it back to nobody"),
        "note": msgid("{who} wrote a note"),
        "tag": msgid("{who} put on the tag {tags}"),
        "untag": msgid("{who} took off the tag {tags}"),
        "priority": msgid("{who} set its importance"),
        "promote": msgid("{who} put it into the queue"),
        "escalate": msgid("{who} raised it as a risk"),
        "mute": msgid("{who} muted {what}"),
        "unmute": msgid("{who} no longer mutes {what}"),
        "merge": msgid("{who} merged it into number {number}"),
        "split": msgid("{who} took it out of number {number}"),
        "template": msgid("{who} suggested a template for it"),
        "role": msgid("{who} set the role of its author"),
        "merge.kept": msgid("{who} merged others into it"),
        "split.kept": msgid("{who} took others out of it"),
    },
    "alert": {
        "ack": msgid("{who} acknowledged the alert"),
        "snooze": msgid("{who} silenced the alert"),
        "escalate": msgid("{who} escalated the alert"),
        "resolve": msgid("{who} resolved the alert"),
        "dismiss": msgid("{who} called the alert a false alarm"),
        "reopen": msgid("{who} let the alert fire again"),
        "assign": msgid("{who} handed the alert to {to}"),
        "release": msgid("{who} gave the alert back to nobody"),
        "note": msgid("{who} wrote a note on the alert"),
        "mute": msgid("{who} muted the rule of the alert"),
        "unmute": msgid("{who} no longer mutes the rule of the alert"),
        "merge": msgid("{who} merged the alert into number {number}"),
        "split": msgid("{who} took the alert out of number {number}"),
        "merge.kept": msgid("{who} merged other alerts into it"),
        "split.kept": msgid("{who} took other alerts out of it"),
        "silence_noise": msgid("{who} muted {what} for this rule"),
    },
    "maintenance": {
        "add": msgid("{who} added a maintenance window"),
        "end": msgid("{who} ended a maintenance window"),
        "move": msgid("{who} moved a maintenance window"),
    },
    "campaign": {
        "add": msgid("{who} added a campaign"),
        "change": msgid("{who} changed a campaign"),
        "remove": msgid("{who} removed a campaign"),
        "put in": msgid("{who} put a mention into a campaign"),
        "take out": msgid("{who} took a mention out of a campaign"),
    },
    "history": {
        "stop": msgid("{who} stopped a reading of the past"),
        "go on": msgid("{who} let a reading of the past go on"),
        "ask": msgid("{who} asked for more of the past"),
    },
    "mention": {
        **_MOODS,
        "mute": msgid("{who} muted {what}"),
        "unmute": msgid("{who} no longer mutes {what}"),
    },
    "rule": {
        "add": msgid("{who} added a rule"),
        "change": msgid("{who} changed a rule"),
        "enable": msgid("{who} switched a rule on"),
        "disable": msgid("{who} switched a rule off"),
        "move": msgid("{who} moved a rule"),
        "remove": msgid("{who} removed a rule"),
    },
    "template": {
        "add": msgid("{who} added a template"),
        "change": msgid("{who} changed a template"),
        "remove": msgid("{who} removed a template"),
    },
    "person": {
        "role": msgid("{who} set the role of a person"),
        "rename": msgid("{who} named a person"),
        "describe": msgid("{who} wrote down for whom a person works"),
        "note": msgid("{who} wrote a note on a person"),
        "tag": msgid("{who} put on a person the tag {tags}"),
        "untag": msgid("{who} took off a person the tag {tags}"),
        "mute": msgid("{who} muted a person"),
        "unmute": msgid("{who} no longer mutes a person"),
        "merge": msgid("{who} made one person of two: number {number}"),
        "merge.kept": msgid("{who} completed a person by another"),
        "split": msgid("{who} made an account a person of its own"),
        "split.kept": msgid("{who} made an account a person of its own"),
        "apart": msgid("{who} said that two persons are not one"),
        "take in": msgid("{who} took in a person from a list"),
    },
    "member": {
        "away": msgid("{who} marked {member} as away"),
        "back": msgid("{who} marked {member} as back"),
    },
    "word": {
        "teach": msgid("{who} taught what {word} means for {brand}"),
        "remove": msgid("{who} no longer teaches {word} for {brand}"),
    },
    "model": {
        "on": msgid("{who} let what was learnt judge"),
        "off": msgid("{who} let the word lists judge again"),
    },
    "rescoring": {
        "rescore": msgid("{who} had stored mentions of {brand} scored anew"),
    },
    "planned": {
        "add": msgid("{who} planned it"),
        "change": msgid("{who} changed it in the plan"),
        "move": msgid("{who} moved it in the calendar"),
        "to idea": msgid("{who} made it an idea again"),
        "to draft": msgid("{who} made it a draft"),
        "approve": msgid("{who} approved it"),
        "schedule": msgid("{who} scheduled it"),
        "done": msgid("{who} marked it as done in the plan"),
        "take": msgid("{who} took it"),
        "assign": msgid("{who} gave it to {to}"),
        "release": msgid("{who} gave it back to nobody"),
        "remove": msgid("{who} took it out of the plan"),
        "import": msgid("{who} took it in from a calendar file"),
        "posted": msgid("{who} heard it posted as planned"),
        "hand over": msgid("{who} handed a planned entry over to {to}"),
    },
    "stage": {
        "connect": msgid("{who} set the stage of a person by hand: connect"),
        "convince": msgid("{who} set the stage of a person by hand: convince"),
        "convert": msgid("{who} set the stage of a person by hand: convert"),
        "give back": msgid("{who} gave the stage of a person back to the rules"),
    },
    "cadence": {
        "set": msgid("{who} set how often a channel is meant to speak"),
        "remove": msgid("{who} took the target of a channel away"),
    },
    "duty": {
        "add": msgid("{who} put {member} on the rota"),
        "change": msgid("{who} changed a shift on the rota"),
        "swap": msgid("{who} swapped a shift: it is {member}’s now"),
        "remove": msgid("{who} took {was} off the rota"),
        "hand over": msgid("{who} handed a shift of {was} to {member}"),
    },
    "charge": {
        "hand out": msgid("{who} put {member} in charge of something"),
        "take back": msgid("{who} took a role back from {was}"),
        "hand over": msgid("{who} handed a role of {was} to {member}"),
    },
    "outbox": {
        "reply": msgid("{who} sent a reply by hand"),
        "answered": msgid("{who} sent a reply by hand"),
        "delete": msgid("{who} deleted a reply where it stood"),
    },
}
_BY_ITSELF: Mapping[str, str] = {
    "alert.back": msgid("It came back: the same episode."),
    "alert.worse": msgid("It grew worse and fires again."),
    "alert.worse_acked": msgid("It grew worse and fires again; it was acknowledged by {to}."),
    "alert.calm": msgid("It calmed down: resolved by itself."),
    "alert.woke": msgid("The snooze ended: it fires again."),
    "alert.unconfirmed": msgid("{to} did not confirm: it fires again."),
    "alert.window_ended": msgid("The maintenance window ended, and it goes on: it fires."),
}
"""What happened to an alert without a person, by its code in the log."""
_TURNED = {
    "undo": msgid("{who} took back: {what}"),
    "redo": msgid("{who} did again: {what}"),
}
_VERBS: Mapping[str, str] = {
    "ack": msgid("acknowledging"),
    "apart": msgid("saying that two persons are not one"),
    "describe": msgid("writing down for whom somebody works"),
    "take in": msgid("taking in a list of people"),
    "rename": msgid("naming a person"),
    "role": msgid("setting a role"),
    "add": msgid("adding"),
    "answered": msgid("marking as answered"),
    "approve": msgid("approving"),
    "ask": msgid("asking for more of the past"),
    "assign": msgid("handing over"),
    "automatic": msgid("giving a sentiment back to the scorer"),
    "away": msgid("marking as away"),
    "back": msgid("marking as back"),
    "change": msgid("changing"),
    "connect": msgid("setting a stage: connect"),
    "convert": msgid("setting a stage: convert"),
    "convince": msgid("setting a stage: convince"),
    "disable": msgid("switching off"),
    "dismiss": msgid("calling a false alarm"),
    "done": msgid("marking as done"),
    "enable": msgid("switching on"),
    "end": msgid("ending"),
    "escalate": msgid("raising as a risk"),
    "go on": msgid("going on with the past"),
    "give back": msgid("giving a stage back to the rules"),
    "hand out": msgid("handing out a role"),
    "hand over": msgid("handing all over"),
    "ignore": msgid("needing no answer"),
    "import": msgid("taking in a calendar file"),
    "off": msgid("letting the word lists judge"),
    "on": msgid("letting what was learnt judge"),
    "posted": msgid("marking as posted"),
    "rescore": msgid("scoring anew"),
    "schedule": msgid("scheduling"),
    "set": msgid("setting a target"),
    "teach": msgid("teaching a word"),
    "merge": msgid("merging"),
    "move": msgid("moving"),
    "mute": msgid("muting"),
    "negative": msgid("correcting a sentiment: negative"),
    "neutral": msgid("correcting a sentiment: neutral"),
    "note": msgid("noting"),
    "positive": msgid("correcting a sentiment: positive"),
    "priority": msgid("setting the importance"),
    "promote": msgid("putting into the queue"),
    "redo": msgid("doing again"),
    "release": msgid("giving back to nobody"),
    "remove": msgid("removing"),
    "put in": msgid("putting into a campaign"),
    "reopen": msgid("putting back to work"),
    "reply": msgid("replying"),
    "resolve": msgid("resolving"),
    "silence_noise": msgid("muting for one rule"),
    "snooze": msgid("snoozing"),
    "split": msgid("splitting"),
    "stop": msgid("stopping the past"),
    "swap": msgid("swapping shifts"),
    "tag": msgid("tagging"),
    "take back": msgid("taking a role back"),
    "take": msgid("taking"),
    "take out": msgid("taking out of a campaign"),
    "template": msgid("suggesting a template"),
    "to draft": msgid("making a draft"),
    "to idea": msgid("making an idea again"),
    "undo": msgid("taking back"),
    "unmute": msgid("no longer muting"),
    "untag": msgid("taking off a tag"),
}


def verb_name(verb: str) -> str:
    """Return what a verb is called in a list of verbs, and where it is taken back."""
    return _(_VERBS[verb]) if verb in _VERBS else by_itself(verb)


def by_itself(verb: str) -> str:
    """Return what happened by itself: the sentence of its code, or as it was logged."""
    if verb in _BY_ITSELF:
        return _(_BY_ITSELF[verb])
    return clean_line(_(verb)) if "{" not in verb else clean_line(verb)


def who_did(event: EventRow) -> str:
    """Return who did it: a member, or the rule by which hubbub did it."""
    rule = event.after.get("rule")
    if event.actor == PROGRAM and isinstance(rule, str) and rule:
        return _("the rule “{name}”").format(name=clean_line(rule))
    return clean_line(event.actor)


def what_was_done(event: EventRow) -> tuple[str, str, str]:
    """Return the sentence of a line of the log in three parts: before the name, it, and after."""
    who = who_did(event)
    template = _template(event)
    if template is None:
        if event.actor == PROGRAM:
            return _filled(by_itself(event.verb), event), "", ""
        return "", who, " " + clean_line(event.verb)
    before, _who, after = template.partition("{who}")
    return _filled(before, event), who, _filled(after, event)


def said_of(event: EventRow) -> str:
    """Return the sentence of a line of the log."""
    return "".join(what_was_done(event))


def _template(event: EventRow) -> str | None:
    if event.verb in _TURNED:
        return _(_TURNED[event.verb])
    verb = event.verb
    if verb in ("merge", "split") and "merged_into" not in event.after:
        verb = f"{verb}.kept"
    found = _SAID.get(event.subject_kind, {}).get(verb)
    return _(found) if found is not None else None


def _filled(text: str, event: EventRow) -> str:
    """Return a piece of a sentence with what the event holds; never a format of foreign text."""
    for name, value in _values(event).items():
        text = text.replace("{" + name + "}", value)
    return text


def _values(event: EventRow) -> dict[str, str]:
    to = event.after.get("assignee") or event.after.get("owner") or ""
    tags = _texts(event.after.get("tags")) ^ _texts(event.before.get("tags"))
    into = event.after.get("merged_into") or event.before.get("merged_into") or ""
    of = event.after.get("of")
    what = verb_name(of) if isinstance(of, str) else _muted(event)
    return {
        "to": clean_line(str(to)),
        "tags": ", ".join(clean_line(tag) for tag in sorted(tags)),
        "number": str(into),
        "member": clean_line(str(event.after.get("member", ""))),
        "was": clean_line(str(event.before.get("member", ""))),
        "word": clean_line(str(event.after.get("word", ""))),
        "brand": clean_line(str(event.after.get("brand", ""))),
        "what": what,
    }


def _muted(event: EventRow) -> str:
    kind, _colon, value = str(event.after.get("muted", "")).partition(":")
    match kind:
        case "word":
            return _("the word “{word}”").format(word=clean_line(value))
        case "conversation":
            return _("the thread")
        case "account":
            return _("the author")
        case "rule word":
            return _("the word “{word}”").format(word=clean_line(value.partition("\n")[2]))
        case "rule author":
            return _("the author")
    return clean_line(value)


def _texts(value: object) -> set[str]:
    return {str(item) for item in value} if isinstance(value, list) else set()
