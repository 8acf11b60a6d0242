"""Patients, and their access to the portal."""

from django.db import models


class Patient(models.Model):
    number = models.CharField(max_length=12, unique=True)
    name = models.CharField(max_length=120)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=30, blank=True)


class PortalAccess(models.Model):
    patient = models.OneToOneField(Patient, on_delete=models.CASCADE, related_name="access")
    password_digest = models.CharField(max_length=64)
    recovery_password = models.CharField(max_length=40, blank=True)
    opened_at = models.DateTimeField(auto_now_add=True)
