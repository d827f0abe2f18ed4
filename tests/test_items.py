from fractions import Fraction
from itertools import chain, combinations
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from course.content.model import Quiz
from course.errors import Invalid
from course.items import FULL, ITEM_TYPES, Choice
from course.quiz.grading import Score, grade
from course.quiz.paper import shown_parts


def item(kind, right, wrong, *, item_id="fraga", critical=False, **options):
    """A question with the given right and wrong choice ids, in that order."""
    choices = [Choice(choice, choice, "<p>Ja.</p>", right=True) for choice in right]
    choices += [Choice(choice, choice, "<p>Nej.</p>", right=False) for choice in wrong]
    return ITEM_TYPES[kind](
        id=item_id,
        title="Titel",
        situation="",
        question="Vad?",
        choices=tuple(choices),
        notes={},
        section="s",
        critical=critical,
        options=options,
    )


def flerval(right=2, wrong=2, **more):
    return item("flerval", [f"r{n}" for n in range(right)], [f"w{n}" for n in range(wrong)], **more)


SANTFALSKT = item("santfalskt", ["sant"], ["falskt"])
ENVAL = item("enval", ["r0"], ["w0", "w1"])


def every_answer(question):
    ids = question.choice_ids
    return [list(answer) for answer in chain.from_iterable(combinations(ids, size) for size in range(len(ids) + 1))]


def net(right, wrong, right_chosen, wrong_chosen):
    """The rule `netto` once more, straight from formats.md 3.4: +1/k, −1/w, never below 0."""
    return max(Fraction(0), Fraction(right_chosen, right) - Fraction(wrong_chosen, wrong))


# --- points


def test_every_answer_to_a_flerval_with_two_right_and_two_wrong():
    assert {tuple(answer): flerval().points(answer) for answer in every_answer(flerval())} == {
        (): 0,
        ("r0",): 500_000,
        ("r1",): 500_000,
        ("w0",): 0,
        ("w1",): 0,
        ("r0", "r1"): 1_000_000,
        ("r0", "w0"): 0,
        ("r0", "w1"): 0,
        ("r1", "w0"): 0,
        ("r1", "w1"): 0,
        ("w0", "w1"): 0,
        ("r0", "r1", "w0"): 500_000,
        ("r0", "r1", "w1"): 500_000,
        ("r0", "w0", "w1"): 0,
        ("r1", "w0", "w1"): 0,
        ("r0", "r1", "w0", "w1"): 0,
    }


@pytest.mark.parametrize(
    ("right", "wrong", "table"),
    [
        (2, 1, {(0, 0): 0, (1, 0): 500_000, (2, 0): 1_000_000, (0, 1): 0, (1, 1): 0, (2, 1): 0}),
        (
            3,
            1,
            {
                (0, 0): 0,
                (1, 0): 333_334,
                (2, 0): 666_667,
                (3, 0): 1_000_000,
                (0, 1): 0,
                (1, 1): 0,
                (2, 1): 0,
                (3, 1): 0,
            },
        ),
        (
            2,
            3,
            {
                (0, 0): 0,
                (1, 0): 500_000,
                (2, 0): 1_000_000,
                (0, 1): 0,
                (1, 1): 166_667,
                (2, 1): 666_667,
                (0, 2): 0,
                (1, 2): 0,
                (2, 2): 333_334,
                (0, 3): 0,
                (1, 3): 0,
                (2, 3): 0,
            },
        ),
    ],
)
def test_points_of_a_flerval_by_how_many_right_and_wrong_were_chosen(right, wrong, table):
    question = flerval(right, wrong)

    found = {
        (sum(choice.startswith("r") for choice in answer), sum(choice.startswith("w") for choice in answer)): points
        for answer in every_answer(question)
        for points in [question.points(answer)]
    }

    assert found == table


@given(right=st.integers(2, 6), wrong=st.integers(1, 6), data=st.data())
def test_points_of_a_flerval_keep_to_the_rule(right, wrong, data):
    question = flerval(right, wrong)
    answer = data.draw(st.lists(st.sampled_from(question.choice_ids), unique=True))
    hits = sum(choice.startswith("r") for choice in answer)
    points = question.points(answer)

    assert points == ceil(net(right, wrong, hits, len(answer) - hits) * FULL)
    assert 0 <= points <= FULL
    assert (points == FULL) == (sorted(answer) == [f"r{n}" for n in range(right)])


@given(right=st.integers(2, 6), wrong=st.integers(1, 6), data=st.data())
def test_one_more_right_option_never_costs_and_one_more_wrong_never_pays(right, wrong, data):
    question = flerval(right, wrong)
    answer = data.draw(st.lists(st.sampled_from(question.choice_ids), unique=True))
    more = data.draw(st.sampled_from([choice for choice in (*question.choice_ids, "") if choice not in answer]))
    before, after = question.points(answer), question.points([*answer, *([more] if more else [])])

    assert after >= before if more.startswith("r") else after <= before


BY_RULE = {
    # formats.md 3.4: {(right ones, others) chosen of two and two: points}
    "netto": {(0, 0): 0, (1, 0): 500_000, (2, 0): FULL, (1, 1): 0, (2, 1): 500_000, (2, 2): 0, (0, 1): 0, (0, 2): 0},
    "alla-rätt": {(0, 0): 0, (1, 0): 0, (2, 0): FULL, (1, 1): 0, (2, 1): 0, (2, 2): 0, (0, 1): 0, (0, 2): 0},
    "bara-rätt": {(0, 0): 0, (1, 0): 500_000, (2, 0): FULL, (1, 1): 0, (2, 1): 0, (2, 2): 0, (0, 1): 0, (0, 2): 0},
}


@pytest.mark.parametrize("rule", BY_RULE)
def test_every_answer_to_a_flerval_by_each_rule(rule):
    question = flerval(2, 2, poängregel=rule)

    for answer in every_answer(question):
        chosen = sum(each.startswith("r") for each in answer), sum(each.startswith("w") for each in answer)
        assert question.points(answer) == {**BY_RULE[rule], (1, 2): 0}[chosen]


@given(st.sampled_from(list(BY_RULE)), st.integers(2, 6), st.integers(1, 6), st.data())
def test_by_every_rule_a_right_option_more_never_costs_and_the_order_does_not_matter(rule, right, wrong, data):
    question = flerval(right, wrong, poängregel=rule)
    answer = data.draw(st.permutations(data.draw(st.lists(st.sampled_from(question.choice_ids), unique=True))))
    better = sorted({*answer, data.draw(st.sampled_from(question.right_answer))})

    assert 0 <= question.points(answer) <= question.points(better) <= FULL
    assert question.points(answer) == question.points(sorted(answer))
    assert (question.points(answer) == FULL) == (sorted(answer) == question.right_answer)


@pytest.mark.parametrize("question", [flerval(3, 2), item("enval", ["a"], ["b", "c"]), SANTFALSKT])
def test_right_and_wrong_answers_are_what_they_say(question):
    assert question.points(question.right_answer) == FULL
    assert [question.points(answer) < FULL for answer in question.wrong_answers] == [True] * sum(
        not choice.right for choice in question.choices
    )
    assert [question.read({"svar": answer}) for answer in question.wrong_answers] == question.wrong_answers


@pytest.mark.parametrize("seed", range(20))
def test_the_shown_order_changes_the_page_and_never_the_points(seed):
    question = flerval(3, 3)
    shown = [choice.id for choice in shown_parts(question, seed)]
    answer = question.read({"svar": [choice for choice in shown if choice in ("r0", "r2", "w1")]})

    assert sorted(shown) == sorted(question.choice_ids)
    assert answer == ["r0", "r2", "w1"]
    assert question.points(answer) == question.points(answer[::-1]) == 333_334


def test_orders_differ_between_attempts_and_a_statement_keeps_its_own():
    orders = {tuple(choice.id for choice in shown_parts(flerval(3, 3), seed)) for seed in range(20)}
    again = {tuple(choice.id for choice in shown_parts(flerval(3, 3), seed)) for seed in range(20)}

    assert len(orders) > 10
    assert orders == again
    assert [shown_parts(SANTFALSKT, seed) for seed in range(20)] == [SANTFALSKT.choices] * 20


@pytest.mark.parametrize(
    ("question", "answer", "points"),
    [
        (ENVAL, ["r0"], 1_000_000),
        (ENVAL, ["w0"], 0),
        (ENVAL, ["w1"], 0),
        (ENVAL, [], 0),
        (ENVAL, ["r0", "w0"], 0),
        (SANTFALSKT, ["sant"], 1_000_000),
        (SANTFALSKT, ["falskt"], 0),
        (SANTFALSKT, [], 0),
    ],
)
def test_one_choice_is_right_or_worth_nothing(question, answer, points):
    assert question.points(answer) == points


# --- reading a form


@pytest.mark.parametrize("question", [ENVAL, SANTFALSKT, flerval()], ids=lambda question: question.type)
def test_an_answer_is_stored_in_the_order_of_the_question_file(question):
    for choice in question.choice_ids:
        assert question.read({"svar": [choice], "annat": ["x"]}) == [choice]


def test_several_answers_to_a_flerval_are_stored_in_the_order_of_the_question_file():
    assert flerval().read({"svar": ["w1", "r1", "r0"]}) == ["r0", "r1", "w1"]


CHOOSE_ONE = "Välj ett svar."
CHOOSE_SOME = "Välj minst ett svar."
NOT_THERE = "Svaret finns inte bland alternativen. Välj ett av dem som visas."
NOT_AMONG = "Svaret finns inte bland alternativen. Välj bland dem som visas."


@pytest.mark.parametrize(
    ("question", "form", "message"),
    [
        (ENVAL, {}, CHOOSE_ONE),
        (ENVAL, {"svar": []}, CHOOSE_ONE),
        (ENVAL, {"annat": ["r0"]}, CHOOSE_ONE),
        (ENVAL, {"svar": ["r0", "w0"]}, CHOOSE_ONE),
        (ENVAL, {"svar": ["r0", "r0"]}, CHOOSE_ONE),
        (ENVAL, {"svar": ["annan"]}, NOT_THERE),
        (ENVAL, {"svar": [""]}, NOT_THERE),
        (ENVAL, {"svar": ["R0"]}, NOT_THERE),
        (SANTFALSKT, {}, CHOOSE_ONE),
        (SANTFALSKT, {"svar": ["sant", "falskt"]}, CHOOSE_ONE),
        (SANTFALSKT, {"svar": ["Sant"]}, NOT_THERE),
        (flerval(), {}, CHOOSE_SOME),
        (flerval(), {"svar": []}, CHOOSE_SOME),
        (flerval(), {"svar": ["r0", "r0"]}, NOT_AMONG),
        (flerval(), {"svar": ["r0", "annan"]}, NOT_AMONG),
        (flerval(), {"svar": [""]}, NOT_AMONG),
    ],
)
def test_what_is_no_answer_is_refused_in_swedish(question, form, message):
    with pytest.raises(Invalid) as refused:
        question.read(form)

    assert (str(refused.value), refused.value.field, refused.value.status) == (message, "svar", 422)


# --- a whole paper


def quiz_of(*items, pass_mark=Fraction(80, 100)):
    return Quiz("q", "Frågor", "m", pass_mark, {each.id: each for each in items}, {})


def test_all_right_is_every_point_exactly():
    items = [flerval(3, 1, item_id=f"f{n}", critical=n < 2) for n in range(7)]
    answers = {each.id: ["r0", "r1", "r2"] for each in items}

    assert grade(quiz_of(*items, pass_mark=Fraction(1)), items, answers) == Score(
        marks={f"f{n}": 1_000_000 for n in range(7)}, points=7_000_000, of=7_000_000, passed=True, stars=("f0", "f1")
    )


def test_partial_points_are_summed_and_what_is_not_answered_is_worth_nothing():
    items = [flerval(3, 1, item_id="a", critical=True), flerval(item_id="b"), item("enval", ["r"], ["w"], item_id="c")]

    assert grade(quiz_of(*items), items, {"a": ["r0", "r1"], "c": ["r"]}) == Score(
        marks={"a": 666_667, "b": 0, "c": 1_000_000}, points=1_666_667, of=3_000_000, passed=False, stars=()
    )


@pytest.mark.parametrize(
    ("pass_mark", "passed"), [(Fraction(49, 100), True), (Fraction(50, 100), True), (Fraction(51, 100), False)]
)
def test_the_pass_mark_is_reached_at_exactly_its_share(pass_mark, passed):
    items = [item("enval", ["r"], ["w"], item_id="a"), item("enval", ["r"], ["w"], item_id="b")]

    assert grade(quiz_of(*items, pass_mark=pass_mark), items, {"a": ["r"], "b": ["w"]}).passed is passed


@given(
    st.lists(st.tuples(st.integers(2, 5), st.integers(1, 5), st.data()), min_size=1, max_size=30), st.integers(1, 100)
)
def test_the_pass_mark_is_reached_exactly_when_the_shares_themselves_reach_it(shapes, percent):
    items = [flerval(right, wrong, item_id=f"f{n}") for n, (right, wrong, _) in enumerate(shapes)]
    answers, shares = {}, Fraction(0)
    for question, (right, wrong, data) in zip(items, shapes, strict=True):
        hits, misses = data.draw(st.integers(0, right)), data.draw(st.integers(0, wrong))
        answers[question.id] = [*question.choice_ids[:hits], *question.choice_ids[right : right + misses]]
        shares += net(right, wrong, hits, misses)

    passed = grade(quiz_of(*items, pass_mark=Fraction(percent, 100)), items, answers).passed

    assert passed is (shares >= Fraction(percent, 100) * len(items))


def test_three_thirds_are_a_whole_at_the_pass_mark():
    items = [*(flerval(3, 1, item_id=f"t{n}") for n in range(3)), *(flerval(item_id=f"f{n}") for n in range(3))]
    answers = {each.id: ["r0"] if each.id.startswith("t") else ["r0", "r1"] for each in items[:5]}

    assert grade(quiz_of(*items, pass_mark=Fraction(1, 2)), items, answers).passed is True


def test_a_star_needs_full_marks():
    items = [flerval(item_id="b", critical=True), flerval(item_id="a", critical=True), flerval(item_id="c")]
    answers = {"a": ["r0", "r1"], "b": ["r0"], "c": ["r0", "r1"]}

    assert grade(quiz_of(*items), items, answers).stars == ("a",)


@given(st.lists(st.tuples(st.integers(2, 5), st.integers(1, 5)), min_size=1, max_size=30))
def test_a_paper_is_worth_the_sum_of_its_marks_and_never_more_than_it_is_out_of(shapes):
    items = [flerval(right, wrong, item_id=f"f{n}") for n, (right, wrong) in enumerate(shapes)]
    score = grade(quiz_of(*items), items, {each.id: [each.choice_ids[0]] for each in items})

    assert score.of == FULL * len(items)
    assert score.points == sum(score.marks.values()) == sum(ceil(Fraction(1, right) * FULL) for right, _ in shapes)


SKALA = ITEM_TYPES["skala"](
    id="skala",
    title="Titel",
    situation="",
    question="Vad?",
    notes={},
    section="s",
    critical=False,
    options={},
    levels=(),
    statements=(),
)


def test_a_question_without_points_counts_neither_for_nor_against():
    items = [item("enval", ["r"], ["w"], item_id="a"), SKALA]

    assert grade(quiz_of(*items, pass_mark=Fraction(1)), items, {"a": ["r"], "skala": []}) == Score(
        marks={"a": FULL}, points=FULL, of=FULL, passed=True, stars=()
    )


def test_a_paper_of_questions_without_points_is_passed_once_it_is_answered():
    assert grade(quiz_of(SKALA), [SKALA], {"skala": []}) == Score(marks={}, points=0, of=0, passed=True, stars=())
