"""The access table: who may reach each route (S08, rule 2). A route without a row is refused, and fails the build."""

from __future__ import annotations

from flask import Flask

from helpdesk.web.access_rows import Row, Who

# Rows are asked for here, by whoever asks for the table.
__all__ = ["ACCESS", "Row", "Who"]

_public = Row(Who.PUBLIC)
_draft = Row(Who.PUBLIC, "a draft of this browser only")
_services = Row(Who.PUBLIC, "services of the viewer's audience; one's own requests alone")
_visit = Row(Who.PUBLIC, "access_own_ticket() as the requester of the visit")
_articles = Row(Who.PUBLIC, "readable(): the query begins with what the reader may read")
_written = Row(Who.STAFF, "access_article(); the command asks require_deed()")
_led = Row(Who.STAFF, "led_groups(): who leads a group, and of those groups alone")
_own = Row(Who.STAFF, "one's own account only")
_ticket = Row(Who.STAFF, "access_ticket(); a hidden one is a missing one")
_visitor = Row(Who.TOKEN, "the visitor's own token leads to their chat, and to no other (S53)")
_chat = Row(Who.STAFF, "access_chat(): whoever may see its ticket")
_lists = Row(Who.STAFF, "the query begins with what the actor may see")
_views = Row(Who.STAFF, "access_view(): one's own and those shared with one")
_both_people = Row(Who.STAFF, "require_both(): who sees all that is theirs and works on it")
_people = Row(Who.STAFF, "access_person(); staff see all people")
_operations = Row(Who.STAFF, "access_operation(): one's own, and those of groups one leads")
_presence = Row(Who.STAFF, "the command: the agent, a lead of theirs, an administrator")
_deliveries = Row(Who.STAFF, "access_delivery(); those of tickets that the actor may see")
_own_answer = Row(Who.STAFF, "access_answer(): its owner, or who leads its group")
_admin = Row(Who.ADMIN)
_weighty = Row(Who.ADMIN, confirmed=True)

ACCESS: dict[str, Row] = {
    "static": _public,
    "auth.sign_in": _public,
    "auth.sign_out": _public,
    "auth.forgot": _public,
    "auth.reset": Row(Who.PUBLIC, "the token is the proof (S33)"),
    "auth.change_password": _own,
    "auth.confirm": _own,
    "auth.sign_out_everywhere": _own,
    # The public pages.
    "portal.front": _public,
    "portal.choose_language": _public,
    "answers.front": _public,
    "answers.question": _services,
    "answers.service": _services,
    "answers.helped": Row(Who.PUBLIC, "the key of an answer is random"),
    "portal.ask": _public,
    "portal.question": Row(Who.PUBLIC, "a draft of this browser only", files=True),
    "portal.item": _draft,
    "portal.contact": _draft,
    "portal.check": _draft,
    "portal.send_form": _draft,
    "portal.sent": _draft,
    "portal.save": _draft,
    "portal.sign_in": Row(Who.PUBLIC, "the link is mailed to the address"),
    "portal.follow": Row(Who.PUBLIC, "the link is mailed to the address"),
    "portal.go": Row(Who.PUBLIC, "the token is the proof; it lapses"),
    "portal.leave": _public,
    "portal.requests": Row(Who.PUBLIC, "visible_tickets() as the requester of the visit"),
    "portal.request_page": _visit,
    "portal.add_message": Row(Who.PUBLIC, "access_own_ticket() as the requester", files=True),
    "portal.close": _visit,
    "portal.reopen": _visit,
    "portal.rate_request": _visit,
    "portal.request_file": Row(Who.PUBLIC, "access_attachment() as the requester of the visit"),
    "help.home": _articles,
    "help.category": _articles,
    "help.article": _articles,
    "help.search": _articles,
    "help.helped": _articles,
    "help.sitemap": Row(Who.PUBLIC, "public articles only, whoever asks"),
    "help.file": Row(Who.PUBLIC, "access_file(); for the audience of its article"),
    # Articles.
    "console.articles": _written,
    "console.new_article": _written,
    "console.article": _written,
    "console.edit_article": _written,
    "console.article_versions": _written,
    "console.restore_article": _written,
    "console.arrange_article": _written,
    "console.translate_article": _written,
    "console.attach_to_article": Row(Who.STAFF, "access_article(); require_deed()", files=True),
    "console.settle_article": _written,
    "console.article_gaps": _written,
    "console.ticket_articles": _ticket,
    "console.write_down": _ticket,
    # Tickets.
    "console.tickets": _lists,
    "console.export_list": _lists,
    "console.choose_list": _own,
    **dict.fromkeys(("console.personal", "console.choose_hours"), _own),
    **dict.fromkeys(("console.choose_signature", "console.preview_signature"), _own),
    "console.saved_views": _views,
    "console.new_view": _views,
    "console.edit_view_page": _views,
    "console.delete_view": _views,
    "console.arrange_view": _views,
    "console.preview_view": _lists,
    "console.new_ticket": _lists,
    "console.ticket": _ticket,
    "console.clock": _ticket,
    "console.extend_clock": _ticket,
    "console.reply": _ticket,
    "console.note": _ticket,
    "console.redact": Row(Who.STAFF, "access_ticket() as its lead, and access_message()"),
    "console.take_out": Row(Who.STAFF, "access_ticket() as its lead, and access_message()"),
    "console.source": Row(Who.STAFF, "access_ticket() and access_message()"),
    "console.print_ticket": _ticket,
    "console.forward": _ticket,
    "console.send_forward": _ticket,
    "console.find_recipients": _people,
    "console.side": Row(Who.STAFF, "access_ticket() and side_on() of it"),
    "console.say_in_side": Row(Who.STAFF, "access_ticket() and side_on() of it"),
    "console.settle_side": Row(Who.STAFF, "access_ticket() and side_on() of it"),
    "console.change": _ticket,
    "console.watch": _ticket,
    "console.own_answers": Row(Who.STAFF, "one's own, and those of one's groups"),
    **dict.fromkeys(("console.own_answer", "console.remove_answer"), _own_answer),
    **dict.fromkeys(("console.keep_draft", "console.discard_draft"), _ticket),
    **dict.fromkeys(("console.take_back_planned", "console.send_planned_now"), _ticket),
    **dict.fromkeys(("console.planned", "console.ticket_answers", "console.mentionable"), _ticket),
    "console.choose_undo_time": _own,
    **dict.fromkeys(("console.drafts", "console.draft_numbers"), _lists),
    "console.macros": _ticket,
    "console.preview_macro": _ticket,
    "console.use_macro": _ticket,
    "console.operations": _operations,
    "console.operation": _operations,
    "console.stop_operation": _operations,
    "console.hand_over": _ticket,
    "console.do_hand_over": _ticket,
    "console.undo_operation": Row(
        Who.STAFF, "access_operation(); each ticket's rights are asked again"
    ),
    "console.link": _ticket,
    "console.take_original": Row(Who.STAFF, "access_ticket() and access_message()"),
    "console.bulk": _ticket,
    "console.send_template": _ticket,
    "console.fetch_file": Row(Who.STAFF, "access_ticket() and access_message()"),
    "console.move_message": Row(Who.STAFF, "access_ticket() and access_message()"),
    "console.move_message_back": Row(Who.STAFF, "access_ticket() of both, and access_message()"),
    "console.split_ticket": _ticket,
    "console.do_split_ticket": _ticket,
    "console.merge_tickets": Row(Who.STAFF, "access_ticket() of each"),
    "console.do_merge_tickets": Row(Who.STAFF, "access_ticket() of each"),
    "console.part_ticket": Row(Who.STAFF, "access_ticket() of both"),
    "console.delete_ticket": _ticket,
    "console.deleted_tickets": Row(Who.STAFF, "those of groups that the actor leads"),
    "console.restore_ticket": Row(Who.STAFF, "access_deleted(); for who leads its group"),
    "console.search": _lists,
    "console.search_facets": _lists,
    "console.complete_query": _lists,
    "console.help": _own,
    "console.set_theme": _own,
    "console.set_keys": _own,
    "console.tag_names": _lists,
    "console.news_since": _lists,
    "console.team_page": _led,
    "console.give_ticket": Row(
        Who.STAFF, "who leads a group; access_ticket(); a hidden one is a missing one"
    ),
    "wallboard.board": _led,
    "wallboard.by_link": Row(
        Who.PUBLIC, "the link is the proof; the groups that its maker leads now"
    ),
    "console.palette": _lists,
    "console.notices": Row(Who.STAFF, "one's own, of tickets that the actor may see"),
    "console.news_of_notices": Row(Who.STAFF, "one's own, of tickets that the actor may see"),
    "console.read_notices": _own,
    "console.choose_notices": _own,
    # Telephone.
    "console.log_call": Row(Who.STAFF, "access_ticket(), access_person() and access_call()"),
    "console.find_caller": Row(Who.STAFF, "staff see all people; tickets: what the actor may see"),
    "console.call": Row(Who.STAFF, "access_call(); that of a hidden ticket is a missing one"),
    "console.say_answer": Row(Who.STAFF, "services for the staff; visible_tickets()"),
    "console.calls": _lists,
    "console.set_extension": _own,
    "console.settle_call_back": Row(Who.STAFF, "access_call_back(); of tickets they may note on"),
    "console.live_call": Row(Who.STAFF, "the call at one's own extension only"),
    # What leaves as bytes.
    "console.frame": Row(Who.STAFF, "access_ticket() and access_message()"),
    "console.original": Row(Who.STAFF, "access_ticket() and access_message()"),
    "console.file": Row(Who.STAFF, "access_attachment(); its key is random"),
    "fetching.file": Row(Who.PUBLIC, "the signed link is the proof; it lapses"),
    # The chat widget: anybody may write; what was said is shown for the visitor's own token (S53).
    "chat.widget": _public,
    "chat.frame": Row(Who.PUBLIC, "holds nothing of anybody; only listed sites may frame it (S53)"),
    "chat.standing": Row(Who.TOKEN, "says whether somebody is there, and nothing else"),
    "chat.ask": Row(Who.TOKEN, "answers what everybody may know; counted by source"),
    "chat.helped": Row(Who.TOKEN, "the answer's own random key is the proof"),
    "chat.start": _visitor,
    "chat.say": _visitor,
    "chat.poll": _visitor,
    "chat.email": _visitor,
    "chat.transcript": _visitor,
    "chat.end": _visitor,
    "chat.file": Row(Who.PUBLIC, "the signed link is the proof; it lapses"),
    # Chats.
    "console.chats": _lists,
    "console.chat_list": _lists,
    "console.chat_counts": _lists,
    "console.switch_chats": _own,
    "console.chat": _chat,
    "console.chat_flow": _chat,
    "console.take_chat": _chat,
    "console.put_chat_back": _chat,
    "console.end_chat": _chat,
    "console.say_in_chat": _chat,
    # Sent mail.
    "console.sent_mail": _lists,
    "console.sent_detail": _deliveries,
    "console.sent_raw": _deliveries,
    "console.sent_retry": _deliveries,
    "console.sent_now": _deliveries,
    "console.sent_withdraw": _deliveries,
    # People and groups.
    "console.people": _people,
    "console.person": _people,
    "console.new_person": Row(Who.STAFF, "the command: staff are added by administrators only"),
    "console.edit_person": Row(Who.STAFF, "access_person(); staff: administrators only"),
    "console.clear_mark": _people,
    "console.choose_merge": _both_people,
    "console.merge_people": _both_people,
    "console.part_people": _both_people,
    "console.find_distinct": _people,
    "console.note_need": Row(Who.STAFF, "access_person(); staff's by administrators only"),
    "console.drop_need": Row(Who.STAFF, "access_person(); staff's by administrators only"),
    "console.name_representative": Row(
        Who.STAFF, "access_person(), and access_ticket() where it is for one ticket"
    ),
    "console.end_representative": Row(Who.STAFF, "access_person(), and the row is about them"),
    "console.beside": Row(Who.STAFF, "access_ticket(); of all else what the actor may see"),
    "console.write_remark": Row(Who.STAFF, "access_person(); about staff by administrators only"),
    "console.change_remark": Row(Who.STAFF, "access_person(), and the note is about them"),
    "console.remove_remark": Row(Who.STAFF, "access_person(), and the note is about them"),
    "console.give_warning": Row(Who.STAFF, "access_person(); the command: by who leads a group"),
    "console.end_warning": Row(Who.STAFF, "access_person(), and the warning is about them"),
    "console.invite_person": _weighty,
    "console.disable_person": _weighty,
    "console.waiting": _lists,
    "console.own_work": _own,
    "console.keys": Row(Who.STAFF, "one's own keys only", confirmed=True),
    "console.make_key": Row(Who.STAFF, "one's own keys only", confirmed=True),
    "console.end_key": Row(Who.STAFF, "one's own keys only", confirmed=True),
    "console.work": _people,
    "console.switch_presence": _presence,
    "console.plan_absence": _presence,
    "console.cancel_absence": _presence,
    "console.set_profile": Row(Who.STAFF, "the command: administrators only"),
    "console.groups": _people,
    "console.new_group": _admin,
    "console.edit_group": Row(Who.STAFF, "its lead chooses members, administrators the rest"),
    "console.organisations": _people,
    "console.agencies": _admin,
    # What only administrators see.
    "console.quarantine": _admin,
    "console.quarantine_again": _admin,
    "console.quarantine_detail": _admin,
    "console.quarantine_raw": _admin,
    "console.quarantine_file": _admin,
    "console.quarantine_reject": _admin,
    "console.mailboxes": _admin,
    "console.new_mailbox": _admin,
    "console.edit_mailbox": _admin,
    "console.test_mailbox": _admin,
    "console.connect_mailbox": _admin,
    "console.connect_slack": _admin,
    "console.choose_slack_channels": _admin,
    "console.ask_for_code": _admin,
    "console.check_code": _admin,
    "console.mailbox_mail": _admin,
    "console.look_into_mailbox": _admin,
    "console.mailbox_templates": _admin,
    "console.offer_templates": _admin,
    "console.fetch_templates": _admin,
    "console.stop_old_mail": _admin,
    "console.go_on_with_old_mail": _admin,
    "console.health": _admin,
    "console.sending_rules": _admin,
    "console.sending_rules_changed": _admin,
    "console.sending_key_added": _admin,
    "console.sending_key_switched": _admin,
    "console.sending_key_removed": _admin,
    "console.mail_rules": _admin,
    "console.change_mail_rules": _admin,
    "console.block_sender": _admin,
    "console.unblock_sender": _admin,
    # Settings: administrators only.
    "admin.front": _admin,
    "admin.definitions": _admin,
    "admin.definition": _admin,
    "admin.new_definition": _admin,
    "admin.edit_definition": _admin,
    "admin.definition_version": _admin,
    "admin.go_back_to_version": _admin,
    "admin.retire_definition": _admin,
    "admin.revive_definition": _admin,
    "admin.portal_forms": _admin,
    "admin.new_portal_form": _admin,
    "admin.edit_portal_form": _admin,
    "admin.configuration": _admin,
    "admin.plan_configuration": _admin,
    "admin.apply_configuration": _admin,
    "admin.configuration_run": _admin,
    "admin.undo_configuration": _admin,
    "admin.export_configuration": _admin,
    "admin.rules": _admin,
    "admin.new_rule": _admin,
    "admin.edit_rule": _admin,
    "admin.move_rule": _admin,
    "admin.switch_rule": _admin,
    "admin.settle_rule": _admin,
    "admin.past_of_rule": _admin,
    "admin.stop_past_of_rule": _admin,
    "admin.try_rule": Row(Who.ADMIN, "access_ticket() for the ticket it is tried on"),
    "admin.calendars": _admin,
    "admin.calendar": _admin,
    "admin.new_calendar": _admin,
    "admin.edit_calendar": _admin,
    "admin.what_if": _admin,
    "admin.new_what_if": _admin,
    "admin.what_if_run": Row(
        Who.ADMIN, "tickets that flip: the query begins with what they may see"
    ),
    "admin.stop_what_if": _admin,
    "admin.go_on_with_what_if": _admin,
    "admin.clocks": _admin,
    "admin.article_categories": _admin,
    "admin.choose_article_rights": _admin,
    "admin.new_article_category": _admin,
    "admin.edit_article_category": _admin,
    "admin.move_article_category": _admin,
    "admin.retire_article_category": _admin,
    "admin.answer_tables": _admin,
    "admin.new_answer_table": _admin,
    "admin.answer_table": _admin,
    "admin.edit_answer_table": _admin,
    "admin.upload_answer_table": _admin,
    "admin.answer_version": _admin,
    "admin.publish_answer_version": _admin,
    "admin.try_answers": _admin,
    "admin.set_threshold": _admin,
    "admin.unsaid_questions": _admin,
    "admin.teach_answers": _admin,
    "admin.load_pack": _admin,
    "admin.lifecycles": _admin,
    "admin.lifecycle": _admin,
    "admin.new_lifecycle": _admin,
    "admin.edit_lifecycle": _admin,
    "admin.make_strict": _admin,
    "admin.priorities": _admin,
    "admin.statutory": _admin,
    "admin.policies": _admin,
    "admin.policy": _admin,
    "admin.new_policy": _admin,
    "admin.edit_policy": _admin,
    "admin.move_policy": _admin,
    "admin.recount_policy": _admin,
    "admin.order_recount": _admin,
    "admin.steer_edit": _admin,
    # Programs.
    "api.healthz": Row(Who.PUBLIC, "says which parts do not work, and nothing else"),
    "api.tickets": Row(Who.TOKEN, "the query begins with what the key's owner may see"),
    "api.ticket": Row(Who.TOKEN, "access_ticket() as the key's owner"),
    "api.open_ticket": Row(Who.TOKEN, "for a requester, as the key's owner could in the console"),
    "api.add_note": Row(Who.TOKEN, "access_ticket() to note, as the key's owner"),
    "api.clocks": Row(Who.TOKEN, "access_ticket() as the key's owner"),
    "api.clock_ledger": Row(Who.TOKEN, "access_ticket() as the key's owner"),
    "api.hook": Row(
        Who.TOKEN, "the call's signature is the proof; nothing is read or shown (S51, S52)"
    ),
}


class RouteWithoutRow(RuntimeError):
    """A route that the access table does not know."""


def row_of(endpoint: str | None) -> Row | None:
    """The row of a route, or None."""
    return ACCESS.get(endpoint) if endpoint is not None else None


def check_access_table(app: Flask) -> None:
    """Fail at start-up when a route has no row; the factory calls it last."""
    missing = routes_without_row(app)
    if missing:
        raise RouteWithoutRow(f"Add to helpdesk/web/access_table.py: {', '.join(missing)}")


def routes_without_row(app: Flask) -> list[str]:
    """The endpoints that the table does not know."""
    return sorted({rule.endpoint for rule in app.url_map.iter_rules()} - set(ACCESS))


def rows_without_route(app: Flask) -> list[str]:
    """The rows that protect nothing any more."""
    return sorted(set(ACCESS) - {rule.endpoint for rule in app.url_map.iter_rules()})
