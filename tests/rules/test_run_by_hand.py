"""How sure rules are of what stands in files that a person runs: a file that ends when it has run holds nothing open and keeps
nobody waiting but the person."""

import pytest

from archlint import testing
from archlint.facts.findings import Confidence

CONNECT = "import psycopg2\n\ndb = psycopg2.connect('host=db dbname=shop')\n"
INSERT = {"shop/orders.py": "def add(cursor, total):\n    cursor.execute('INSERT INTO orders (total) VALUES (%s)', (total,))\n"}
QUERY = {
    "DBS013": "    psycopg2.connect('host=db dbname=shop')\n",
    "DBS018": "    connection = psycopg2.connect('dbname=shop')\n    connection.cursor().execute('SELECT 1')\n"
    "    tell(connection.info)\n    connection.close()\n",
    "SQL001": "    cursor = psycopg2.connect('dbname=shop').cursor()\n    cursor.execute('SELECT * FROM orders')\n"
    "    for row in cursor.fetchall():\n        print(row)\n",
    "SQL004": "    cursor = psycopg2.connect('dbname=shop').cursor()\n    cursor.execute('SELECT id FROM orders')\n"
    "    print(cursor.fetchall())\n",
    "SQL005": "    cursor = psycopg2.connect('dbname=shop').cursor()\n"
    "    cursor.execute('SELECT id FROM orders LIMIT 50 OFFSET %s', (start,))\n",
}

BY_HAND = {
    "it tells what it does": {"load/orders.py": f"{CONNECT}\n\ndef show():\n    return db\n\n\nprint('done')\n"},
    "it calls its own function": {"load/orders.py": f"{CONNECT}\n\ndef show():\n    return db\n\n\nshow()\n"},
    "it tells so in a loop": {"load/orders.py": f"{CONNECT}\n\ndef show():\n    return db\n\nfor n in (1, 2):\n    print(n)\n"},
    "its body is all that there is": {"load/orders.py": f"{CONNECT}db.cursor().execute('DELETE FROM cart')\n"},
    "it does something when it is run": {
        "update_orders.py": "import psycopg2\n\n\ndef change():\n    psycopg2.connect('host=db dbname=shop')\n\n\n"
        "if __name__ == '__main__':\n    change()\n"
    },
}

PART_OF_THE_PROGRAM = {
    "a package holds it": {"load/orders.py": f"{CONNECT}\nprint('done')\n", "load/__init__.py": ""},
    "a file imports it": {"load/orders.py": f"{CONNECT}\nprint('done')\n", "load/views.py": "import orders\n"},
    "a server looks for what it makes": {"load/orders.py": f"{CONNECT}\napp = make()\nprint('ready')\n"},
    "it goes on waiting": {"load/orders.py": f"{CONNECT}\nprint('ready')\nqueue.start_consuming()\n"},
    "its function is handed out": {"load/orders.py": f"{CONNECT}\n\n@hub.route('/')\ndef show():\n    pass\n\nprint(show)\n"},
    "what it calls is kept": {"load/orders.py": f"{CONNECT}\n\ndef read():\n    return db\n\n\nsettings = read()\n"},
    "a deployment starts it": {
        "load/orders.py": f"{CONNECT}\nprint('ready')\n",
        "Dockerfile": 'FROM python:3.12\nCOPY . .\nCMD ["python", "load/orders.py"]\n',
    },
}


@pytest.mark.parametrize("files", BY_HAND.values(), ids=BY_HAND.keys())
def test_note(files: dict[str, str]) -> None:
    (found,) = testing.run_rule("DBS013", files)

    assert found.confidence == Confidence.LOW


@pytest.mark.parametrize("files", PART_OF_THE_PROGRAM.values(), ids=PART_OF_THE_PROGRAM.keys())
def test_finding(files: dict[str, str]) -> None:
    (found,) = testing.run_rule("DBS013", files)

    assert found.confidence > Confidence.LOW


@pytest.mark.parametrize("rule", QUERY)
def test_every_rule_that_asks(rule: str) -> None:
    function = f"import psycopg2\n\n\ndef change(start):\n{QUERY[rule]}"
    called = f"{function}\n\nchange(1)\n"

    of_program = testing.run_rule(rule, INSERT | {"load/orders.py": function})
    by_hand = testing.run_rule(rule, INSERT | {"load/orders.py": called})

    assert [hit.confidence > Confidence.LOW for hit in of_program] == [True]
    assert not any(hit.confidence > Confidence.LOW for hit in by_hand)


def test_a_query_of_the_program_stands_before_one_of_a_script() -> None:
    """Of the columns that several statements look for rows by, one of the program is what is told."""
    tables = "CREATE TABLE orders (id bigint PRIMARY KEY, number text);\n"
    ask = "    psycopg2.connect('dbname=shop').cursor().execute('SELECT id FROM orders WHERE number = %s', (number,))\n"
    script = f"import psycopg2\n\n\ndef change(number):\n{ask}\n\nchange('Bonn')\n"
    program = f"import psycopg2\n\n\ndef find(number):\n{ask}"
    files = INSERT | {"schema.sql": tables, "load/orders.py": script}

    (alone,) = testing.run_rule("SQL006", files)
    (both,) = testing.run_rule("SQL006", files | {"shop/find.py": program})

    assert alone.confidence == Confidence.LOW
    assert (both.location.path, both.confidence) == ("shop/find.py", Confidence.MEDIUM)
    assert [step.location.path for step in both.related][:2] == ["schema.sql", "load/orders.py"]


def test_a_script_that_reads_rows_by_place_is_a_note_as_well() -> None:
    """Whoever runs it sees what it reads: of seven such places of a blind reading four were no fault."""
    script = "import psycopg2\n\n\ndef show():\n    cursor = psycopg2.connect('dbname=shop').cursor()\n"
    script += (
        "    cursor.execute('SELECT * FROM orders')\n    for row in cursor.fetchall():\n        print(row[0])\n\n\nshow()\n"
    )

    (found,) = testing.run_rule("SQL001", {"load/orders.py": script})

    assert found.confidence == Confidence.LOW


FUNCTION = "import psycopg2\n\n\ndef change(start=0):\n{query}\n\n"
BEGUN = {
    "a command, in a package": "@click.command()\ndef update():\n    change()\n",
    "only the guard of its module": "def main():\n    change()\n\n\nif __name__ == '__main__':\n    main()\n",
    "a command line": "def update(given: argparse.Namespace):\n    change(given.start)\n",
}
KEPT_UP = {
    "a request as well": (
        "def main():\n    change()\n\n\nif __name__ == '__main__':\n    main()\n\n\n@app.get('/')\ndef show():\n    change()\n"
    ),
    "a program that goes on": "def main():\n    while True:\n        change()\n\n\nif __name__ == '__main__':\n    main()\n",
    "somebody to whom it is handed": (
        "def main():\n    change()\n\n\nscheduler.add_job(change)\n\n\nif __name__ == '__main__':\n    main()\n"
    ),
}
HEAD = "import argparse\n\nimport click\nfrom fastapi import FastAPI\n\napp = FastAPI()\n"


def hits(rule: str, rest: str) -> list[bool]:
    code = HEAD + FUNCTION.format(query=QUERY[rule]) + rest
    taker = "from shop import prices\n\n\ndef main():\n    return prices\n\n\nserve(main)\n"  # this `main` is another
    files = INSERT | {"shop/__init__.py": "", "shop/prices.py": code, "shop/main.py": taker}
    return [hit.confidence > Confidence.LOW for hit in testing.run_rule(rule, files)]


@pytest.mark.parametrize("rest", BEGUN.values(), ids=BEGUN.keys())
@pytest.mark.parametrize("rule", ["DBS013", "DBS018", "SQL001", "SQL005"])
def test_functions_that_a_person_starts(rule: str, rest: str) -> None:
    """Also in a module of the program, if nothing but the person's start leads to them."""
    assert not any(hits(rule, rest))


@pytest.mark.parametrize("rest", KEPT_UP.values(), ids=KEPT_UP.keys())
@pytest.mark.parametrize("rule", ["DBS013", "DBS018", "SQL001", "SQL005"])
def test_functions_that_something_else_starts_too(rule: str, rest: str) -> None:
    assert any(hits(rule, rest))


def test_a_file_that_runs_its_coroutine_as_it_is_loaded() -> None:
    code = (
        "import asyncio\n\nimport psycopg2\n\n\nasync def fill():\n    psycopg2.connect('host=db')\n\n\nasyncio.run(fill())\n"
    )

    (found,) = testing.run_rule("DBS013", {"load/fill.py": code})

    assert found.confidence == Confidence.LOW


def test_a_file_that_is_called_after_what_it_runs() -> None:
    code = "import psycopg2\n\n\ndef fix():\n    psycopg2.connect('host=db')\n\n\nif __name__ == '__main__':\n    fix()\n"

    (fix,) = testing.run_rule("DBS013", {"run_fix.py": code})
    (worker,) = testing.run_rule("DBS013", {"run_worker.py": code})

    assert (fix.confidence, worker.confidence > Confidence.LOW) == (Confidence.LOW, True)
