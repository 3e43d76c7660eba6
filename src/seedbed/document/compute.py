"""What training costs: operations, GPU-hours, energy and dollars, each with its formula and its assumptions (E5).

Operations of a transformer: FLOP = 6 N D for N parameters and D tokens (Kaplan et al. 2020, section 2.1). GPU-hours
follow from a GPU's peak and a stated utilisation; energy is watts x time and is an estimate, never a measurement.
"""

from __future__ import annotations

import math

from seedbed.document.prices import read_prices
from seedbed.errors import UsageError, nearest

_TABLE = read_prices()
GPUS = _TABLE.devices
# Assumptions of the price table, to be replaced by your own contract's figures, not quotations.
DEFAULT_PRICE, PRICE_DATE = GPUS["h100"].hour, _TABLE.date
CORE_HOUR_PRICE = _TABLE.core.hour
UTILISATION = _TABLE.utilisation
OVERHEAD = 1.1  # power of the building over that of the machines (PUE); 1.1 to 1.6 is common
CORE_WATTS = (3.0, 15.0)  # of one busy server core with its share of memory and board: assumed, not measured


def transformer_flop(parameters: float, tokens: float) -> float:
    """6 N D. UsageError unless both are positive and finite."""
    for name, value in (("parameters", parameters), ("tokens", tokens)):
        _positive(name, value)
    return 6.0 * parameters * tokens


def training_cost(
    parameters: float, tokens: float, *, gpu: str = "h100", price: float = DEFAULT_PRICE,
    utilisation: float = UTILISATION,
) -> dict[str, dict[str, object]]:  # fmt: skip
    """flop, gpu_hours, energy_kwh and dollars: each with `value`, `unit`, `formula`. `price` is dollars a GPU-hour."""
    if gpu not in GPUS:
        raise UsageError(f"no GPU '{gpu}'", where="--gpu", hint=nearest(gpu, GPUS))
    if not 0 < utilisation <= 1:
        raise UsageError(f"utilisation is {utilisation}", where="--utilisation", hint="a share above 0, at most 1")
    if not (math.isfinite(price) and price >= 0):
        raise UsageError(f"price is {price}", where="--price", hint="dollars a GPU-hour, 0 or more")
    card, flop = GPUS[gpu], transformer_flop(parameters, tokens)
    hours = flop / (card.peak * utilisation) / 3600
    kwh = hours * card.watts * OVERHEAD / 1000
    return {
        "flop": _fact(flop, "FLOP", f"6 x {parameters:.3g} parameters x {tokens:.3g} tokens"),
        "gpu_hours": _fact(
            hours, "GPU-hours", f"FLOP / ({card.peak:.4g} FLOP/s x utilisation {utilisation:g}) / 3600; {card.source}"
        ),
        "energy_kwh": _fact(
            kwh, "kWh, estimated", f"GPU-hours x {card.watts:g} W board power x {OVERHEAD:g} for the building / 1000"
        ),
        "dollars": _fact(hours * price, "USD", f"GPU-hours x {price:g} USD (assumed {PRICE_DATE} unless you gave it)"),
    }


def cpu_use(seconds: float, cores: int, *, price: float = CORE_HOUR_PRICE) -> dict[str, dict[str, object]]:
    """Energy (low and high, kWh) and dollars of `cores` busy for `seconds`: a range from stated watts, not measured."""
    hours = seconds * cores / 3600
    low, high = (hours * watts / 1000 for watts in CORE_WATTS)
    formula = f"core-hours x {CORE_WATTS[0]:g} to {CORE_WATTS[1]:g} W a core / 1000"
    return {
        "core_hours": _fact(hours, "core-hours", "seconds x cores / 3600"),
        "energy_low_kwh": _fact(low, "kWh, estimated", formula),
        "energy_high_kwh": _fact(high, "kWh, estimated", formula),
        "dollars": _fact(hours * price, "USD", f"core-hours x {price:g} USD"),
    }


def _fact(value: float, unit: str, formula: str) -> dict[str, object]:
    return {"value": value, "unit": unit, "formula": formula}


def _positive(name: str, value: float) -> None:
    if not (math.isfinite(value) and value > 0):
        raise UsageError(f"{name} is {value}", where=f"--{name}", hint="a number above 0, for example 7e9")
