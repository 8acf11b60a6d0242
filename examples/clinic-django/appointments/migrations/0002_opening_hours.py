from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("appointments", "0001_initial")]
    operations = [
        migrations.RunSQL(
            sql="CREATE TABLE opening_hours (weekday varchar(9) PRIMARY KEY, hours varchar(40) NOT NULL)",
            reverse_sql="DROP TABLE opening_hours",
        ),
        migrations.RunSQL(
            sql="CREATE VIEW open_appointments AS "
            "SELECT * "  # expect: SQL001
            "FROM appointments_appointment WHERE NOT is_cancelled",
            reverse_sql="DROP VIEW open_appointments",
        ),
    ]
