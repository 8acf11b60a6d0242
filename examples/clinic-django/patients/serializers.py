"""What goes over the wire."""

from rest_framework import serializers

from patients.models import Patient


class LoginSerializer(serializers.Serializer):
    number = serializers.CharField(max_length=12)
    password = serializers.CharField(max_length=200, write_only=True)


class PatientSerializer(serializers.ModelSerializer):
    class Meta:
        model = Patient
        fields = ["number", "name", "email", "phone"]
