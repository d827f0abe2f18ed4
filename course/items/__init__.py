"""Question types: each reads and grades its own answers; a new type is a file and a line in ITEM_TYPES."""

from course.items.base import FULL, Item, Part, Review, Row, Written
from course.items.choices import Choice, ChoiceItem
from course.items.enval import Enval
from course.items.flerval import Flerval
from course.items.fritext import Fritext
from course.items.kortsvar import Kortsvar
from course.items.ordna import Ordna
from course.items.para import Para
from course.items.santfalskt import Santfalskt
from course.items.skala import Skala
from course.items.tal import Tal

ITEM_TYPES: dict[str, type[Item]] = {
    item.type: item for item in (Enval, Flerval, Santfalskt, Ordna, Para, Tal, Kortsvar, Fritext, Skala)
}

__all__ = ["FULL", "ITEM_TYPES", "Choice", "ChoiceItem", "Item", "Ordna", "Para", "Part", "Review", "Row", "Written"]
