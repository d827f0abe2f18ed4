"""Random forms to the route that stores answers, each spoilt in one way: none is stored, and none is a defect."""

from collections import Counter
from random import Random
from urllib.parse import quote
from uuid import UUID

from answering import form_of
from browsing import browser, rows
from test_hostile_input import END, ODD, PART, PARTS, URLENCODED, Watch, calm, sqlite_only
from test_web_items import ITEMS, SOURCES
from world import token

SENT = 500
NO_NUMBER = [odd for odd in ODD if isinstance(odd, bytes) or not any(map(str.isnumeric, odd))]
"""What is neither the number of a step nor an answer to a question for a number."""
IDS = [part.id for item in ITEMS.values() for part in item.parts if part.id]
UNKNOWN = ["", "svar-", "svar-finns-inte", "svar[]", "svar[0]", "svar.0", "SVAR", "sv\0ar", "svår", "__proto__", "id"]
IGNORED = ["saker", "x", "å", "a\0b", "attempt_id", "constructor", "x" * 1000]
TYPES = ["application/json", "text/plain", "text/xml", "application/octet-stream", "", "ogiltig", "multipart/form-data"]


class Draft:
    """A form that would have been stored, to be spoilt; `fields` is [(name, value)], `body` stands in for them."""

    def __init__(self, chosen, attempt, others, csrf_token):
        self.chosen, self.others = chosen, others
        self.item = chosen.choice(list(ITEMS.values()))
        self.attempt, self.question = attempt.id, self.item.id
        self.token = [("csrf_token", csrf_token)]
        given = form_of(self.item, chosen.choice([self.item.right_answer, *self.item.wrong_answers]))
        self.fields = [(name, value) for name, values in given.items() for value in values]
        self.ignored = [(name, chosen.choice(ODD)) for name in chosen.sample(IGNORED, chosen.randrange(4))]
        self.content_type = chosen.choice([URLENCODED, PARTS])
        self.body = None

    @property
    def url(self):
        return f"/forsok/{self.attempt}/fraga/{self.question}"

    def bytes(self):
        if self.body is not None:
            return self.body
        fields = [*self.token, *self.fields, *self.ignored]
        if self.content_type != PARTS:
            return "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in fields).encode()
        parts = (PART.format(name, "|").encode().replace(b"|", in_bytes(value)) for name, value in fields)
        return b"".join(parts) + END.encode()

    def replace_one(self, value):
        at = self.chosen.randrange(len(self.fields))
        self.fields[at] = (self.fields[at][0], value)


def in_bytes(value):
    return value if isinstance(value, bytes) else value.encode()


def no_answer(draft):
    draft.fields = []


def doubled(draft):
    draft.fields.append(draft.chosen.choice(draft.fields))


def another_name(draft):
    name = draft.chosen.choice(UNKNOWN)
    draft.fields = [(name, value) for _, value in draft.fields]


def of_another_question(draft):
    own = {part.id for part in draft.item.parts}
    draft.replace_one(draft.chosen.choice([each for each in IDS if each not in own]))


def odd(draft):
    draft.replace_one(draft.chosen.choice(NO_NUMBER))


def odd_token(draft):
    draft.token = draft.chosen.choice([[], [("csrf_token", draft.chosen.choice(ODD))]])


def of_another_person(draft):
    draft.attempt = draft.chosen.choice([draft.others.id, UUID(int=draft.chosen.getrandbits(128))])


def to_no_question(draft):
    draft.question = draft.chosen.choice(["finns-inte", "a" * 300, "DORREN", "%00", "%ff", "svar"])


def another_type(draft):
    draft.content_type, draft.body = draft.chosen.choice(TYPES), draft.bytes()


def noise(draft):
    draft.body = draft.chosen.randbytes(draft.chosen.randrange(2000))


def cut(draft):
    """Somewhere within the token, which stands first."""
    whole = draft.bytes()
    draft.body = whole[: draft.chosen.randrange(whole.index(in_bytes(quote(draft.token[0][1], safe=""))) + 20)]


WAYS = {
    **dict.fromkeys((no_answer, doubled, another_name, of_another_question, odd), 303),  # back to the question
    **dict.fromkeys((odd_token, another_type, noise, cut), 400),
    **dict.fromkeys((of_another_person, to_no_question), 404),
}
"""{how a form is spoilt: the status that says so}."""
ANY_TEXT = [item.id for item in ITEMS.values() if item.type in ("kortsvar", "fritext")]
"""Where every text is an answer."""


@sqlite_only
def test_no_random_form_to_the_route_of_answers_is_stored(world):
    world.publish(SOURCES)
    for key in ("anna", "bo"):
        world.person(key, "A")
    attempt, others = (world.begin(key, "2026-03-01") for key in ("anna", "bo"))
    client, chosen, sent = browser(world, "anna"), Random(2026), Counter()
    csrf_token = token(client)
    watch = Watch(world)

    while sent.total() < SENT:
        draft, way = Draft(chosen, attempt, others, csrf_token), chosen.choice(list(WAYS))
        if way in (of_another_question, odd) and draft.item.id in ANY_TEXT:
            continue
        way(draft)
        what = (sent.total(), way.__name__, draft.url, draft.content_type, draft.bytes()[:300])
        answer = client.post(draft.url, data=draft.bytes(), content_type=draft.content_type)
        told = {WAYS[way], 400, 422} if WAYS[way] == 303 else {WAYS[way], 400}  # 422: too much for a cookie to keep
        assert calm(answer, what) in told, what  # 400 also for a NUL in any field
        assert answer.status_code != 303 or answer.location.endswith("?fel=ja"), what
        watch.check_unchanged(what)
        sent[way, answer.status_code] += 1

    assert sent.keys() >= WAYS.items()
    assert rows(world.app, "response", "result") == (0, 0)

    while rows(world.app, "response") != (len(ITEMS),):  # not spoilt, the same forms are stored
        draft = Draft(chosen, attempt, others, csrf_token)
        calm(client.post(draft.url, data=draft.bytes(), content_type=draft.content_type), draft.url)
