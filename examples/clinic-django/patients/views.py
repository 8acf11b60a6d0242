"""The portal's endpoints."""

import logging

from rest_framework import status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from patients import services
from patients.models import Patient
from patients.serializers import LoginSerializer

logger = logging.getLogger(__name__)


class LoginView(APIView):
    permission_classes = [AllowAny]

    def post(self, request: Request) -> Response:
        serializer = LoginSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        patient = services.log_in(**serializer.validated_data)
        if patient is None:
            return Response({"detail": "Wrong number or password"}, status=status.HTTP_401_UNAUTHORIZED)
        request.session["patient"] = patient.pk
        logger.info("portal login of %s <%s>", patient.name, patient.email)  # expect: SEC017
        return Response(services.overview(patient))


class OverviewView(APIView):
    permission_classes = [AllowAny]

    def get(self, request: Request) -> Response:
        patient = Patient.objects.filter(pk=request.session.get("patient")).first()  # expect: ARC004
        if patient is None:
            return Response({"detail": "Log in first"}, status=status.HTTP_403_FORBIDDEN)
        return Response(services.overview(patient))
