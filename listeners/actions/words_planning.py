"""What is said of the plan and of the cadence: done, done to several, taken back."""

from __future__ import annotations

from listeners.actions.wording import Wording
from listeners.model import Sentence

PLANNED = {
    "add": Wording(
        Sentence("Planned"),
        Sentence("{count} entries planned", {"count": 0}),
        Sentence("No longer planned"),
    ),
    "change": Wording(
        Sentence("Plan changed"),
        Sentence("{count} changed in the plan", {"count": 0}),
        Sentence("Plan as before"),
    ),
    "move": Wording(
        Sentence("Moved in the calendar"),
        Sentence("{count} moved in the calendar", {"count": 0}),
        Sentence("Back at its time"),
    ),
    "to idea": Wording(
        Sentence("An idea again"),
        Sentence("{count} ideas again", {"count": 0}),
        Sentence("State as before"),
    ),
    "to draft": Wording(
        Sentence("A draft now"),
        Sentence("{count} drafts now", {"count": 0}),
        Sentence("State as before"),
    ),
    "approve": Wording(
        Sentence("Approved"),
        Sentence("{count} approved", {"count": 0}),
        Sentence("No longer approved"),
    ),
    "schedule": Wording(
        Sentence("Scheduled"),
        Sentence("{count} scheduled", {"count": 0}),
        Sentence("No longer scheduled"),
    ),
    "done": Wording(
        Sentence("Done, in the plan"),
        Sentence("{count} done, in the plan", {"count": 0}),
        Sentence("Not done, in the plan"),
    ),
    "take": Wording(
        Sentence("Yours"),
        Sentence("{count} are yours", {"count": 0}),
        Sentence("No longer yours"),
    ),
    "assign": Wording(
        Sentence("Given to {name}", {"name": ""}),
        Sentence("{count} given to {name}", {"count": 0, "name": ""}),
        Sentence("Hand-over taken back"),
    ),
    "release": Wording(
        Sentence("Nobody has it now"),
        Sentence("Nobody has these {count} now", {"count": 0}),
        Sentence("Release taken back"),
    ),
    "remove": Wording(
        Sentence("Taken out of the plan"),
        Sentence("{count} taken out of the plan", {"count": 0}),
        Sentence("Back in the plan"),
    ),
    "import": Wording(
        Sentence("One entry as the calendar file has it"),
        Sentence("{count} entries as the calendar file has them", {"count": 0}),
        Sentence("Import of the calendar file taken back"),
    ),
    "posted": Wording(
        Sentence("Posted as planned"),
        Sentence("{count} posted as planned", {"count": 0}),
        Sentence("No longer marked as posted"),
    ),
}

CADENCE = {
    "set": Wording(
        Sentence("Cadence set"),
        Sentence("Cadence of {count} channels set", {"count": 0}),
        Sentence("Cadence as before"),
    ),
    "remove": Wording(
        Sentence("Cadence without a target"),
        Sentence("Cadence of {count} channels without a target", {"count": 0}),
        Sentence("Cadence as before"),
    ),
}
