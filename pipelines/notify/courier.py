"""The process that hands messages to one channel, one after the other. A long message for a chat goes out in pieces.
Each piece has a time limit that nothing can exceed.

An alarm ends the complete process, whatever hangs: name resolution, TLS, a slow answer, or a library that waits. The
process reads lines of JSON. The first line has the address, and the private networks that the address may lead to; so
no list of processes shows the address. Each further line is a message. For each piece that a chat's service accepted,
the process writes a line. After the whole message it writes a receipt. The process ends when its input ends. So it ends
with the process that started it (`delivery.open_courier`).
"""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, replace
from typing import TextIO

from pipelines.notify import form_addresses
from pipelines.notify.channel_kinds import FILE, MAIL, WEBHOOK, kind, problem
from pipelines.notify.message import Carry, Message, Receipt, ReceiptCode

# A courier takes at most this many seconds to sign off from a server that does not answer.
CLOSING_SECONDS = 3.0


def main() -> None:
    """Serve until the input ends."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGALRM})
    # Ctrl-C reaches all processes of the group. This process ignores it and finishes the current message; then its
    # input ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for name in ("httpx", "httpcore", "urllib3", "requests"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    line = json.loads(sys.stdin.readline())
    with ExitStack() as stack:
        seconds, carry = _open_carrier(stack, line["address"])
        guard = form_addresses.shut(line["networks"]) if line["networks"] is not None else None
        failed = 0
        for line in sys.stdin:
            given = json.loads(line)
            if given["failed"] < failed:
                # This message was handed over before the failure of the earlier message was known.
                _say(answers, {"receipt": asdict(Receipt(code=ReceiptCode.UNTRIED))})
                continue
            signal.setitimer(signal.ITIMER_REAL, seconds)
            receipt = carry(Message(**given["message"]), given["taken"], _telling(answers, seconds))
            signal.setitimer(signal.ITIMER_REAL, 0)
            if guard and guard.refused and receipt.code != ReceiptCode.SENT:
                receipt = replace(receipt, said=form_addresses.LED_AWAY)
            failed += receipt.code != ReceiptCode.SENT
            _say(answers, {"receipt": asdict(receipt)})
        signal.setitimer(signal.ITIMER_REAL, CLOSING_SECONDS)


def _open_carrier(stack: ExitStack, address: str) -> tuple[float, Carry]:
    """The seconds that a message may take, and the function that hands it over."""
    scheme = kind(address)
    try:
        if scheme in WEBHOOK:
            from pipelines.notify import webhook

            return webhook.TIMEOUT_SECONDS, stack.enter_context(webhook.open_carrier(address))
        if scheme in MAIL:
            from pipelines.notify import mail

            return mail.TIMEOUT_SECONDS, stack.enter_context(mail.open_carrier(address))
        if scheme == FILE:
            from pipelines.notify import jsonlines

            return jsonlines.TIMEOUT_SECONDS, stack.enter_context(jsonlines.open_carrier(address))
        from pipelines.notify import chat

        return chat.TIMEOUT_SECONDS, stack.enter_context(chat.open_carrier(address))
    except ValueError:
        said = problem(address)
        return 0.0, lambda message, taken, took: Receipt(code=ReceiptCode.UNUSABLE, said=said)


def _telling(answers: TextIO, seconds: float) -> Callable[[str], None]:
    """A function that reports a piece as accepted. The time limit then starts anew for the next piece."""

    def took(part: str) -> None:
        _say(answers, {"took": part})
        signal.setitimer(signal.ITIMER_REAL, seconds)

    return took


def _say(answers: TextIO, answer: dict[str, object]) -> None:
    answers.write(json.dumps(answer) + "\n")
    answers.flush()


if __name__ == "__main__":
    main()
