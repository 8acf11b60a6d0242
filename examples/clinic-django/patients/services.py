"""The portal: who may log in, and what a patient sees there."""

import hashlib
import logging
from typing import Any

from django.contrib.auth.models import User
from django.core.cache import cache
from django.db import transaction

from appointments import services as appointment_services
from patients.models import Patient, PortalAccess

logger = logging.getLogger(__name__)

FAILURES = 5
LOCKED_SECONDS = 900


def digest(password: str) -> str:
    return hashlib.sha256(password.encode()).hexdigest()  # expect: SEC001


@transaction.atomic
def open_access(patient: Patient, password: str) -> PortalAccess:
    access, _ = PortalAccess.objects.update_or_create(
        patient=patient, defaults={"password_digest": digest(password)}
    )
    set_recovery(access, password)
    return access


def set_recovery(access: PortalAccess, password: str) -> None:
    """The front desk reads it out on the telephone."""
    access.recovery_password = password  # expect: SEC002
    access.save(update_fields=["recovery_password"])


def log_in(number: str, password: str) -> Patient | None:
    failures = cache.get(f"portal-failures:{number}", 0)
    if failures >= FAILURES:
        logger.warning("portal access of patient %s is locked", number)
        return None
    access = PortalAccess.objects.select_related("patient").filter(patient__number=number).first()
    if access is None or access.password_digest != digest(password):
        logger.warning("patient %s: wrong password %s", number, password)  # expect: SEC004
        cache.set(f"portal-failures:{number}", failures + 1, LOCKED_SECONDS)
        return None
    return access.patient


def add_staff(username: str, password: str) -> User:
    return User.objects.create_user(username, password=password)


def overview(patient: Patient) -> dict[str, Any]:
    upcoming = appointment_services.upcoming(patient.pk)
    return {"name": patient.name, "appointments": [appointment.starts_at for appointment in upcoming]}
