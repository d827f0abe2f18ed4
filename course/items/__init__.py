"""Question types: each reads and grades its own answers; a new type is a file and a line in ITEM_TYPES."""

from course.items.base import FULL, Choice, Item
from course.items.enval import Enval
from course.items.flerval import Flerval
from course.items.santfalskt import Santfalskt

ITEM_TYPES: dict[str, type[Item]] = {item.type: item for item in (Enval, Flerval, Santfalskt)}

__all__ = ["FULL", "ITEM_TYPES", "Choice", "Item"]
