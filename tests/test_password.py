"""Which passwords may be chosen: not those that are guessed first, and every four words that do not belong together."""

import random
import re
from pathlib import Path

import pytest

from course.access.guessable import why_guessable
from course.access.password import check_new, hash_password, normalise, verify
from course.errors import Invalid

ROOT = Path(__file__).parent.parent
ANNA = ("900032", "Anna Exempel", "anna.exempel@example.org")
GUESSED_FIRST = """
Sommaren2026!|P@ssw0rd1234|L0senord1234|Socialtjanst2026|hotochvald2026|Hot och våld 2026|hot-och-våld-2026|qwertyuiopåä
abcdefghijkl|1qaz2wsx3edc|annaexempel1|malmöff12345|Malmö2026!!!!|Välkommen2026|Vinter2026!!|Höstlov2026!!|Lösenord123!
lösenordlösenord|Password2026!|hejhejhejhej|hejhej123456|123456789012|111111222222|qwertyqwerty|QWERTY123456!
asdfghjklöäå|zaq12wsxcde3|mormor123456|jagälskardig1|iloveyou1234|Sverige12345|Stockholm2026|Göteborg1234|Juli2026Juli
Fredag13Fredag|Sommar-2026!|Kommunen2026|kurskurs2026|admin1234567|administrator|letmein123456|socialtjansten
Socialtjänst1!|Arbete2026!!|Hemligt12345|900032900032|fotboll12345|Otillatenpaverkan1|abcabcabcabc|aaaaaaaaaaaa
passwordpassword|monkey123456|superman1234|Welcome12345|1234qwerasdf|qazwsxedcrfv|S0mmar3n2026|V!nter2026V!nter
malmöstad2026|Malmostad123|abc123abc123|12345qwert12345|anna.exempel|Anna900032!!|exempel 2026|!!!!!!!!!!!!
１２３４５６７８９０１２
"""
MANY = [each for line in GUESSED_FIRST.splitlines() for each in line.split("|") if each]


@pytest.mark.parametrize("password", MANY)
def test_what_is_guessed_first_is_refused(password):
    with pytest.raises(Invalid, match="för lätt att gissa"):
        check_new(password, *ANNA)


@pytest.mark.parametrize(
    ("password", "made_of"),
    [
        ("Vinter2026!!", ["vanliga ord", "årtal"]),
        ("annaexempel1", ["ditt namn eller nummer"]),
        ("lkjhgfdsapoi", ["vanliga ord", "tangenter i rad"]),
        ("abcabcabcabc", ["samma sak om igen"]),
    ],
)
def test_the_refusal_says_what_the_password_is_made_of_and_what_to_choose(password, made_of):
    assert why_guessable(password, ANNA) == made_of
    with pytest.raises(Invalid) as refused:
        check_new(password, *ANNA)
    assert all(each in str(refused.value) for each in (*made_of, "Välj fyra ord som inte hör ihop."))


def test_a_name_is_only_its_own_accounts():
    assert why_guessable("kvarnholm123", ("1002", "Bo Ek")) == []
    assert why_guessable("kvarnholm123", ("1002", "Bo Kvarnholm")) == [
        "ditt namn eller nummer",
        "tecken i följd",
    ]


def test_four_words_of_the_courses_own_texts_drawn_at_random_are_accepted():
    texts = [*ROOT.glob("modules/*/*.md"), *ROOT.glob("quizzes/**/*.md")]
    words = sorted({word for path in texts for word in re.findall(r"\b[a-zåäö]{3,12}\b", path.read_text("utf-8"))})
    draw = random.Random(2026)
    passphrases = [" ".join(draw.sample(words, 4)) for _ in range(400)]

    refused = [each for each in passphrases if len(each) >= 12 and why_guessable(each, ANNA)]

    assert len(words) > 2000
    assert refused == []


@pytest.mark.parametrize(
    "password",
    ["tolv bra ord", "å ä ö – ”” 日本語 okej då", "#%&/()=?{}[]", "xK9vTq2mRw7b", "q" * 3 + "häst lampa regn blå"],
)
def test_length_and_signs_of_any_sort_are_no_obstacle(password):
    check_new(password, *ANNA)


@pytest.mark.parametrize(("password", "told"), [("elva tecken", "minst 12"), ("häst lampa regn " * 9, "högst 128")])
def test_the_length_is_told(password, told):
    with pytest.raises(Invalid, match=told):
        check_new(password)


def test_a_hash_costs_what_owasp_asks_for_at_least():
    assert hash_password("fyra helt olika ord").startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_a_password_is_verified_against_its_own_hash_only():
    stored = hash_password("fyra helt olika ord")

    assert verify(stored, "fyra helt olika ord") is True
    assert verify(stored, "fyra helt olika Ord") is False
    assert verify(None, "fyra helt olika ord") is False
    assert verify("no hash", "fyra helt olika ord") is False
    assert stored != hash_password("fyra helt olika ord")


def test_a_name_to_sign_in_with_has_one_spelling():
    assert normalise(" Anna.EK\uff20Example.org\u200b ") == "anna.ek@example.org"
