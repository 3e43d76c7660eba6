"""The price table: devices with peak, power and dollars an hour, and boards at launch. YAML, packaged, to be edited."""

from __future__ import annotations

import math
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from seedbed.errors import UsageError, nearest

PACKAGED = Path(__file__).with_name("prices.yaml")


class Closed(BaseModel):
    """Keys that are not known are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Device(Closed):
    """Dense 16-bit peak (FLOP/s, tensor cores, no sparsity), board power (W) and dollars an hour."""

    peak: float = Field(gt=0)
    watts: float = Field(gt=0)
    hour: float = Field(ge=0)
    source: str
    utilisation: float | None = Field(None, gt=0, le=1, description="of this device; else the table's")


class Core(Closed):
    """One processor core: dollars an hour. Its speed is measured, not listed."""

    hour: float = Field(ge=0)


class Board(Closed):
    """A GPU at launch: single-precision peak (FLOP/s) and price (dollars of that year)."""

    name: str
    year: float = Field(gt=1990, lt=2100)
    peak: float = Field(gt=0)
    price: float = Field(gt=0)
    centre: bool = Field(False, description="made for data centres")

    @property
    def gflop_per_dollar(self) -> float:
        """GFLOP/s for a dollar of the launch price."""
        return self.peak / 1e9 / self.price


class Trend(Closed):
    """Years in which FLOP/s for a dollar double (95 % interval), and those of boards used in machine learning."""

    doubling: float = Field(gt=0)
    low: float = Field(gt=0)
    high: float = Field(gt=0)
    ml_doubling: float = Field(gt=0)
    source: str


class Prices(Closed):
    """The whole table."""

    date: str
    utilisation: float = Field(gt=0, le=1)
    row: float = Field(0.0, ge=0)
    devices: dict[str, Device] = Field(min_length=1)
    core: Core
    history: list[Board]
    trend: Trend

    def device(self, name: str, where: str = "device") -> Device:
        """The device by name; UsageError with the nearest name."""
        if name not in self.devices:
            raise UsageError(f"no device '{name}' in the price table", where=where, hint=nearest(name, self.devices))
        return self.devices[name]

    def cost(self, flop: float, name: str) -> dict[str, float]:
        """hours and dollars of `flop` on one device at the table's utilisation."""
        device = self.device(name)
        hours = flop / (device.peak * (device.utilisation or self.utilisation)) / 3600
        return {"hours": hours, "dollars": hours * device.hour}

    def core_cost(self, flop: float, per_second: float) -> dict[str, float]:
        """hours and dollars of `flop` on one core that does `per_second` FLOP/s."""
        hours = flop / per_second / 3600 if per_second > 0 else math.nan
        return {"hours": hours, "dollars": hours * self.core.hour}


def read_prices(path: str | Path | None = None) -> Prices:
    """The packaged table, or one of the user's. UsageError names the key that is wrong."""
    if path is None:
        return _packaged()
    where = str(path)
    try:
        found = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot be read ({error})", where=where, hint=f"copy {PACKAGED} and edit it") from None
    except yaml.YAMLError as error:
        raise UsageError(f"not YAML ({getattr(error, 'problem', error)})", where=where) from None
    return _checked(found, where)


@lru_cache(maxsize=1)
def _packaged() -> Prices:
    return _checked(yaml.safe_load(PACKAGED.read_text(encoding="utf-8")), str(PACKAGED))


def _checked(found: Any, where: str) -> Prices:
    try:
        return Prices.model_validate(found)
    except ValidationError as error:
        first = error.errors()[0]
        keys = ".".join(map(str, first["loc"])) or "table"
        raise UsageError(first["msg"], where=f"{where}: {keys}", hint=f"see {PACKAGED}") from None
