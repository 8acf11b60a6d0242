"""All URLs."""

from django.urls import include, path

from clinic import health

urlpatterns = [
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("api/v1/", include("appointments.urls")),
    path("api/v1/portal/", include("patients.urls")),
]
