"""If this, then that: what hubbub does by itself to conversations.

Pure: a rule is a value, a message is a value, and what the rules make of a conversation is a
function of both. Keeping rules, and doing what they say in one write with its lines in the log, is
``listeners.ruling``.
"""

from listeners.rules.book import RuleBook
from listeners.rules.codec import RuleError, checked, rule_of, to_record
from listeners.rules.effects import Did, Settled, follow
from listeners.rules.rule import Conditions, Effects, Message, Rule
from listeners.rules.words import conditions_said, done_said, effects_said

__all__ = [
    "Conditions",
    "Did",
    "Effects",
    "Message",
    "Rule",
    "RuleBook",
    "RuleError",
    "Settled",
    "checked",
    "conditions_said",
    "done_said",
    "effects_said",
    "follow",
    "rule_of",
    "to_record",
]
