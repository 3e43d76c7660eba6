"""A use policy in words for documents. What a policy is and how it is checked: `seedbed.dataset.policy`."""

from __future__ import annotations

from seedbed.dataset.policy import USES, Clause, Policy, check, read_policy

__all__ = ["Clause", "Policy", "check", "forbidden_lines", "policy_markdown", "read_policy", "use_lines"]


def use_lines(policy: Policy | None) -> list[str]:
    """One line for each declared use."""
    return [f"{use}: {USES[use]}" for use in policy.uses] if policy else []


def forbidden_lines(policy: Policy | None) -> list[str]:
    """One line for each forbidden use, with its clause."""
    if policy is None:
        return []
    return [f"Forbidden use {c.use} (clause {c.id}): {c.text}" for c in policy.forbidden]


def policy_markdown(policy: Policy | None) -> str:
    """The policy as Markdown, for a datasheet's or model card's section on uses; empty where there is none."""
    if policy is None:
        return ""
    declared = "".join(f"- {line}\n" for line in use_lines(policy)) or "- none\n"
    forbidden = "".join(f"- {line}\n" for line in forbidden_lines(policy)) or "- none is named\n"
    ends = [f"{name}: {text}." for name, text in (("Contact", policy.contact), ("Licence", policy.licence)) if text]
    return (
        f"Declared uses (every other use is refused):\n\n{declared}\nForbidden uses:\n\n{forbidden}\n{' '.join(ends)}"
    )
