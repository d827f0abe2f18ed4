"""How well each question of a course measures, for those who write the questions: never a person."""

from sqlalchemy.orm import Session

from course.content.markup import plain
from course.content.model import Course, Quiz
from course.content.queries import published
from course.items import Item
from course.quality.measures import ENOUGH, STEP, SURE_ENOUGH, TO_MEND, TOO_FEW, Answers, Quality, quality, reads_alike
from course.quality.queries import first_answers
from course.quiz.paper import paper_of
from course.report.table import Absent, Column, Figure, Group, Row, Table, Value

NAME = "questions"
TITLE = "Hur frågorna fungerar"
COLUMNS = (
    Column("quiz", "Quiz"),
    Column("id", "Id"),
    Column("answers", "Svar"),
    Column("facility", "Andel av full poäng"),
    Column("discrimination", "Skiljer"),
    Column("wrong", "Vanligaste fel svar"),
    Column("wrong_share", "Valde det"),
    Column("sure_answers", "Säkra svar"),
    Column("sure_errors", "Säkra fel"),
    Column("verdict", "Omdöme"),
)
NOTES = (
    "Bara varje persons första försök räknas, och bara när det är avslutat. Ingen person går att se.",
    f"En fråga med färre än {ENOUGH} första svar visas utan siffror. Svaren räknas i steg om {STEP}.",
    "Svaren räknas från den version där frågan fick den text den har nu, efter det facit som gäller nu.",
    "Andel av full poäng: 100 % betyder att alla svarade helt rätt.",
    "Skiljer: hur frågan hänger ihop med resten av provet, från −1 till 1. Minst 0,20 är bra.",
    "Skiljer under noll: de som klarar resten svarar oftare fel här.",
    "Säkra svar: så många sa att de var säkra. Säkra fel: den andel av dem som inte svarade helt rätt.",
    f"Säkra svar och säkra fel visas bara när minst {SURE_ENOUGH} var säkra. Annars står det ”ej mätt”.",
    "En fråga om säkerhet (★) får vara lätt. Den finns för att alla ska kunna den.",
    "Svar som är borttagna enligt beslut räknas inte längre.",
)


def build(db: Session, course: Course) -> Table:
    """Every question in use that gives points, in the order of the modules. The statements do not grow with people."""
    asked = [
        (quiz, item)
        for module in course.modules
        for quiz in course.quizzes.values()
        if quiz.module == module.id
        for item in paper_of(quiz, module, None).items
        if item.scored
    ]
    answers = first_answers(db, course.id)
    found = [(quiz, item, quality(item, _of(db, answers, quiz, item))) for quiz, item in asked]
    few = sum(each.verdict == TOO_FEW for *_, each in found)
    mend = sum(each.verdict in TO_MEND for *_, each in found)
    return Table(
        name=NAME,
        title=TITLE,
        sentences=_sentences(len(found), few, mend),
        groups=(
            Group(
                "verdicts",
                "Frågorna",
                (
                    Figure("questions", "Frågor", len(found)),
                    Figure("mend", "Behöver ses över", mend),
                    Figure("few", "Har för få svar än", few),
                ),
            ),
        ),
        columns=COLUMNS,
        rows=tuple(
            Row(0, _label(item), _values(quiz, item, each), "to_mend" if each.verdict in TO_MEND else "question")
            for quiz, item, each in found
        ),
        notes=NOTES,
        scope={"kurs": course.id},
        heading="Fråga",
    )


def _sentences(count: int, few: int, mend: int) -> tuple[str, ...]:
    if few == count:
        return (f"Ingen fråga har {ENOUGH} första svar än.",)
    return (f"{mend} av {count - few} frågor med tillräckligt många svar behöver ses över.",)


def _of(db: Session, answers: list[Answers], quiz: Quiz, item: Item) -> list[Answers]:
    """The answers to the question as it reads now, on whatever release."""
    found = []
    for each in answers:
        if (each.quiz, each.item) == (quiz.id, item.id):
            was = published(db, each.release_id).course.quizzes[quiz.id].items.get(item.id)
            if was is not None and reads_alike(was, item):
                found.append(each)
    return found


def _label(item: Item) -> str:
    return f"{item.title} ★" if item.critical else item.title


def _values(quiz: Quiz, item: Item, found: Quality) -> tuple[Value, ...]:
    """The cells of a row; all but the verdict are None while there are too few answers."""
    wrong: Value = plain(found.wrong.html) if found.wrong else Absent.NOTHING
    share: Value = found.wrong_share if found.wrong else Absent.NOTHING
    if found.answers is None:
        wrong = share = None
    measured = (found.answers, found.facility, found.discrimination, wrong, share, found.sure, found.sure_errors)
    return quiz.title, f"{quiz.id}/{item.id}", *measured, found.verdict
