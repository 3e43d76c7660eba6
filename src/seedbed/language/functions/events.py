"""What happens in a clip: its events, in the order of their frames."""

from __future__ import annotations

import numpy as np

from seedbed.language.functions.base import (
    Array,
    Context,
    Event,
    Events,
    Number,
    Object,
    Objects,
    Truth,
    Word,
    function,
)
from seedbed.language.lexicon import EVENTS, code
from seedbed.language.masks import ALL, BIT, NONE


@function("events", (), "events", "everything that happens")
def events(cx: Context) -> Events:
    found = cx.scenes.events["kind"][cx.of] >= 0
    return Events(found, found.any(1))


@function("filter_event", ("events", "word:event"), "events", "those of one kind", EVENTS)
def filter_event(cx: Context, found: Events, kind: Word) -> Events:
    return Events(found.mask & (cx.scenes.events["kind"][cx.of] == kind.code[:, None]), found.ok)


@function("events_of", ("events", "object"), "events", "those that an object takes part in, as subject or as object")
def events_of(cx: Context, found: Events, thing: Object) -> Events:
    columns = cx.scenes.events
    mine = (columns["subject"][cx.of] == thing.index[:, None]) | (
        (columns["kind"][cx.of] == code("collides")) & (columns["object"][cx.of] == thing.index[:, None])
    )
    return Events(found.mask & mine & (thing.index >= 0)[:, None], found.ok & thing.ok)


@function("count_events", ("events",), "number", "how many happen")
def count_events(cx: Context, found: Events) -> Number:
    return Number(found.mask.sum(1), found.ok)


@function("happens", ("events",), "truth", "whether any happens")
def happens(cx: Context, found: Events) -> Truth:
    return Truth(found.mask.any(1), found.ok)


@function("subjects", ("events",), "objects", "the objects that they happen to")
def subjects(cx: Context, found: Events) -> Objects:
    who = BIT[cx.scenes.events["subject"]][cx.of]
    masks, members = cx.scenes.masks, np.bitwise_or.reduce(np.where(found.mask & found.ok[:, None], who, NONE), axis=1)
    return Objects(members & masks.clear[cx.of], np.where(found.ok, members, ALL) & masks.maybe[cx.of])


def _ends(found: Events, frames: Array, last: bool) -> Event:
    """The first or last event, alone in its frame."""
    value = np.where(found.mask, -frames if last else frames, np.iinfo(np.int64).max // 2)
    first = value.argmin(1)
    rows = np.arange(len(first))
    least = value[rows, first].copy()
    value[rows, first] = np.iinfo(np.int64).max // 2
    ok = found.ok & found.mask.any(1) & (value.min(1) > least)
    return Event(np.where(ok, first, -1), ok)


@function("first", ("events",), "event", "the earliest; no answer where two happen in one frame")
def first(cx: Context, found: Events) -> Event:
    return _ends(found, cx.scenes.events["frame"][cx.of], last=False)


@function("last", ("events",), "event", "the latest; no answer where two happen in one frame")
def last(cx: Context, found: Events) -> Event:
    return _ends(found, cx.scenes.events["frame"][cx.of], last=True)


@function("only", ("events",), "event", "the only one; no answer where there are none or several")
def only(cx: Context, found: Events) -> Event:
    ok = found.ok & (found.mask.sum(1) == 1)
    return Event(np.where(ok, found.mask.argmax(1), -1), ok)


def _of(cx: Context, event: Event, name: str) -> Array:
    return cx.scenes.events[name][cx.of, np.maximum(event.index, 0)]


@function("subject", ("event",), "object", "whom it happens to")
def subject(cx: Context, event: Event) -> Object:
    who = _of(cx, event, "subject")
    return Object(np.where(event.ok, who, -1), event.ok & (who >= 0))


@function("partner", ("event",), "object", "the other one: what is hit, what hides it")
def partner(cx: Context, event: Event) -> Object:
    who = _of(cx, event, "object")
    return Object(np.where(event.ok, who, -1), event.ok & (who >= 0))


@function("direction", ("event",), "word", "`left`, `right`, `nearer` or `away`: which way it moves")
def direction(cx: Context, event: Event) -> Word:
    found = _of(cx, event, "direction")
    return Word(found, event.ok & (found >= 0))


@function("what", ("event",), "word", "the kind of event")
def what(cx: Context, event: Event) -> Word:
    return Word(_of(cx, event, "kind"), event.ok)


@function(
    "earlier", ("event", "event"), "truth", "whether the first happens in an earlier frame; no answer in the same one"
)
def earlier(cx: Context, a: Event, b: Event) -> Truth:
    one, two = _of(cx, a, "frame"), _of(cx, b, "frame")
    return Truth(one < two, a.ok & b.ok & (one != two))
