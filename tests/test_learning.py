from course.learning.queries import completed


def paths(world, key):
    return [(row.path, row.edition) for row in completed(world.db, world.people[key], "kurs")]


def test_right_answers_complete_the_module_and_with_it_the_course(world):
    world.publish()
    world.person("anna", "A")
    world.person("noise", "A")

    world.take("anna", "2026-03-01")

    assert paths(world, "anna") == [("modul", 1), ("", 1)]
    assert paths(world, "noise") == []
