"""The verbs: what a person does to a conversation, an alert or a mention."""

from __future__ import annotations

from tui.actions.kinds import POSTS, TALK, WORK, Action, Group, Panel, Wording
from tui.language import msgid

TRIAGE = (
    Action(
        id="done",
        keys=("e",),
        label=msgid("Answered"),
        help=msgid("Say that it is answered; the conversation then waits on them."),
        group=Group.TRIAGE,
        panels=WORK,
        wording={
            Panel.ALERTS: Wording(
                msgid("Resolve"), msgid("Close the alert; refused while its cause still holds.")
            )
        },
        verbs={"conversation": "answered", "alert": "resolve"},
        reversible=True,
        footer=2,
    ),
    Action(
        id="resolve",
        keys=("E",),
        label=msgid("Resolve"),
        help=msgid("Close it for good; a new message within the reopen window opens it again."),
        group=Group.TRIAGE,
        panels=WORK,
        verbs={"conversation": "resolve", "alert": "resolve"},
        reversible=True,
    ),
    Action(
        id="reopen",
        keys=("u",),
        label=msgid("Reopen"),
        help=msgid("Put it back to work."),
        group=Group.TRIAGE,
        panels=WORK,
        verbs={"conversation": "reopen", "alert": "reopen"},
        reversible=True,
    ),
    Action(
        id="snooze",
        keys=("s", "b"),
        label=msgid("Snooze"),
        help=msgid("Put it away until a time, or until they write again."),
        group=Group.TRIAGE,
        panels=WORK,
        wording={
            Panel.ALERTS: Wording(
                msgid("Silence"), msgid("Silence the alert until a time; evidence goes on joining.")
            )
        },
        verbs={"conversation": "snooze", "alert": "snooze"},
        reversible=True,
        footer=3,
    ),
    Action(
        id="dismiss",
        keys=("d",),
        label=msgid("Dismiss"),
        help=msgid("It needs no answer; only a risk brings it back."),
        group=Group.TRIAGE,
        panels=WORK,
        wording={
            Panel.ALERTS: Wording(
                msgid("False alarm"), msgid("It was a false alarm; the reason teaches the rule.")
            )
        },
        verbs={"conversation": "ignore", "alert": "dismiss"},
        reversible=True,
        footer=4,
    ),
    Action(
        id="take",
        keys=("a",),
        label=msgid("Take"),
        help=msgid("Make it yours."),
        group=Group.TRIAGE,
        panels=WORK,
        wording={
            Panel.ALERTS: Wording(
                msgid("Acknowledge"), msgid("You own it: reminders stop, your name stands on it.")
            )
        },
        verbs={"conversation": "take", "alert": "ack"},
        reversible=True,
        footer=5,
    ),
    Action(
        id="assign",
        keys=("A",),
        label=msgid("Assign"),
        help=msgid("Give it to somebody of the team."),
        group=Group.TRIAGE,
        panels=WORK,
        wording={
            Panel.ALERTS: Wording(msgid("Hand over"), msgid("Hand the alert to somebody else."))
        },
        verbs={"conversation": "assign", "alert": "assign"},
        reversible=True,
    ),
    Action(
        id="escalate",
        keys=("!",),
        label=msgid("Escalate"),
        help=msgid("Raise it as a risk: to the top of the queue, with its reason."),
        group=Group.TRIAGE,
        panels=WORK,
        wording={
            Panel.ALERTS: Wording(msgid("Escalate"), msgid("Raise the severity by one step."))
        },
        verbs={"conversation": "escalate", "alert": "escalate"},
        reversible=True,
    ),
    Action(
        id="mute",
        keys=("m",),
        label=msgid("Mute"),
        help=msgid("Stop this author or thread from asking for a reply."),
        group=Group.TRIAGE,
        panels=POSTS,
        wording={Panel.ALERTS: Wording(msgid("Mute rule"), msgid("Stop this rule from firing."))},
        verbs={"conversation": "mute", "alert": "mute", "mention": "mute"},
        reversible=True,
    ),
    Action(
        id="tag",
        keys=("t",),
        label=msgid("Tag"),
        help=msgid("Put a tag on it, or take one away."),
        group=Group.TRIAGE,
        panels=TALK,
        verbs={"conversation": "tag"},
        reversible=True,
        footer=8,
    ),
    Action(
        id="note",
        keys=("c",),
        label=msgid("Note"),
        help=msgid("Write a note for the team; it stays in hubbub."),
        group=Group.TRIAGE,
        panels=WORK,
        verbs={"conversation": "note", "alert": "note"},
        reversible=True,
        footer=7,
    ),
    Action(
        id="reply",
        keys=("r",),
        label=msgid("Reply"),
        help=msgid("Write a reply: sent from here where the network lets us, else copied."),
        group=Group.TRIAGE,
        panels=POSTS,
        footer=1,
    ),
    Action(
        id="priority",
        keys=("i",),
        label=msgid("Importance"),
        help=msgid("Set its rank by hand, 1 to 5; it overrides the rules and is logged."),
        group=Group.TRIAGE,
        panels=TALK,
        verbs={"conversation": "priority"},
        reversible=True,
    ),
    Action(
        id="promote",
        keys=("P",),
        label=msgid("To the queue"),
        help=msgid("Put this mention into the queue as a conversation."),
        group=Group.TRIAGE,
        panels=frozenset({Panel.STREAM}),
        verbs={"mention": "promote"},
        reversible=True,
        footer=2,
    ),
    Action(
        id="merge",
        keys=("M",),
        label=msgid("Merge"),
        help=msgid("Make one conversation of the marked ones, or of this one and another."),
        group=Group.TRIAGE,
        panels=WORK,
        wording={
            Panel.ALERTS: Wording(
                msgid("Merge"), msgid("Make one alert of the marked ones, or of this and another.")
            )
        },
        verbs={"conversation": "merge", "alert": "merge"},
        reversible=True,
    ),
    Action(
        id="split",
        keys=("S",),
        label=msgid("Split"),
        help=msgid("Take apart what was merged into this conversation."),
        group=Group.TRIAGE,
        panels=WORK,
        wording={
            Panel.ALERTS: Wording(
                msgid("Split"), msgid("Take apart what was merged into this alert; it fires again.")
            )
        },
        verbs={"conversation": "split", "alert": "split"},
        reversible=True,
    ),
    Action(
        id="mute.noise",
        keys=("W",),
        label=msgid("Mute the noise"),
        help=msgid("Mute the word or author of its false alarms, for this rule alone."),
        group=Group.TRIAGE,
        panels=frozenset({Panel.ALERTS}),
    ),
    Action(
        id="reply.delete",
        keys=("D",),
        label=msgid("Delete our reply"),
        help=msgid("Delete a reply sent from here at its source; it asks first."),
        group=Group.TRIAGE,
        panels=TALK,
    ),
    Action(
        id="pipe",
        keys=("X",),
        label=msgid("Run a command"),
        help=msgid("Hand the conversation, as JSON, to a command of your configuration."),
        group=Group.TRIAGE,
        panels=TALK,
    ),
    Action(
        id="repeat",
        keys=("comma",),
        label=msgid("Again"),
        help=msgid("Do the last action once more, here."),
        group=Group.TRIAGE,
        panels=WORK,
    ),
    Action(
        id="undo",
        keys=("z",),
        label=msgid("Undo"),
        help=msgid("Take back the last action, as far back as you like, also tomorrow."),
        group=Group.TRIAGE,
        footer=9,
    ),
    Action(
        id="redo",
        keys=("Z",),
        label=msgid("Redo"),
        help=msgid("Do again what was taken back."),
        group=Group.TRIAGE,
    ),
)
