"""Answering questions of every type: as a form, from a page, and in a browser."""

import re
from dataclasses import dataclass
from html import unescape

TEXTS = ("Jag ringer min chef.", "112", "24", "avvikelse")
"""What may be typed where a page wants text; a number where it wants a number."""


def form_of(item, answer):
    """A form with which the answer is given to the question."""
    if item.type == "ordna":
        return {f"svar-{step}": [str(number)] for number, step in enumerate(answer, start=1)}
    if item.type in ("para", "skala"):
        return {f"svar-{part}": [chosen] for part, chosen in answer}
    if item.type == "fritext":
        return {"svar_text": answer or ["Jag ringer min chef."]}
    return {"svar": [answer] if isinstance(answer, str) else answer}


def form_shown(page, item, answer):
    """The same, with what stands for the parts in the attempt that a browser shows."""
    form = form_of(item, answer)
    if not item.conceals_ids:
        return form
    value_of = dict(
        page.eval_on_selector_all("form option", "all => all.map(one => [one.textContent.trim(), one.value])")
    )
    texts = {part.id: unescape(re.sub(r"<[^>]+>", "", part.html)) for part in item.parts}
    return {name: [value_of[texts[part]] for part in given] for name, given in form.items()}


def fill(page, item, answer):
    """Fill in the form that a browser shows."""
    for name, values in form_shown(page, item, answer).items():
        fields = page.locator(f'[name="{name}"]')
        tag = fields.first.evaluate("field => field.tagName")
        if tag == "SELECT":
            fields.select_option(values)
        elif fields.first.get_attribute("type") in ("radio", "checkbox"):
            for value in values:
                page.check(f'[name="{name}"][value="{value}"]')
        else:
            fields.fill(values[0])


def fill_somehow(page):
    """Fill in the form that a browser shows with some answer, whatever is asked."""
    fields = page.locator("form.question [name^=svar]")
    ticked = set()
    for index in range(fields.count()):
        field = fields.nth(index)
        name, kind = field.get_attribute("name"), field.evaluate("field => field.type")
        if kind in ("radio", "checkbox"):
            if name not in ticked:
                field.check()
            ticked.add(name)
        elif kind == "select-one":
            choices = field.evaluate("field => field.options.length") - 1
            field.select_option(index=1 + index % choices)
        else:
            field.fill("112")


def filled(page):
    """What stands in the form that a browser shows: [[field, value]]."""
    return page.eval_on_selector_all(
        "form.question [name^=svar]:not([type=radio]:not(:checked), [type=checkbox]:not(:checked))",
        "fields => fields.map(field => [field.name, field.value])",
    )


@dataclass(frozen=True)
class Asked:
    """What a page with a question wants: the values of each of its fields, none of a field for text."""

    fields: dict
    several: bool
    number: bool

    def pick(self, chance):
        """A random form that is an answer."""
        values = list(self.fields.values())
        if self.several:
            (name,) = self.fields
            return {name: chance.sample(values[0], chance.randint(1, len(values[0])))}
        if len(values) > 1 and all(each == [str(number + 1) for number in range(len(values))] for each in values):
            return {
                name: [number] for name, number in zip(self.fields, chance.sample(values[0], len(values)), strict=True)
            }
        texts = TEXTS[1:3] if self.number else TEXTS
        return {name: [chance.choice(given or texts)] for name, given in self.fields.items()}


def asked(page):
    """What the page (browsing.Page) asks; None when it has no question."""
    forms = page.all("form", class_="question")
    fields, several, number = {}, False, False
    for field in page.elements if forms else ():
        name = field["name"] or ""
        if not name.startswith("svar") or forms[0] not in field.parents:
            continue
        if field.name == "select":
            options = [each for each in page.all("option") if field in each.parents]
            values = [each.attributes.get("value", each.text) for each in options]
            fields[name] = [value for value in values if value]
        elif field["type"] in ("radio", "checkbox"):
            fields.setdefault(name, []).append(field["value"])
            several = several or field["type"] == "checkbox"
        else:
            fields[name] = []
            number = field["inputmode"] == "decimal"
    return Asked(fields, several, number) if fields else None
