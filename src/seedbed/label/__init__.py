"""Labels without labellers: labelling functions and the label model; weak-to-strong generalisation.

votes = ask(load_functions("rules.py").functions, rows, ["red", "blue"])
model = fit_dawid_skene(*answers(votes))
decide(model.posterior(answers(votes)[0]), least=0.6)
"""

from seedbed.label.dawid_skene import DawidSkene, answers, fit_dawid_skene
from seedbed.label.functions import Prompt, ask, load_functions
from seedbed.label.votes import ABSTAIN, Decision, Votes, decide, majority

__all__ = [
    "ABSTAIN",
    "DawidSkene",
    "Decision",
    "Prompt",
    "Votes",
    "answers",
    "ask",
    "decide",
    "fit_dawid_skene",
    "load_functions",
    "majority",
]
