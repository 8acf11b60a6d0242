"""A migration of many operations is read to its end."""

from __future__ import annotations

from archlint import testing

MANY = 400
HEAD = "from django.db import migrations, models\n\n\nclass Migration(migrations.Migration):\n    operations = [\n"
FIRST = "        migrations.CreateModel(name='Page', fields=[('id', models.BigAutoField(primary_key=True))]),\n"


def found(last: int) -> list[str]:
    fields = "".join(f"    field{row} = models.IntegerField()\n" for row in range(MANY))
    model = f"from django.db import models\n\n\nclass Page(models.Model):\n{fields}"
    adds = "".join(
        f"        migrations.AddField(model_name='page', name='field{row}', field=models.IntegerField()),\n"
        for row in range(last)
    )
    files = {
        "shop/__init__.py": "",
        "shop/models.py": model,
        "shop/migrations/__init__.py": "",
        "shop/migrations/0001_initial.py": f"{HEAD}{FIRST}{adds}    ]\n",
        "shop/settings.py": "INSTALLED_APPS = ['shop']\nDEFAULT_AUTO_FIELD = 'django.db.models.BigAutoField'\n",
    }
    return [finding.message for finding in testing.run_rule("DBS019", files)]


def test_all_operations_count() -> None:
    assert found(MANY) == []


def test_one_that_is_missing_is_told() -> None:
    (message,) = found(MANY - 1)
    assert f"field{MANY - 1}" in message
