"""Doctors and their appointments."""

from django.db import models

from patients.models import Patient


class Doctor(models.Model):
    name = models.CharField(max_length=120)
    room = models.CharField(max_length=20)
    is_active = models.BooleanField(default=True)


class Appointment(models.Model):
    doctor = models.ForeignKey(Doctor, on_delete=models.PROTECT, related_name="appointments")
    patient = models.ForeignKey(Patient, on_delete=models.CASCADE, related_name="appointments")
    starts_at = models.DateTimeField(db_index=True)
    reason = models.TextField(blank=True)
    is_cancelled = models.BooleanField(default=False)
