"""What holds for all tests: nothing is timed, since machines are slow and busy in their own ways."""

from hypothesis import HealthCheck, settings

settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")
