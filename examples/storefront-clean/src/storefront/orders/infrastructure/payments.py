"""The payment provider, over HTTP, behind a circuit breaker."""

from datetime import timedelta
from uuid import UUID

import httpx
import structlog
from aiobreaker import CircuitBreaker, CircuitBreakerError

from storefront.platform.errors import Unavailable
from storefront.shared.money import Money

logger = structlog.get_logger()

breaker = CircuitBreaker(fail_max=5, timeout_duration=timedelta(seconds=30))


def payment_client(base_url: str, key: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        base_url=base_url,
        headers={"Authorization": f"Bearer {key}"},
        timeout=httpx.Timeout(5.0, connect=2.0),
    )


class HttpPaymentGateway:
    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def charge(self, order_id: UUID, amount: Money, card_reference: str) -> bool:
        try:
            return await self._post(order_id, amount, card_reference)
        except (CircuitBreakerError, httpx.HTTPError) as error:
            logger.warning("payment_provider_unavailable", order_id=str(order_id), exc_info=True)
            raise Unavailable("payments") from error

    @breaker
    async def _post(self, order_id: UUID, amount: Money, card_reference: str) -> bool:
        response = await self._client.post(
            "/charges",
            json={"amount": str(amount.amount), "currency": amount.currency, "card": card_reference},
            headers={"Idempotency-Key": str(order_id)},
        )
        if response.status_code == httpx.codes.PAYMENT_REQUIRED:
            return False
        response.raise_for_status()
        return True

    @breaker
    async def charged(self, order_ids: list[UUID]) -> list[UUID]:
        """Those for which the provider has the money: the nightly job settles them."""
        response = await self._client.post("/charges/search", json={"orders": [str(each) for each in order_ids]})
        response.raise_for_status()
        return [UUID(each) for each in response.json()["charged"]]
