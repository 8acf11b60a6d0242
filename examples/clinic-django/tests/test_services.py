from datetime import date, timedelta

from django.test import TestCase
from django.utils.timezone import now

from appointments import services
from appointments.models import Appointment, Doctor
from patients.models import Patient


class DayListTest(TestCase):
    def test_it_names_each_patient(self):
        doctor = Doctor.objects.create(name="Dr. Grey", room="4")
        for number in range(3):
            patient = Patient.objects.create(number=str(number), name=f"Patient {number}")
            Appointment.objects.create(doctor=doctor, patient=patient, starts_at=now())
        names = {entry["patient"] for entry in services.day_list(date.today())}
        self.assertEqual(names, {"Patient 0", "Patient 1", "Patient 2"})

    def test_cancelled_ones_are_not_upcoming(self):
        doctor = Doctor.objects.create(name="Dr. Grey", room="4")
        patient = Patient.objects.create(number="7", name="Ann")
        later = now() + timedelta(hours=1)
        Appointment.objects.create(doctor=doctor, patient=patient, starts_at=later, is_cancelled=True)
        self.assertFalse(services.upcoming(patient.pk).exists())
