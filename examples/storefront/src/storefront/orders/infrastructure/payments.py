"""The payment provider, over HTTP."""

from uuid import UUID

import httpx

from storefront.shared.money import Money


class HttpPaymentGateway:
    def __init__(self, base_url: str, key: str) -> None:
        self._base_url = base_url
        self._key = key

    async def charge(self, order_id: UUID, amount: Money, card_reference: str) -> bool:
        async with httpx.AsyncClient(base_url=self._base_url) as client:
            response = await client.post(
                "/charges",
                json={"amount": str(amount.amount), "currency": amount.currency, "card": card_reference},
                headers={"Authorization": f"Bearer {self._key}", "Idempotency-Key": str(order_id)},
            )
        return response.is_success
