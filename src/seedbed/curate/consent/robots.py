"""robots.txt (RFC 9309) and ai.txt, read to find what a host does not want taken. In doubt, it does not.

As in the RFC: groups of one agent are merged, agents are compared without case, the longest matching path wins and
Allow wins a tie, `*` is anything and `$` the end. Stricter than the RFC, since a wrong guess takes what was refused:

- a line that is not understood, or a rule before any User-agent, closes the whole host;
- without a list of agents every group counts, as if it named us;
- `Content-Signal: ai-train=no` (or ai-input) and `Content-Usage: train-ai=n` close the host for the group's agents.

ai.txt has the same lines; a pattern that does not begin with / is a kind of file (`*.jpg`) anywhere on the host, and
its case does not matter.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from seedbed.curate.addresses import encoded

_NEUTRAL = frozenset(("sitemap", "crawl-delay", "host", "clean-param", "request-rate", "visit-time"))
_SIGNALS = frozenset(("content-signal", "content-usage"))
_TRAINING = re.compile(r"\b(?:ai-train|train-ai|train-genai|ai-input|ai|bots)\s*=\s*(?P<value>[a-z]+)", re.IGNORECASE)
_LINE = re.compile(r"\s*([A-Za-z][A-Za-z\- ]*?)\s*:\s*(.*?)\s*")


@dataclass
class Group:
    """The rules for some agents: (pattern, is it allowed)."""

    agents: list[str]
    rules: list[tuple[str, bool]] = field(default_factory=list)


@dataclass
class Robots:
    """What one host's file says."""

    groups: list[Group]
    closed: bool = False

    def refuses(self, path: str, agents: Sequence[str]) -> bool:
        """Whether any of the agents may not take the path (with its query)."""
        if self.closed:
            return True
        if not agents:
            return any(_refused(group.rules, path) for group in self.groups)
        return any(_refused(self.rules_for(agent), path) for agent in agents)

    def rules_for(self, agent: str) -> list[tuple[str, bool]]:
        """The rules of every group that names the agent, else of the groups for *."""
        named = [g for g in self.groups if agent.lower() in g.agents]
        return [rule for g in named or [g for g in self.groups if "*" in g.agents] for rule in g.rules]


def parse(text: str) -> Robots:
    """A file's groups."""
    made = Robots([])
    naming = False
    for raw in text.removeprefix("\ufeff").splitlines():
        line = raw.partition("#")[0].strip()
        match = _LINE.fullmatch(line)
        if not line:
            continue
        if match is None:
            made.closed = True
            continue
        name, value = match[1].lower(), match[2]
        if name in ("user-agent", "useragent", "user agent"):
            if not naming:
                made.groups.append(Group([]))
            made.groups[-1].agents.append(value.lower().partition("/")[0].strip())
        else:
            _add(made, name, value)
        naming = name in ("user-agent", "useragent", "user agent") or (naming and name in _NEUTRAL)
    return made


def _add(made: Robots, name: str, value: str) -> None:
    if name in _NEUTRAL:
        return
    if name not in ("allow", "disallow", *_SIGNALS) or (name != "allow" and not made.groups):
        made.closed = True
    elif name in _SIGNALS:
        refused = any(match["value"].lower() not in ("y", "yes") for match in _TRAINING.finditer(value))
        if refused:
            made.groups[-1].rules.append(("", False))
    elif value and made.groups:
        made.groups[-1].rules.append((value, name == "allow"))


def _refused(rules: Sequence[tuple[str, bool]], path: str) -> bool:
    """The longest pattern that matches decides; Allow wins a tie; a signal ("") closes whatever else is said."""
    matching = [(len(pattern), allowed) for pattern, allowed in rules if pattern and _matches(pattern, path)]
    signalled = any(not pattern for pattern, _ in rules)
    return signalled or (bool(matching) and not max(matching)[1])


def _matches(pattern: str, path: str) -> bool:
    anywhere = not pattern.startswith("/")
    body = encoded(pattern.removesuffix("$"))
    text = ("" if not anywhere or body.startswith("*") else "*") + body
    regex = ".*".join(re.escape(part) for part in re.sub(r"\*+", "*", text).split("*"))
    end = r"\Z" if pattern.endswith("$") else ""
    return re.match(regex + end, encoded(path), re.IGNORECASE | re.DOTALL if anywhere else re.DOTALL) is not None
