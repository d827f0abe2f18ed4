"""Every table there is. Who imports this file knows them all: a foreign key finds no table that was never loaded."""

from course.access import tables as access
from course.audit import tables as audit
from course.content import tables as content
from course.learning import tables as learning
from course.organisation import tables as organisation
from course.quiz import tables as quiz
from course.recall import tables as recall
from course.scenario import tables as scenario
from course.target import tables as target

ALL = (access, audit, content, learning, organisation, quiz, recall, scenario, target)
