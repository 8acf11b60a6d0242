"""The staff's endpoints."""

from datetime import date, datetime, time

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.crypto import constant_time_compare
from django.utils.timezone import get_current_timezone
from rest_framework import status, viewsets
from rest_framework.decorators import action, api_view, permission_classes
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from appointments import services
from appointments.models import Appointment, Doctor
from appointments.serializers import AppointmentSerializer, BookingSerializer, FirstVisitSerializer
from patients.models import Patient


class AppointmentViewSet(viewsets.ReadOnlyModelViewSet):
    queryset = Appointment.objects.select_related("doctor", "patient").order_by("-starts_at")
    serializer_class = AppointmentSerializer

    def create(self, request: Request) -> Response:
        booking = BookingSerializer(data=request.data)
        booking.is_valid(raise_exception=True)
        doctor = get_object_or_404(Doctor, pk=booking.validated_data["doctor"])
        patient = get_object_or_404(Patient, pk=booking.validated_data["patient"])
        appointment = services.book(
            doctor, patient, booking.validated_data["starts_at"], booking.validated_data["reason"]
        )
        if appointment is None:
            return Response({"detail": "Just taken"}, status=status.HTTP_409_CONFLICT)
        return Response(AppointmentSerializer(appointment).data, status=status.HTTP_201_CREATED)

    @action(detail=False, methods=["post"])
    def first_visit(self, request: Request) -> Response:
        visit = FirstVisitSerializer(data=request.data)
        visit.is_valid(raise_exception=True)
        doctor = get_object_or_404(Doctor, pk=visit.validated_data["doctor"])
        patient = get_object_or_404(Patient, pk=visit.validated_data["patient"])
        password, starts_at = visit.validated_data["password"], visit.validated_data["starts_at"]
        if not services.register_and_book(patient, password, doctor, starts_at):
            return Response({"detail": "Just taken"}, status=status.HTTP_409_CONFLICT)
        return Response(status=status.HTTP_201_CREATED)

    @action(detail=False)
    def search(self, request: Request) -> Response:
        found = services.search(request.query_params.get("q", "").split())
        return Response(AppointmentSerializer(found, many=True).data)

    @action(detail=False)
    def today(self, request: Request) -> Response:
        return Response(services.day_list(date.today()))


@api_view(["GET"])
def free_slots(request: Request, day: str) -> Response:
    """Who is free that day: one entry a doctor."""
    morning = datetime.combine(date.fromisoformat(day), time(9), get_current_timezone())
    free = {}
    for doctor in Doctor.objects.filter(is_active=True):  # expect: ARC004
        free[doctor.name] = services.free_slots(doctor, morning)  # expect: PRF001
    return Response(free)


@api_view(["GET"])
@permission_classes([AllowAny])
def opening_hours(request: Request) -> Response:
    return Response(services.opening_hours())


@api_view(["GET"])
@permission_classes([AllowAny])
def calendar(request: Request, doctor_id: int, token: str) -> HttpResponse:
    doctor = get_object_or_404(Doctor, pk=doctor_id)
    if not constant_time_compare(token, services.calendar_token(doctor)):
        return HttpResponse(status=status.HTTP_404_NOT_FOUND)
    starts = doctor.appointments.filter(is_cancelled=False).values_list("starts_at", flat=True)[:200]
    events = [f"BEGIN:VEVENT\nDTSTART:{start:%Y%m%dT%H%M%SZ}\nEND:VEVENT" for start in starts]  # expect: ARC004
    body = "\n".join(["BEGIN:VCALENDAR", *events, "END:VCALENDAR"])
    return HttpResponse(body, content_type="text/calendar")
