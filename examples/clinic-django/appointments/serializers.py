"""What goes over the wire."""

from rest_framework import serializers

from appointments.models import Appointment


class AppointmentSerializer(serializers.ModelSerializer):
    doctor = serializers.CharField(source="doctor.name")
    patient = serializers.CharField(source="patient.name")  # expect: PRF002

    class Meta:
        model = Appointment
        fields = ["id", "doctor", "patient", "starts_at", "reason"]


class BookingSerializer(serializers.Serializer):
    doctor = serializers.IntegerField()
    patient = serializers.IntegerField()
    starts_at = serializers.DateTimeField()
    reason = serializers.CharField(max_length=500, allow_blank=True)


class FirstVisitSerializer(BookingSerializer):
    password = serializers.CharField(min_length=12, write_only=True)
