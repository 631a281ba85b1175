"""Every table of the desk, imported once for migrations; holds nothing of its own."""

from helpdesk.answers import models as answer_models
from helpdesk.automation import models as automation_models
from helpdesk.chat import models as chat_models
from helpdesk.composing import models as composing_models
from helpdesk.configuration import models as configuration_models
from helpdesk.contact_forms import models as contact_form_models
from helpdesk.core import models as core_models
from helpdesk.definitions import models as definition_models
from helpdesk.identity import models as identity_models
from helpdesk.journal import models as journal_models
from helpdesk.knowledge import models as knowledge_models
from helpdesk.messaging import mailbox_models, outlet_models, talk_models
from helpdesk.messaging import models as messaging_models
from helpdesk.notifications import models as notification_models
from helpdesk.operations import models as operation_models
from helpdesk.people import bond_models, remark_models, visitor_models
from helpdesk.people import models as people_models
from helpdesk.phone import models as phone_models
from helpdesk.routing import models as routing_models
from helpdesk.search import models as search_models
from helpdesk.sla import models as sla_models
from helpdesk.sla import what_if_models
from helpdesk.tickets import models as ticket_models
from helpdesk.tickets import rating_models, redaction_models, side_models
from helpdesk.views import models as view_models

__all__ = [
    "answer_models",
    "automation_models",
    "bond_models",
    "chat_models",
    "composing_models",
    "configuration_models",
    "contact_form_models",
    "core_models",
    "definition_models",
    "identity_models",
    "journal_models",
    "knowledge_models",
    "mailbox_models",
    "messaging_models",
    "notification_models",
    "operation_models",
    "outlet_models",
    "people_models",
    "phone_models",
    "rating_models",
    "redaction_models",
    "remark_models",
    "routing_models",
    "search_models",
    "side_models",
    "sla_models",
    "talk_models",
    "ticket_models",
    "view_models",
    "visitor_models",
    "what_if_models",
]
