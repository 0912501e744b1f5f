"""``hubbub rules``: what hubbub does by itself to conversations, tried before it is kept."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from listeners.actions import Outcome
from listeners.actions.rules import keep_rule, move_rule, remove_rule, switch_rule
from listeners.clock import utc_now
from listeners.model import DAY, Label, Micros, Sentence
from listeners.rows import MentionRow
from listeners.rules import Rule, RuleError, checked, rule_of, to_record
from listeners.ruling import apply_now
from listeners.store import Store, reads
from listeners.store.rules import rule_hits, rules, template_names
from listeners.team import may_write
from listeners.trying import Trial, try_rule
from tui.commands import DONE, WRONG_USE, rules_budget, rules_test
from tui.commands.acting import tell
from tui.commands.common import CommandError, Settings, past, reading, settings, words, writing
from tui.commands.output import Column
from tui.commands.parser import add_common
from tui.commands.records import mention_record
from tui.i18n import _, full_moment, msgid
from tui.rule_words import condition_words, effect_words, trial_words
from tui.terminal.ending import run_to_end

HITS = 7 * DAY
"""How far back the hits of a rule are counted."""
USUAL_TRIAL = "28d"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verbs; without one the rules are listed."""
    verbs = parser.add_subparsers(dest="verb", metavar=_("VERB"), title=_("verbs"))
    add = verbs.add_parser("add", help=_("keep a new rule, and say what it would have caught"))
    add.add_argument("name", metavar=_("NAME"), help=_("what it is called; or a JSON file of it"))
    _conditions(add)
    trial = verbs.add_parser("try", help=_("say what a rule would have caught; nothing is changed"))
    trial.add_argument(
        "name",
        nargs="?",
        metavar=_("RULE"),
        help=_("a rule that is kept, by number or name, or a JSON file; else say it by options"),
    )
    _conditions(trial)
    for name, text in (
        ("on", _("let a rule work")),
        ("off", _("let a rule rest")),
        ("remove", _("take a rule away; what it did stays")),
        ("apply", _("do what it says to the open conversations it catches, in one step")),
    ):
        verbs.add_parser(name, help=text).add_argument("name", metavar=_("RULE"))
    verbs.choices["apply"].add_argument(
        "--since", type=past, default=USUAL_TRIAL, metavar=_("WHEN"), help=_("how far back to look")
    )
    move = verbs.add_parser("move", help=_("move a rule among the others; all apply, in order"))
    move.add_argument("name", metavar=_("RULE"))
    move.add_argument("place", type=int, metavar=_("PLACE"), help=_("1 is the first"))
    rules_budget.add_arguments(
        verbs.add_parser("budget", help=_("what detectors fire at, and what a budget costs"))
    )
    rules_test.add_arguments(
        verbs.add_parser("test", help=_("try edited rules on what is stored; nothing is changed"))
    )
    for one in verbs.choices.values():
        add_common(one)


def _conditions(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--brand", default="", metavar=_("NAME"), help=_("only about this brand"))
    parser.add_argument(
        "--query", default="", metavar=_("QUERY"), help=_("only what matches, as in a search")
    )
    for name, text in (
        ("network", _("only on these networks")),
        ("role", _("only by people with one of these roles, such as journalist or vip")),
        ("lang", _("only in these languages")),
    ):
        parser.add_argument(f"--{name}", type=words, default=(), metavar=_("LIST"), help=text)
    parser.add_argument(
        "--label",
        type=words,
        default=(),
        metavar=_("LIST"),
        help=_("only these moods: {words}").format(words=", ".join(Label)),
    )
    parser.add_argument("--tier", type=int, metavar="N", help=_("only tier 1 to N; 1 is a risk"))
    parser.add_argument("--asks", action="store_true", help=_("only what asks for a reply"))
    parser.add_argument("--tag", type=words, default=(), metavar=_("LIST"), help=_("put these on"))
    parser.add_argument(
        "--assign",
        default="",
        metavar=_("WHO"),
        help=_(
            "give it to somebody; @duty, @channel: whoever is on duty, in charge of the channel"
        ),
    )
    parser.add_argument("--priority", type=int, metavar="N", help=_("set its rank; 1 comes first"))
    parser.add_argument(
        "--ignore", action="store_true", help=_("it needs no answer; a risk is never ignored")
    )
    parser.add_argument("--promote", action="store_true", help=_("put it into the queue"))
    parser.add_argument(
        "--template", type=int, metavar="N", help=_("suggest this template for the reply")
    )
    parser.add_argument(
        "--since",
        type=past,
        default=USUAL_TRIAL,
        metavar=_("WHEN"),
        help=_("how far back it is tried: 28d, or a date"),
    )


def run(arguments: argparse.Namespace) -> int:
    """List, try, or change the rules."""
    known = settings(arguments)
    verb = arguments.verb
    if verb is None:
        return run_to_end(_list(known), 1)
    if verb == "try":
        return run_to_end(_try(known, arguments), 1)
    if verb == "budget":
        return run_to_end(rules_budget.budget(known, arguments), 1)
    if verb == "test":
        return run_to_end(rules_test.test(known, arguments), 1)
    if (refused := may_write(known.config, known.member)) is not None:
        raise CommandError(refused)
    if verb == "add":
        return run_to_end(_add(known, arguments), 1)
    return run_to_end(_change(known, arguments), 1)


async def _list(known: Settings) -> int:
    async with reading(known) as store:
        found = await rules(store)
        hits = await rule_hits(store, Micros(utc_now() - HITS))
        templates = await template_names(store)
    known.output.rows(
        list(enumerate(found, 1)),
        _columns(hits, templates),
        lambda one: {**to_record(one[1]), "position": one[0], "hits_7d": hits.get(one[1].id, 0)},
        empty=msgid("There is no rule yet. “hubbub rules add” keeps one."),
    )
    return DONE


def _columns(
    hits: Mapping[int, int], templates: Mapping[int, str]
) -> Sequence[Column[tuple[int, Rule]]]:
    return (
        Column(msgid("No."), lambda one: str(one[0]), right=True),
        Column(msgid("On"), lambda one: _("yes") if one[1].enabled else _("no")),
        Column(msgid("Rule"), lambda one: one[1].name),
        Column(msgid("7 days"), lambda one: str(hits.get(one[1].id, 0)), right=True),
        Column(msgid("If"), lambda one: condition_words(one[1].conditions)),
        Column(msgid("Then"), lambda one: effect_words(one[1].effects, templates)),
    )


# --- which rule ------------------------------------------------------------------------------


def _asked(known: Settings, arguments: argparse.Namespace, name: str) -> Rule:
    """Return the rule that options or a file describe."""
    path = Path(name)
    try:
        if _is_file(name):
            found = json.loads(path.read_text(encoding="utf-8"))
            if isinstance(found, list) and len(found) == 1:
                found = found[0]
            made = replace(rule_of(found), id=0)
        else:
            made = rule_of(_record(arguments, name))
        brands = [brand.name for brand in known.config.brands]
        return checked(made, brands=brands, members=known.config.members)
    except RuleError as error:
        raise CommandError(error.sentence, WRONG_USE, above=_pointed(error, arguments)) from error
    except (OSError, ValueError) as error:
        raise CommandError(
            Sentence("{path} cannot be read as a rule in JSON.", {"path": name}), WRONG_USE
        ) from error


def _is_file(name: str) -> bool:
    return name.endswith(".json") or Path(name).is_file()


def _record(arguments: argparse.Namespace, name: str) -> dict[str, object]:
    wanted = {
        "brand": arguments.brand,
        "query": arguments.query,
        "networks": list(arguments.network),
        "roles": list(arguments.role),
        "labels": list(arguments.label),
        "tier": arguments.tier,
        "langs": list(arguments.lang),
        "asks": arguments.asks,
    }
    done: dict[str, object] = {
        "tags": list(arguments.tag),
        "assign": arguments.assign,
        "priority": arguments.priority,
        "ignore": arguments.ignore,
        "promote": arguments.promote,
        "template": arguments.template,
    }
    if arguments.verb == "try" and not any(done.values()):
        # A trial without an effect only counts what is caught: any effect will do.
        done["tags"] = ["?"]
    return {"name": name or "?", "if": wanted, "then": done}


def _pointed(error: RuleError, arguments: argparse.Namespace) -> str:
    from listeners.query import caret_lines

    return "" if error.position is None else caret_lines(arguments.query, error.position)


async def _named(store: Store, name: str) -> Rule:
    """Return a rule that is kept, by its place in the list or its name."""
    found = await rules(store)
    if name.isdigit() and 1 <= int(name) <= len(found):
        return found[int(name) - 1]
    for one in found:
        if one.name.casefold() == name.casefold():
            return one
    raise CommandError(Sentence("There is no rule {name}. “hubbub rules” lists them.",
                                {"name": name}))  # fmt: skip


# --- verbs -----------------------------------------------------------------------------------


async def _try(known: Settings, arguments: argparse.Namespace) -> int:
    name = arguments.name or ""
    kept = bool(name) and not _is_file(name)
    async with reading(known) as store:
        rule = await _named(store, name) if kept else _asked(known, arguments, name)
        trial, sample = await _tried(store, rule, arguments.since)
    if not known.output.for_people:
        known.output.record(
            {
                "rule": to_record(rule),
                "looked": trial.looked,
                "mentions": trial.mentions,
                "conversations": trial.conversations,
                "effects": trial.effects,
                "open": list(trial.open),
                "sample": [mention_record(row) for row in sample],
            }
        )
        return DONE
    _tell(known, rule, trial, arguments.since, effects=bool(name) or _has_effects(arguments))
    for row in sample:
        who = row.author or row.author_name
        known.output.line(
            f"  {full_moment(row.sort_at)}  {who}: {' '.join(row.text.split())}"[:160]
        )
    return DONE


def _has_effects(arguments: argparse.Namespace) -> bool:
    return bool(
        arguments.tag
        or arguments.assign
        or arguments.priority
        or arguments.ignore
        or arguments.promote
        or arguments.template
    )


async def _tried(store: Store, rule: Rule, since: Micros) -> tuple[Trial, list[MentionRow]]:
    trial = Trial()
    async for found in try_rule(store, rule, since, utc_now()):
        trial = found
    rows = await reads.mentions(store, trial.sample)
    return trial, [rows[id_] for id_ in trial.sample if id_ in rows]


def _tell(
    known: Settings, rule: Rule, trial: Trial, since: Micros, *, effects: bool = True
) -> None:
    line = known.output.line
    line(_("If: {words}").format(words=condition_words(rule.conditions)))
    if effects:
        line(_("Then: {words}").format(words=effect_words(rule.effects)))
    days = max(1, round((utc_now() - since) / DAY))
    said = trial_words(trial, days)
    for words_ in said if effects else said[:1]:
        line(words_)


async def _add(known: Settings, arguments: argparse.Namespace) -> int:
    rule = _asked(known, arguments, arguments.name)
    async with writing(known) as store:
        if rule.effects.template is not None and (
            rule.effects.template not in await template_names(store)
        ):
            raise CommandError(
                Sentence("There is no template {number}.", {"number": rule.effects.template})
            )
        trial, _sample = await _tried(store, rule, arguments.since)
        outcome, kept = await keep_rule(store, known.member, rule, utc_now())
    if known.output.for_people:
        _tell(known, kept, trial, arguments.since)
    return tell(known, outcome)


async def _change(known: Settings, arguments: argparse.Namespace) -> int:
    outcome: Outcome
    async with writing(known) as store:
        rule, now = await _named(store, arguments.name), utc_now()
        match arguments.verb:
            case "on" | "off":
                on = arguments.verb == "on"
                outcome = await switch_rule(store, known.member, rule.id, on, now)
            case "remove":
                outcome = await remove_rule(store, known.member, rule.id, now)
            case "move":
                order = [one.id for one in await rules(store)]
                by = arguments.place - 1 - order.index(rule.id)
                outcome = await move_rule(store, known.member, rule.id, by, now)
            case _:
                trial, _sample = await _tried(store, rule, arguments.since)
                outcome = await apply_now(store, known.member, rule, trial.open, now)
    return tell(known, outcome)
