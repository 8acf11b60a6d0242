"""Reminds patients of tomorrow's appointments: run it every evening."""

import logging
from datetime import date, timedelta
from typing import Any

from django.core.mail import send_mail
from django.core.management.base import BaseCommand

from appointments.models import Appointment

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Sends a mail to each patient who has an appointment tomorrow."

    def handle(self, *args: Any, **options: Any) -> None:
        tomorrow = date.today() + timedelta(days=1)
        due = Appointment.objects.filter(starts_at__date=tomorrow, is_cancelled=False)
        for appointment in due.select_related("doctor", "patient").iterator(chunk_size=200):
            patient = appointment.patient
            if not patient.email:
                continue
            send_mail(
                subject="Your appointment tomorrow",
                message=f"{appointment.starts_at:%H:%M}, {appointment.doctor.name}",
                from_email=None,
                recipient_list=[patient.email],
            )
            logger.info("reminded %s", patient.email)  # expect: SEC017
        self.stdout.write("done")
