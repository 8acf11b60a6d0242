from django.urls import include, path
from rest_framework.routers import DefaultRouter

from appointments import views

router = DefaultRouter()
router.register("appointments", views.AppointmentViewSet)

urlpatterns = [
    path("free-slots/<str:day>", views.free_slots),
    path("opening-hours", views.opening_hours),
    path("calendars/<int:doctor_id>/<str:token>", views.calendar),
    path("", include(router.urls)),
]
