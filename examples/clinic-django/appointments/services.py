"""What the clinic does with appointments."""

import hashlib
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.db.models import QuerySet

from appointments.models import Appointment, Doctor
from patients import services as patient_services  # expect: ARC003
from patients.models import Patient

SLOT = timedelta(minutes=20)
SLOTS = 24


def upcoming(patient_id: int) -> QuerySet[Appointment]:
    return Appointment.objects.filter(patient_id=patient_id, is_cancelled=False).order_by("starts_at")[:20]


def search(words: Iterable[str]) -> QuerySet[Appointment]:
    found = Appointment.objects.filter(is_cancelled=False)
    for word in words:
        found = found.filter(reason__icontains=word)
    return found.select_related("doctor").order_by("-starts_at")[:100]


def day_list(day: date) -> list[dict[str, Any]]:
    entries = []
    for appointment in Appointment.objects.filter(starts_at__date=day).select_related("doctor"):
        patient = Patient.objects.get(pk=appointment.patient_id)  # expect: PRF001
        entries.append(
            {
                "time": appointment.starts_at,
                "room": appointment.doctor.room,
                "doctor": appointment.doctor.name,
                "patient": patient.name,
            }
        )
    return entries


def free_slots(doctor: Doctor, morning: datetime) -> list[datetime]:
    key = f"free-slots:{doctor.pk}:{morning:%Y-%m-%d}"
    cached = cache.get(key)  # expect: CCH004
    if cached is not None:
        return cached
    taken = set(booked(doctor, morning))
    slots = [morning + index * SLOT for index in range(SLOTS)]
    free = [slot for slot in slots if slot not in taken]
    cache.set(key, free)
    return free


def booked(doctor: Doctor, morning: datetime) -> list[datetime]:
    evening = morning + SLOTS * SLOT
    appointments = Appointment.objects.filter(doctor=doctor, starts_at__range=(morning, evening))
    return list(appointments.exclude(is_cancelled=True).values_list("starts_at", flat=True))


def book(doctor: Doctor, patient: Patient, starts_at: datetime, reason: str) -> Appointment | None:
    if not cache.add(f"booking:{doctor.pk}:{starts_at:%Y-%m-%dT%H:%M}", patient.pk, timeout=30):
        return None
    appointment = Appointment.objects.create(
        doctor=doctor, patient=patient, starts_at=starts_at, reason=reason
    )
    cache.delete(f"free-slots:{doctor.pk}:{starts_at:%Y-%m-%d}")
    return appointment


def opening_hours() -> dict[str, str]:
    hours = cache.get("opening-hours")
    if hours is None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT weekday, hours FROM opening_hours ORDER BY weekday")
            hours = dict(cursor.fetchall())
        cache.set("opening-hours", hours, timeout=None)  # expect: CCH001
    return hours


def overbooked(day: date) -> list[Appointment]:
    """Appointments that share their doctor and time with another."""
    return list(
        Appointment.objects.raw(
            """
            SELECT a.* -- expect: SQL001
            FROM appointments_appointment AS a
            WHERE a.starts_at::date = %s
              AND EXISTS (SELECT * FROM appointments_appointment AS b
                          WHERE b.doctor_id = a.doctor_id AND b.starts_at = a.starts_at AND b.id <> a.id)
            """,
            [day],
        )
    )


def calendar_token(doctor: Doctor) -> str:
    """Whoever has the address of a calendar may read it."""
    return hashlib.md5(f"{doctor.pk}:{settings.SECRET_KEY}".encode()).hexdigest()  # expect: SEC003


def register_and_book(patient: Patient, password: str, doctor: Doctor, starts_at: datetime) -> bool:
    access = patient_services.open_access(patient, password)
    return book(doctor, access.patient, starts_at, reason="first visit") is not None  # expect: DBS007
