"""Forms as pages send them, spoilt at random: in their fields, their values, their encoding or their bytes."""

from urllib.parse import quote

from finding import LIST
from test_hostile_input import END, ODD, PART, PARTS, URLENCODED

RIGHT = {
    "antal": "7",
    "befattningar": "Handläggare",
    "enhet": "A",
    "enheter": "A",
    "epost": "ny@example.org",
    "mal": "1500",
    "namn": "anna",
    "nummer": "ny-1",
    "roll": "hr",
    "till": "2999-12-31",
}
"""What finding.find cannot guess."""
ASKED_FOR = {"aven": "ja", "fraga": "andra", "stammer": "ja", "test": "ja", "upp": "1"}
"""Fields that are on some pages only."""
HEAD = 'form-data; name="{}"'
ODD_HEADS = [
    *("", ";" * 500, "form-data", "form-data; name={}", 'form-data; name="{}', 'attachment; name="{}"'),
    *("form-data; name*=utf-8''%ff{}", f"{HEAD}; filename*=x''%00", f'{HEAD}; name="csrf_token"'),
    *(f'{HEAD}; filename=""', f'{HEAD}; filename="../../a.csv"', f"{HEAD}\0", f"{HEAD}\r\nX: {'y' * 9000}"),
    *(f"{HEAD}\r\nContent-Type: text/plain; charset=finns-inte", f"{HEAD}\r\nContent-Transfer-Encoding: base64"),
    *(f"{HEAD}\r\nContent-Length: -1", f"{HEAD}\r\n\r\n\r\n--b"),
]
TYPES = [
    *("", "ogiltig", "application/json", "text/plain", "text/xml", "application/octet-stream", "multipart/form-data"),
    *(PARTS, f"{PARTS}; boundary=c", "multipart/form-data; boundary=gräns"),
    *(URLENCODED, f"{URLENCODED}; charset=utf-16", f"{URLENCODED}; charset=finns-inte"),
]
NO_FORMS = [
    (URLENCODED, b""),
    (URLENCODED, b"a=%zz&%=&==&&&=;\xff\xfe"),
    (URLENCODED, "a=b".encode("utf-16")),
    (URLENCODED, b"&".join(b"f%d=x" % number for number in range(5000))),
    ("application/json", b'{"csrf_token": "x", "svar": ["ratt"], "kurs": "kurs", "modul": "modul"}'),
    ("application/json", b"[" * 100_000),
    ("text/xml", b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'),
    ("multipart/form-data; boundary=" + "b" * 5000, b"--b--"),
    (PARTS, b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--"),
    (PARTS, b"--b\r\n" + b"X: y\r\n" * 5000 + b"\r\n--b--\r\n"),
    (PARTS, PART.format("x", "never ends").encode()),
    (PARTS, (PART.format("", "") * 600 + END).encode()),
]
"""(content type, body): what is no form of ours at all."""


class Draft:
    """A request as a page would send it, to be spoilt; `fields` is [[name, value, name of the file or None]]."""

    def __init__(self, chosen, site, endpoint):
        self.chosen, self.site = chosen, site
        form = chosen.choice([form for form in site.forms if form.endpoint == endpoint])
        self.who, self.url, self.head = form.who, form.url, HEAD
        self.content_type = PARTS if form.file else chosen.choice([URLENCODED, URLENCODED, PARTS])
        self.fields = [["csrf_token", site.people[self.who][1], None]]
        for name, values in form.fields.items():
            guessed = name in RIGHT and values[0] in ("", "a", "2026-01-01")
            given = [RIGHT[name]] if guessed else values
            self.fields += [[name, value, None] for value in given if name != "csrf_token"]
        if form.file:
            self.fields.append([form.file, LIST.format(chosen.randrange(10_000)), "lista.csv"])
        self.spoil_bytes, self.ways = None, ()

    def spoil(self):
        """Spoil it in up to three ways."""
        ways = self.chosen.sample(WAYS, self.chosen.choice([1, 1, 2, 2, 3]))
        for way in ways:
            way(self)
        self.ways = [way.__name__ for way in ways]
        return self

    def bytes(self):
        """The body; only once, since chance spoils it."""
        if self.content_type.startswith(PARTS):
            body = b"".join(map(self._part, self.fields)) + END.encode()
        else:
            body = b"&".join(b"%b=%b" % (quoted(name), quoted(value)) for name, value, _ in self.fields)
        return self.spoil_bytes(body) if self.spoil_bytes else body

    def _part(self, field):
        name, value, file = map(in_bytes, field)
        head = self.head.encode().replace(b"{}", name) + (b'; filename="%b"' % file if file else b"")
        return b"--b\r\nContent-Disposition: " + head + b"\r\n\r\n" + value + b"\r\n"

    def a_field(self):
        return self.chosen.choice(self.fields or [["x", "x", None]])


def in_bytes(text):
    return text.encode() if isinstance(text, str) else text


def quoted(text):
    return quote(text, safe="").encode()


def a_field_is_missing(draft):
    gone = draft.a_field()
    draft.fields = [field for field in draft.fields if field is not gone]


def a_field_is_doubled(draft):
    draft.fields.insert(0, list(draft.a_field()))


def a_field_has_two_values(draft):
    name, _, file = draft.a_field()
    draft.fields.append([name, draft.chosen.choice([*draft.site.values, *ODD]), file])


def a_field_has_another_name(draft):
    field = draft.a_field()
    name = in_bytes(field[0])
    near = [name + b"[]", name + b"[0][a]", name + b"\0", name.upper()]
    field[0] = draft.chosen.choice([*draft.site.names, *ODD, *near])


def a_value_is_odd(draft):
    draft.a_field()[1] = draft.chosen.choice(ODD)


def a_value_is_of_another_form(draft):
    draft.a_field()[1] = draft.chosen.choice(draft.site.values)


def a_value_is_cut_and_mixed(draft):
    field, chosen = draft.a_field(), draft.chosen
    value = in_bytes(field[1])
    at, other = chosen.randrange(len(value) + 1), in_bytes(chosen.choice(ODD))
    field[1] = value[:at] + chosen.choice([b"", other, value]) + value[at + chosen.randrange(3) :]


def a_field_is_unknown(draft):
    draft.fields.append([draft.chosen.choice(ODD), draft.chosen.choice(ODD), None])


def a_field_is_of_another_page(draft):
    name = draft.chosen.choice(draft.site.names)
    draft.fields.append([name, ASKED_FOR.get(name) or draft.chosen.choice(draft.site.values), None])


def a_field_is_a_file(draft):
    draft.content_type = PARTS
    names = ["a.csv", b"\xff", "../a", "a\0b", "a" * 5000, '"', "<script>alert(1)</script>"]
    draft.a_field()[2] = draft.chosen.choice(names)


def very_many_fields(draft):
    name = draft.chosen.choice([*draft.site.names, "x"])
    draft.fields += [[name, str(number), None] for number in range(draft.chosen.choice([20, 450, 600]))]


def a_big_value(draft):
    draft.a_field()[1] = draft.chosen.choice(["x" * 600_000, "x" * 100_000, "å" * 5_000, "[" * 5_000, "\n" * 5_000])


def nested_brackets(draft):
    draft.fields.append([draft.chosen.choice(draft.site.names) + "[a]" * draft.chosen.choice([1, 50, 500]), "x", None])


def another_token(draft):
    others = [token for _, token in draft.site.people.values()]
    draft.fields = [field for field in draft.fields if field[0] != "csrf_token"]
    draft.fields += draft.chosen.choice([[], [["csrf_token", draft.chosen.choice([*others, *ODD]), None]]])


def by_somebody_else(draft):
    draft.who = draft.chosen.choice(list(draft.site.people))
    for field in draft.fields:
        field[1] = draft.site.people[draft.who][1] if field[0] == "csrf_token" else field[1]


def odd_parts(draft):
    draft.content_type, draft.head = PARTS, draft.chosen.choice(ODD_HEADS)


def another_type(draft):
    draft.content_type = draft.chosen.choice(TYPES)


def cut(draft):
    draft.spoil_bytes = lambda body: body[: draft.chosen.randrange(len(body) + 1)]


def noise_within(draft):
    noise, gone = draft.chosen.randbytes(draft.chosen.randrange(1, 30)), draft.chosen.randrange(30)

    def mixed(body):
        at = draft.chosen.randrange(len(body) + 1)
        return body[:at] + noise + body[at + gone :]

    draft.spoil_bytes = mixed


def no_form_of_ours(draft):
    draft.content_type, body = draft.chosen.choice(NO_FORMS)
    draft.spoil_bytes = lambda _: body


def nothing_but_noise(draft):
    draft.spoil_bytes = lambda _: draft.chosen.randbytes(draft.chosen.randrange(2000))


WAYS = [
    *(a_field_is_missing, a_field_is_doubled, a_field_has_two_values, a_field_has_another_name, a_field_is_a_file),
    *(a_value_is_odd, a_value_is_of_another_form, a_value_is_cut_and_mixed, a_big_value, nested_brackets),
    *(a_field_is_unknown, a_field_is_of_another_page, very_many_fields, another_token, by_somebody_else),
    *(odd_parts, another_type, cut, noise_within, nothing_but_noise, no_form_of_ours),
]
