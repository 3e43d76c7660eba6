"""What a curation recipe says, and its checks: every error names file, line, key and the nearest right word.

name: web_text
signals: [text, language, private]
rules: [gopher_quality, gopher_repetition, {mine: {language: {one_of: [en]}}}]
duplicates: {exact: true, near: {similarity: 0.65}}
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from seedbed import registry
from seedbed.curate.policy import Rule, load_rules
from seedbed.errors import UsageError, nearest
from seedbed.learn.models.causal import DEFAULT
from seedbed.run.recipe import explain, parse, read_text


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Reading(Part):
    """How inputs are read: see the readers."""

    format: str = "auto"
    fields: dict[str, str] = Field(default_factory=dict)
    html: bool = True
    part_mb: Annotated[int, Field(ge=1, le=4096)] = 64
    max_record_mb: Annotated[int, Field(ge=1)] = 16


class Near(Part):
    """Near duplicates of texts: shingles of `shingle` words, at least `similarity` (estimated Jaccard)."""

    similarity: Annotated[float, Field(gt=0, le=1)] = 0.65
    shingle: Annotated[int, Field(ge=1, le=32)] = 5


class Semantic(Part):
    """Rows with embeddings at least `similarity` (cosine) apart from each other within a cluster."""

    similarity: Annotated[float | None, Field(gt=0, le=1)] = None
    pairs: str | None = None  # labelled pairs that choose the similarity: text_a, text_b, same
    embedding: str = "embedding"


class Images(Part):
    """Near duplicates of images: at most `distance` of 64 bits of the perceptual hash differ."""

    distance: Annotated[int, Field(ge=0, le=16)] = 6


class Duplicates(Part):
    """Which kinds of duplicates are looked for, and the evaluation sets that rows must not be in."""

    exact: bool = True
    near: Near | None = None
    semantic: Semantic | None = None
    images: Images | None = None
    captions: str = "all"  # of copies of an image: `all` their captions go to the row that is kept, or `own`
    against: list[str] = Field(default_factory=list)
    planted: Annotated[int, Field(ge=0)] = 200  # rows of which copies are planted to test the search itself

    @field_validator("captions")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in ("all", "own"):
            raise ValueError("captions are all or own")
        return value


class Quality(Part):
    """A classifier trained on the ratings of a weaker model."""

    model: str = DEFAULT  # provider/model, or the path of a checkpoint
    rubric: str | None = None  # file; the default asks for educational value
    sample: Annotated[int, Field(ge=20)] = 200
    gold: str | None = None  # file of texts with hand-made labels, to compare with
    least: Annotated[float | None, Field(ge=0, le=1)] = None  # rows below are dropped


class Stock(Part):
    """What a training run is planned to need, for the stock-taking."""

    planned_tokens: Annotated[float, Field(gt=0)] = 1e12
    growth: Annotated[float, Field(gt=1)] = 2.5  # times more tokens each year
    year: int = 2026


class Curation(Part):
    """A curation recipe."""

    name: str
    title: str = ""
    about: str = ""
    read: Reading = Reading()
    opt_out: list[str] = Field(default_factory=list)
    agents: list[str] = Field(default_factory=lambda: ["*"])  # crawlers that opt-out files are read for
    signals: list[str | dict[str, dict[str, Any]]] = ["text"]
    lists: list[str] = Field(default_factory=list)  # files of blocked domains and addresses
    redact: bool = False  # e-mail addresses, phone numbers, keys... in the stored text become <EMAIL>, <PHONE>, <KEY>
    blur_faces: bool = False  # faces in the stored pictures are made unrecognisable
    rules: list[str | dict[str, Any]] = Field(default_factory=list)
    duplicates: Duplicates = Duplicates()
    quality: Quality | None = None
    groups: list[str] = Field(default_factory=lambda: ["source", "language", "domain"])
    stock: Stock = Stock()
    seed: int = 0

    @field_validator("name")
    @classmethod
    def _slug(cls, name: str) -> str:
        if not name.replace("-", "").replace("_", "").isalnum() or name != name.lower():
            raise ValueError("use small letters, digits, - and _")
        return name

    def operators(self) -> list[tuple[str, dict[str, Any]]]:
        """(name, options) of each signal."""
        made: list[tuple[str, dict[str, Any]]] = []
        for item in self.signals:
            made += [(item, {})] if isinstance(item, str) else [(k, dict(v or {})) for k, v in item.items()]
        return made

    def policy(self, folder: Path | None = None) -> list[Rule]:
        """The rules in order; quality is the last."""
        rules = load_rules(self.rules, where="rules", folder=folder)
        if self.quality is not None and self.quality.least is not None:
            rules.append(Rule("quality", "quality", least=self.quality.least))
        return rules


def load(source: str | Path | Mapping[str, Any], changes: Mapping[str, Any] | None = None) -> tuple[Curation, Path]:
    """(the checked recipe, the folder that its relative paths start from). `changes` are `--set` values."""
    if isinstance(source, Mapping):
        path, text, data, folder = "recipe", yaml.safe_dump(dict(source)), copy.deepcopy(dict(source)), Path()
    else:
        path, folder = str(source), Path(source).resolve().parent
        text = read_text(Path(source))
        data = parse(text, path)
    if "stages" in data:
        raise UsageError("this recipe has stages", where=path, hint=f"run it with: seedbed run {path}")
    for key, value in (changes or {}).items():
        _change(data, key, value)
    try:
        made = Curation.model_validate(data)
    except ValidationError as error:
        raise explain(error, (), _model_of(error), path, text) from None
    _check(made, folder, path)
    return made, folder


def _model_of(error: ValidationError) -> type[BaseModel]:
    """The part of the recipe that the first error is in: its keys are the known ones."""
    first = min(error.errors(), key=lambda found: found["type"] != "extra_forbidden")
    model: type[BaseModel] = Curation
    for key in first["loc"][:-1]:
        field = model.model_fields.get(str(key))
        kinds = [
            k
            for k in (Reading, Near, Semantic, Images, Duplicates, Quality, Stock)
            if field and k.__name__ in str(field.annotation)
        ]
        if not kinds:
            break
        model = kinds[-1] if kinds[-1] is not model else kinds[0]
    return model


def _change(data: dict[str, Any], key: str, value: Any) -> None:
    """`duplicates.near.similarity` goes down the keys; `rules.<set>.<score>.<bound>` adds to the list of rules."""
    words = key.split(".")
    if words[0] not in Curation.model_fields:
        raise UsageError(f"no key '{words[0]}'", where=f"--set {key}", hint=nearest(words[0], Curation.model_fields))
    if words[0] == "rules" and len(words) == 4:
        data.setdefault("rules", []).append({words[1]: {words[2]: {words[3]: value}}})
        return
    place: Any = data
    for word in words[:-1]:
        if not isinstance(place.get(word), dict):
            place[word] = {}
        place = place[word]
    place[words[-1]] = value


def _check(made: Curation, folder: Path, path: str) -> None:
    for name, _ in made.operators():
        registry.get("operator", name, where=f"{path}: signals")
    if made.blur_faces and not {"faces", "nsfw_and_faces"} & {name for name, _ in made.operators()}:
        raise UsageError("nothing finds faces", where=f"{path}: blur_faces", hint="add faces to signals")
    if made.duplicates.images is not None and "perceptual_hash" not in {name for name, _ in made.operators()}:
        hint = "add perceptual_hash to signals"
        raise UsageError("there are no hashes of images", where=f"{path}: duplicates.images", hint=hint)
    made.policy(folder)
