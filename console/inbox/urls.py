from django.urls import include, path

from console.inbox.views import assignment, decisions, locks, pages, replies, untold, widget

app_name = "inbox"

conversation = [
    path("", pages.conversation, name="conversation"),
    path("messages/", pages.message_list, name="message-list"),
    path("whole/", pages.conversation_whole, name="conversation-whole"),
    path("replies/", replies.reply_send, name="reply-send"),
    path("replies/<int:command_id>/decision/", replies.reply_decide, name="reply-decide"),
    path("disposition/", replies.disposition_choose, name="disposition-choose"),
    path("dispositions/", pages.disposition_list, name="disposition-list"),
    path("colleagues/", pages.colleague_list, name="colleague-list"),
    path("no-opt-out/", replies.no_opt_out, name="no-opt-out"),
    path("stop/", locks.stop, name="stop"),
    path("lift/", locks.lift, name="lift"),
    path("widget/", widget.widget, name="widget"),
    path("widget/in-use/", widget.in_use, name="widget-in-use"),
    path("claim/", assignment.conversation_claim, name="conversation-claim"),
    path("release/", assignment.conversation_release, name="conversation-release"),
    path("assign/", assignment.conversation_assign, name="conversation-assign"),
]

urlpatterns = [
    path("", pages.queue, name="queue"),
    path("decisions/", decisions.decision_list, name="decision-list"),
    path("decisions/untold/", untold.untold_file, name="untold-file"),
    path("decisions/untold/<int:telling_id>/", untold.telling_answer, name="telling-answer"),
    path("decisions/<int:command_id>/", decisions.decision_make, name="decision-make"),
    path("opt-outs/", locks.opt_out_list, name="opt-out-list"),
    path("opt-outs/lift/", locks.opt_outs_lift, name="opt-outs-lift"),
    path("conversations/<int:conversation_id>/", include(conversation)),
]
