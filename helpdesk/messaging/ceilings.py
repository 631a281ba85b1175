"""How much may leave: what is over a ceiling waits, and nothing is lost (S18)."""

from __future__ import annotations

from datetime import timedelta

from helpdesk.core import throttle
from helpdesk.messaging.accounts import setting
from helpdesk.messaging.models import ChannelAccount, Delivery, DeliveryKind
from helpdesk.messaging.policy import MailPolicy
from helpdesk.messaging.sending_fields import SENDS_A_MINUTE, SENDS_AN_HOUR

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
# Automatic mail leaves a part of every ceiling to what agents write.
AUTOMATIC_SHARE = 0.8


def pause_for(
    delivery: Delivery, account: ChannelAccount | None, outlet: str, policy: MailPolicy
) -> timedelta | None:
    """Count this mail against its ceilings; how long it has to wait when one is reached, and then nothing is counted.

    Inside the open unit of work. Each server has a ceiling by the minute and by the hour, and so has each person
    outside; 0 means none.
    """
    counted: list[tuple[str, timedelta]] = []
    for key, limit, per in _limits(delivery, account, outlet, policy):
        if limit <= 0:
            continue
        counted.append((key, per))
        if not throttle.hit(key, limit, per):
            for hit_key, hit_per in counted:
                throttle.take_back(hit_key, hit_per)
            return max(per / 10, timedelta(seconds=10))
    return None


def _limits(
    delivery: Delivery, account: ChannelAccount | None, outlet: str, policy: MailPolicy
) -> list[tuple[str, int, timedelta]]:
    share = 1.0 if delivery.kind is DeliveryKind.REPLY else AUTOMATIC_SHARE
    a_minute = _own(account, SENDS_A_MINUTE) or policy.sends_a_minute
    an_hour = _own(account, SENDS_AN_HOUR) or policy.sends_an_hour
    limits = [
        (f"sent/{outlet}", _share(a_minute, share), MINUTE),
        (f"sent/{outlet}", _share(an_hour, share), HOUR),
    ]
    # Staff get news of every ticket; who writes to us gets answers.
    if delivery.kind is not DeliveryKind.NOTICE:
        limits.append((f"sent-to/{delivery.recipient}", policy.sends_to_one_an_hour, HOUR))
    return limits


def _own(account: ChannelAccount | None, name: str) -> int:
    return int(setting(account, name) or 0) if account is not None else 0


def _share(limit: int, share: float) -> int:
    return max(1, int(limit * share)) if limit > 0 else 0
