from django.urls import path

from patients.views import LoginView, OverviewView

urlpatterns = [
    path("login", LoginView.as_view()),
    path("overview", OverviewView.as_view()),
]
