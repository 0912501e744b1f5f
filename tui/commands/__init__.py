"""The headless twin: every verb of the screen as a command, one file each.

A command's module has ``add_arguments(parser)`` and ``run(arguments) -> int``; it is imported only
when it is asked for, and imports what it needs as late as it can. Exit codes: 0 done, 1 failed,
2 wrong use.
"""

from __future__ import annotations

from tui.language import msgid

DONE = 0
FAILED = 1
WRONG_USE = 2

# Plain tuples: ``hubbub --help`` loads nothing that it could do without.
COMMANDS: tuple[tuple[str, str, str], ...] = (
    (
        "demo",
        "tui.commands.demo",
        msgid("play two days of a made-up brand, into a store of its own"),
    ),
    ("init", "tui.commands.init", msgid("write a first configuration")),
    ("connect", "tui.commands.connect", msgid("give hubbub the permission of an account")),
    ("doctor", "tui.commands.doctor", msgid("check this installation and say what to mend")),
    ("listen", "tui.commands.listen", msgid("listen without a screen")),
    ("sources", "tui.commands.sources", msgid("where hubbub listens, and how each is doing")),
    ("discover", "tui.commands.discover", msgid("what an address or a handle leads to; add it")),
    ("history", "tui.commands.history", msgid("what is read of the past; more of it, or no more")),
    ("mentions", "tui.commands.mentions", msgid("what was heard, newest first")),
    ("convs", "tui.commands.convs", msgid("conversations, the one to answer first on top")),
    ("conv", "tui.commands.conv", msgid("show or triage one conversation")),
    ("alerts", "tui.commands.alerts", msgid("risks, the worst first")),
    ("alert", "tui.commands.alert", msgid("show or triage one alert")),
    (
        "maintenance",
        "tui.commands.maintenance",
        msgid("known events, during which alerts do not ring"),
    ),
    ("campaigns", "tui.commands.campaigns", msgid("what each campaign brought; plan, compare")),
    ("plan", "tui.commands.plan", msgid("planned posts and actions; calendar files in and out")),
    ("cadence", "tui.commands.cadence", msgid("posts a week by channel, as meant and as they are")),
    ("people", "tui.commands.people", msgid("who was heard, who they are to us; press lists")),
    ("responses", "tui.commands.responses", msgid("how fast we answer")),
    ("voice", "tui.commands.voice", msgid("brands compared, words that rise, busy hours")),
    ("report", "tui.commands.report", msgid("a week, a month or a campaign, to read or to send")),
    ("stages", "tui.commands.stages", msgid("connect, convince, convert: who is where, who moved")),
    ("outbox", "tui.commands.outbox", msgid("replies sent from here, and what became of them")),
    ("templates", "tui.commands.templates", msgid("the texts replies begin with")),
    ("team", "tui.commands.team", msgid("who is here, who has what, who is away")),
    ("conductor", "tui.commands.conductor", msgid("who has what, what is late, what is silent")),
    ("duty", "tui.commands.duty", msgid("who is on duty when; the rota alarms go by")),
    ("charges", "tui.commands.charges", msgid("who is in charge of what; hand it all over")),
    ("handover", "tui.commands.handover", msgid("what a colleague must know who takes over")),
    ("log", "tui.commands.log", msgid("everything that was done, the newest first")),
    ("undo", "tui.commands.undo", msgid("take back the last action")),
    ("redo", "tui.commands.redo", msgid("do again what was taken back")),
    ("rules", "tui.commands.rules", msgid("what is done by itself: try, add, change rules")),
    ("keywords", "tui.commands.keywords", msgid("what each word brings, and what is noise")),
    ("notify", "tui.commands.notify", msgid("how alerts reach you, and a test of it")),
    ("score", "tui.commands.score", msgid("the sentiment of a text, and why")),
    ("mood", "tui.commands.mood", msgid("why a mention sounds so; correct its sentiment")),
    ("teach", "tui.commands.teach", msgid("what a word means for a brand")),
    ("rescore", "tui.commands.rescore", msgid("score stored mentions anew")),
    ("learn", "tui.commands.learn", msgid("what was learnt from corrections: see, on, off")),
    ("match", "tui.commands.match", msgid("try a query on texts")),
    (
        "coverage",
        "tui.commands.coverage",
        msgid("where the audience speaks, where we listen and answer"),
    ),
    ("stats", "tui.commands.stats", msgid("the figures of the dashboard")),
    ("import", "tui.commands.import_", msgid("take in mentions from a file")),
    ("export", "tui.commands.export", msgid("write out what is stored")),
    ("backup", "tui.commands.backup", msgid("copy the store safely, also while it is in use")),
    ("forget", "tui.commands.forget", msgid("erase a person's mentions for good")),
)
"""Each command: its name, its module, and what it is for (a msgid)."""
