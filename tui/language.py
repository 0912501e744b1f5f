"""Which language hubbub speaks, and its catalogue. Light, since ``hubbub --help`` starts with it.

English is the language of the code: every text for a person is an English msgid, looked up when
it is shown, so a label kept as a msgid follows the language chosen at start.
"""

from __future__ import annotations

import gettext
import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

DOMAIN = "hubbub"
LOCALE = os.path.join(os.path.dirname(__file__), "locale")
LANGUAGES = ("en", "fr")

_VARIABLES = ("HUBBUB_LANG", "LC_ALL", "LC_MESSAGES", "LANG")

_spoken = "en"
_catalogue: gettext.NullTranslations = gettext.NullTranslations()


def choose_language(configured: str = "", environment: Mapping[str, str] | None = None) -> str:
    """Return ``en`` or ``fr``: the configuration, ``HUBBUB_LANG``, then the usual variables.

    The first one that is set decides; a language hubbub does not speak becomes English.
    """
    env = os.environ if environment is None else environment
    wishes = (configured, *(env.get(name, "") for name in _VARIABLES))
    wish = next((wish for wish in wishes if wish), "")
    spoken = wish.replace("-", "_").split("_")[0].split(".")[0].lower()
    return spoken if spoken in LANGUAGES else "en"


def use_language(spoken: str) -> None:
    """Speak this language from now on: texts, numbers and dates. Called once, in ``main``."""
    global _catalogue, _spoken
    _spoken = spoken if spoken in LANGUAGES else "en"
    _catalogue = gettext.translation(DOMAIN, LOCALE, languages=[_spoken], fallback=True)


def language() -> str:
    """Return the language spoken now: ``en`` or ``fr``."""
    return _spoken


def msgid(text: str) -> str:
    """Mark a literal for translation without translating it yet."""
    return text


def _(text: str) -> str:
    """Translate a msgid; the empty text stays empty (gettext keeps its header there)."""
    return _catalogue.gettext(text) if text else ""


def ngettext(singular: str, plural: str, count: int) -> str:
    """Translate a msgid that depends on a count. French counts 0 as one."""
    return _catalogue.ngettext(singular, plural, count)
