"""The boundary between what the monitor knows and what leaves it: names are masked here, and nowhere else.

In      names, texts and addresses, a `Policy`
Out     the same with every person masked who holds no public office and was not cleared by hand
Fails   closed: a text with a run of words that may be a name, and that nobody vouches for, does not leave verbatim
Masked  initials and a stable reference, an HMAC with the secret of the workspace: equal names, equal references
Limits  a reader who knows the source finds the name there; masking keeps this product from spreading it
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from monitor import protection_spelling as spelling
from monitor import protection_text as texts
from monitor.stories import person_key
from pipelines.analysis import office_holders

SECRET_FILE = "secret.key"  # noqa: S105 - the name of the file, not what stands in it
REFERENCE_LENGTH = 8
WITHHELD = texts.WITHHELD


@dataclass(frozen=True, slots=True)
class Policy:
    """Who may be named in what leaves. The default names nobody but holders of public office.

    cleared     keys of names cleared by hand; suppressed: keys of names that nobody sees, cleared watch or not
    persons     every name the machine found in what is told: masked in texts, in each of its spellings
    """

    names_cleared: bool = False
    secret: bytes = field(default=b"", repr=False)
    cleared: frozenset[str] = frozenset()
    suppressed: frozenset[str] = frozenset()

    def may_name(self, name: str) -> bool:
        """Whether `name` may stand in what leaves."""
        key = person_key(name)
        if key in self.suppressed:
            return False
        return self.names_cleared or key in self.cleared or office_holders.office_holder(name) is not None


@dataclass(frozen=True, slots=True)
class Masked:
    """A person's name on its way out: `str()` gives what may be shown. The name itself is not in its `repr`."""

    name: str = field(repr=False)
    policy: Policy = field(repr=False)

    def __str__(self) -> str:
        return self.name if self.policy.may_name(self.name) else mask(self.name, self.policy)


def mask(name: str, policy: Policy) -> str:
    """Initials and reference of `name`.

    >>> mask("Zhou Anping", Policy(secret=b"x"))
    'Z. A. [p-qdoultgi]'
    """
    initials = spelling.initials(name)
    return f"{initials} [p-{reference(name, policy.secret)}]".strip()


def reference(name: str, secret: bytes) -> str:
    """The stable reference of a name: 8 letters, the same for every order and case of its parts."""
    digest = hmac.new(secret, person_key(name).encode("utf-8", "surrogatepass"), hashlib.sha256).digest()
    return base64.b32encode(digest).decode()[:REFERENCE_LENGTH].lower()


def case_reference(watch_id: str, secret: bytes) -> str:
    """What a watch for a person is called outside: `case-` and a stable reference, never the name."""
    return f"case-{reference('watch ' + watch_id, secret)}"


def mask_text(text: str, figures: Iterable[str], policy: Policy) -> str:
    """`text` with every spelling of the protected `figures`, and every run that may be a name, masked.

    >>> mask_text("Soldiers met Zhou Anping in Kenya.", ["Zhou Anping"], Policy(secret=b"x"))
    'Soldiers met Z. A. [p-qdoultgi] in Kenya.'
    """
    return speak(text, figures, policy).text


def speak(
    text: str, figures: Iterable[str], policy: Policy, ordinary: Iterable[str] | texts.Lexicon = ()
) -> texts.Spoken:
    """What may leave of `text`. `ordinary`: words in small letters of the same article, or its whole lexicon."""
    names = tuple(dict.fromkeys(figures))
    hidden = tuple(name for name in names if not policy.may_name(name))
    hidden_keys = policy.suppressed
    if policy.names_cleared:
        spans = spelling.known_spans(text, [name for name in names if person_key(name) in hidden_keys])
        return texts.replace_spans(text, spans, lambda name: mask(name, policy))
    allowed = tuple(name for name in names if name not in hidden)
    return texts.speak(text, hidden, allowed, _lexicon(ordinary), lambda name: mask(name, policy))


def _lexicon(words: Iterable[str] | texts.Lexicon) -> texts.Lexicon:
    """As it is where it is one already, or a set: it may be one that is only made when a word is asked for."""
    if isinstance(words, texts.Lexicon):
        return words
    return texts.Lexicon(words if isinstance(words, frozenset) else frozenset(words))


def mask_known(text: str, figures: Iterable[str], policy: Policy) -> str:
    """`text` with the protected `figures` masked and nothing else: for the operator's own words, a watch's name."""
    hidden = [name for name in figures if not policy.may_name(name)]
    return texts.replace_spans(text, spelling.known_spans(text, hidden), lambda name: mask(name, policy)).text


def safe_url(
    url: str, home: str, figures: Iterable[str], policy: Policy, ordinary: Iterable[str] | texts.Lexicon = ()
) -> str:
    """`url` where no part of it may be a name, else the outlet's front page `home`."""
    if policy.names_cleared and not policy.suppressed:
        return url
    hidden = tuple(name for name in figures if not policy.may_name(name))
    if policy.names_cleared:
        return home if texts.url_names(url, hidden) else url
    return url if texts.url_is_safe(url, hidden, _lexicon(ordinary).ordinary) else home


def workspace_secret(folder: Path) -> bytes:
    """The secret of the workspace, made at first use; only its owner can read the file. Raises OSError."""
    path = folder / SECRET_FILE
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes()
    with os.fdopen(handle, "wb") as file:
        made = secrets.token_bytes(32)
        file.write(made)
    return made
