// Every page and act, by room; routes.cc says where each is and for whom.
#pragma once

#include "console/console.h"

namespace kinfold::console {

inline constexpr const char* kTooOften =
    "There were too many tries from here. Wait five minutes, then try again";

// pages_start.cc: everybody's first pages, signing in and out.
Response start_page(Visit& visit);
Response sign_in_page(Visit& visit);
Response sign_in(Visit& visit);
Response sign_out(Visit& visit);
Response enrol_page(Visit& visit);
Response enrol(Visit& visit);

// pages_account.cc: one's own password.
Response password_page(Visit& visit);
Response change_password(Visit& visit);

// pages_public.cc: families.
Response notice_page(Visit& visit);
Response object_page(Visit& visit);
Response object_public(Visit& visit);
Response accessibility_page(Visit& visit);

// pages_work.cc: what acts left.
Response work_list(Visit& visit);
Response work_page(Visit& visit);
Response work_rejects(Visit& visit);
Response work_handout(Visit& visit);

// pages_exchange.cc: files in and out.
Response families_page(Visit& visit);
Response submit_families(Visit& visit);
Response inbox_page(Visit& visit);
Response receive_file(Visit& visit);
Response outbox_page(Visit& visit);
Response outbox_file(Visit& visit);
Response received_page(Visit& visit);

// pages_overview.cc: what every data protection officer looks at.
Response holdings_page(Visit& visit);
Response holdings_enforce(Visit& visit);
Response certificates_page(Visit& visit);
Response certificate_page(Visit& visit);
Response ledger_page(Visit& visit);
Response ledger_verify(Visit& visit);
Response ledger_entry(Visit& visit);
Response record_page(Visit& visit);

// pages_promises.cc
Response promises_page(Visit& visit);

// pages_rights.cc, pages_cases.cc; what is done in one case: pages_cases.h
Response cases_page(Visit& visit);
Response rights_page(Visit& visit);
Response rights_act(Visit& visit);
Response objections_page(Visit& visit);
Response object_staff(Visit& visit);

// pages_linkage.cc: the trusted party's linkage team and its analysts.
Response requests_page(Visit& visit);
Response request_send(Visit& visit);
Response release_page(Visit& visit);
Response release_prepare(Visit& visit);
Response release_make(Visit& visit);
Response people_page(Visit& visit);
Response people_search(Visit& visit);

// pages_review.cc: clerical review.
Response review_page(Visit& visit);
Response review_draw(Visit& visit);
Response review_begin(Visit& visit);
Response review_next(Visit& visit);
Response review_decide(Visit& visit);
Response quality_page(Visit& visit);

// pages_department.cc
Response request_page(Visit& visit);
Response request_match(Visit& visit);
Response request_destroy(Visit& visit);

// pages_research.cc
Response releases_page(Visit& visit);
Response evaluate(Visit& visit);
Response published_report(Visit& visit);
Response outputs_page(Visit& visit);
Response draft_report(Visit& visit);
Response checking_page(Visit& visit);
Response check_output(Visit& visit);
Response output_page(Visit& visit);
Response decide_output(Visit& visit);
Response publish_output(Visit& visit);

}  // namespace kinfold::console
