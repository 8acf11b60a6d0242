"""The payment provider, over HTTP."""

from uuid import UUID

import httpx

from storefront.shared.backoff import pause
from storefront.shared.money import Money

_ATTEMPTS = 3


class HttpPaymentGateway:
    def __init__(self, base_url: str, key: str) -> None:
        self._base_url = base_url
        self._key = key

    async def charge(self, order_id: UUID, amount: Money, card_reference: str) -> bool:
        body = {"amount": str(amount.amount), "currency": amount.currency, "card": card_reference}
        headers = {"Authorization": f"Bearer {self._key}", "Idempotency-Key": str(order_id)}
        async with httpx.AsyncClient(base_url=self._base_url) as client:
            for attempt in range(_ATTEMPTS):
                response = await client.post("/charges", json=body, headers=headers)
                if response.status_code != httpx.codes.SERVICE_UNAVAILABLE:
                    return response.is_success
                pause(attempt)  # expect: RES007
        return False

    async def charged(self, order_ids: list[UUID]) -> list[UUID]:
        """Those for which the provider has the money: the nightly job settles them."""
        headers = {"Authorization": f"Bearer {self._key}"}
        async with httpx.AsyncClient(base_url=self._base_url, headers=headers) as client:
            found = []
            for order_id in order_ids:
                response = await client.get(f"/charges/{order_id}")  # expect: SVC004
                if response.is_success:
                    found.append(order_id)
            return found
