"""Mail to customers, over the shop's own relay."""

import smtplib
from email.message import EmailMessage


class SmtpMailer:
    def __init__(self, host: str) -> None:
        self._host = host

    def send_reset_link(self, email: str, link: str) -> None:
        message = EmailMessage()
        message["From"] = "Storefront <accounts@shop.example.com>"
        message["To"] = email
        message["Subject"] = "Your new password"
        message.set_content(
            f"Choose a new password within the hour:\nhttps://shop.example.com/reset/{link}\n"
        )
        with smtplib.SMTP(self._host, timeout=5) as smtp:
            smtp.send_message(message)
