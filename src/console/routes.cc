// Where every page is, at which sites, and for which duties. The door behind it asks again.
#include "console/pages.h"
#include "console/pages_cases.h"

namespace kinfold::console {
namespace {

using charter::Duty;
using charter::Role;
using Who = Route::Who;

const std::vector<Role> kAll = {};
const std::vector<Role> kAuthority = {Role::kAuthority};
const std::vector<Role> kTrusted = {Role::kTrustedParty};
const std::vector<Role> kDepartment = {Role::kDepartment};
const std::vector<Role> kResearch = {Role::kResearch};
const std::vector<Role> kTakesObjections = {Role::kAuthority, Role::kTrustedParty};
const std::vector<Duty> kNone = {};
const std::vector<Duty> kIntake = {Duty::kIntake};
const std::vector<Duty> kLinkage = {Duty::kLinkage};
const std::vector<Duty> kAnalysis = {Duty::kAnalysis};
const std::vector<Duty> kProtection = {Duty::kDataProtection};
const std::vector<Duty> kAnyDuty = {Duty::kIntake, Duty::kLinkage, Duty::kAnalysis, Duty::kOutputChecking,
                                    Duty::kDataProtection};

void add_open_routes(std::vector<Route>& all) {
  all.insert(all.end(),
             {
                 {"GET", "/", Who::kAnybody, kAll, kNone, start_page, "Rooms", ""},
                 {"GET", "/notice", Who::kAnybody, kAll, kNone, notice_page, "", ""},
                 {"GET", "/object", Who::kAnybody, kTakesObjections, kNone, object_page, "", ""},
                 {"POST", "/object", Who::kAnybody, kTakesObjections, kNone, object_public, "", ""},
                 {"GET", "/accessibility", Who::kAnybody, kAll, kNone, accessibility_page, "", ""},
                 {"GET", "/sign-in", Who::kAnybody, kAll, kNone, sign_in_page, "", ""},
                 {"POST", "/sign-in", Who::kAnybody, kAll, kNone, sign_in, "", ""},
                 {"POST", "/sign-out", Who::kSignedIn, kAll, kNone, sign_out, "", ""},
                 {"GET", "/enrol", Who::kAnybody, kAll, kNone, enrol_page, "", ""},
                 {"POST", "/enrol", Who::kAnybody, kAll, kNone, enrol, "", ""},
                 {"GET", "/password", Who::kSignedIn, kAll, kNone, password_page, "", ""},
                 {"POST", "/password", Who::kSignedIn, kAll, kNone, change_password, "", ""},
                 {"GET", "/work", Who::kSignedIn, kAll, kNone, work_list, "", ""},
                 {"GET", "/work/*", Who::kSignedIn, kAll, kNone, work_page, "", ""},
                 {"GET", "/rejects/*", Who::kSignedIn, kAll, kNone, work_rejects, "", ""},
                 {"GET", "/handout/*", Who::kSignedIn, kAll, kNone, work_handout, "", ""},
             });
}

void add_exchange_routes(std::vector<Route>& all) {
  all.insert(all.end(),
             {
                 {"GET", "/families", Who::kDuty, kAuthority, kIntake, families_page, "Send families",
                  "Drop a file, see what to put right, seal it for the trusted party"},
                 {"POST", "/families", Who::kDuty, kAuthority, kIntake, submit_families, "", ""},
                 {"GET",
                  "/received",
                  Who::kDuty,
                  kTrusted,
                  {Duty::kIntake, Duty::kLinkage, Duty::kAnalysis, Duty::kDataProtection},
                  received_page,
                  "What came",
                  "From whom, when, how much"},
                 {"GET", "/inbox", Who::kDuty, kAll, kAnyDuty, inbox_page, "Take in",
                  "Check a sealed file and take it in"},
                 {"POST", "/inbox", Who::kDuty, kAll, kAnyDuty, receive_file, "", ""},
                 {"GET", "/outbox", Who::kDuty, kAll, kAnyDuty, outbox_page, "To send",
                  "Sealed files to take to others"},
                 {"GET", "/outbox/*", Who::kDuty, kAll, kAnyDuty, outbox_file, "", ""},
             });
}

void add_overview_routes(std::vector<Route>& all) {
  all.insert(all.end(), {
                            {"GET", "/holdings", Who::kSignedIn, kAll, kNone, holdings_page, "Holdings",
                             "What is held here, and the days that are left"},
                            {"POST", "/holdings", Who::kDuty, kAll, kAnyDuty, holdings_enforce, "", ""},
                            {"GET", "/certificates", Who::kDuty, kAll, kProtection, certificates_page,
                             "Certificates", "What was destroyed, when, and how"},
                            {"GET", "/certificates/*", Who::kSignedIn, kAll, kNone, certificate_page, "", ""},
                            {"GET", "/ledger", Who::kDuty, kAll, kProtection, ledger_page, "Ledger",
                             "Everything that was done here, with proofs"},
                            {"POST", "/ledger", Who::kDuty, kAll, kProtection, ledger_verify, "", ""},
                            {"GET", "/ledger/*", Who::kSignedIn, kAll, kNone, ledger_entry, "", ""},
                            {"GET", "/promises", Who::kDuty, kAll, kProtection, promises_page, "Promises",
                             "Each sentence of the notice, and whether it is kept here"},
                            {"GET", "/record", Who::kDuty, kAll, kProtection, record_page, "Record",
                             "The record of processing, Article 30"},
                        });
}

void add_people_routes(std::vector<Route>& all) {
  const std::vector<Duty> release = {Duty::kLinkage, Duty::kAnalysis};
  all.insert(all.end(),
             {
                 {"GET", "/requests", Who::kDuty, kTrusted, kLinkage, requests_page, "Ask departments",
                  "Seal a request for one of them"},
                 {"POST", "/requests", Who::kDuty, kTrusted, kLinkage, request_send, "", ""},
                 {"GET", "/release", Who::kDuty, kTrusted, release, release_page, "Release",
                  "Make the research dataset, in two steps by two people"},
                 {"POST", "/release", Who::kDuty, kTrusted, kAnalysis, release_make, "", ""},
                 {"POST", "/release/prepare", Who::kDuty, kTrusted, kLinkage, release_prepare, "", ""},
                 {"GET", "/people", Who::kDuty, kTrusted, kLinkage, people_page, "Records",
                  "Look a person's record up, for their own case"},
                 {"POST", "/people", Who::kDuty, kTrusted, kLinkage, people_search, "", ""},
                 {"GET", "/review", Who::kDuty, kTrusted, kLinkage, review_page, "Review",
                  "Is it one person? Pairs and clusters side by side, blind, by keyboard"},
                 {"POST", "/review/draw", Who::kDuty, kTrusted, kLinkage, review_draw, "", ""},
                 {"POST", "/review/begin", Who::kDuty, kTrusted, kLinkage, review_begin, "", ""},
                 {"GET", "/review/next", Who::kDuty, kTrusted, kLinkage, review_next, "", ""},
                 {"POST", "/review/decide", Who::kDuty, kTrusted, kLinkage, review_decide, "", ""},
                 {"GET", "/quality", Who::kDuty, kTrusted, kLinkage, quality_page, "Quality",
                  "How good the matching is, by group"},
                 {"GET", "/cases", Who::kDuty, kTakesObjections, kProtection, cases_page, "Cases",
                  "Rights that people use, and their legal clock"},
                 {"POST", "/cases", Who::kDuty, kTakesObjections, kProtection, case_open, "", ""},
                 {"POST", "/cases/note", Who::kDuty, kTakesObjections, kProtection, case_note, "", ""},
                 {"POST", "/cases/receipt", Who::kDuty, kTakesObjections, kProtection, case_receipt, "", ""},
                 {"GET", "/cases/*", Who::kDuty, kTakesObjections, kProtection, case_page, "", ""},
                 {"GET", "/objections", Who::kDuty, kAuthority, kProtection, objections_page, "Objections",
                  "Note that somebody says no"},
                 {"POST", "/objections", Who::kDuty, kAuthority, kProtection, object_staff, "", ""},
                 {"GET", "/rights", Who::kDuty, kTrusted, kProtection, rights_page, "A person's case",
                  "A copy, a correction, a restriction, an objection, an erasure: two people"},
                 {"POST", "/rights", Who::kDuty, kTrusted, kProtection, rights_act, "", ""},
             });
}

void add_department_routes(std::vector<Route>& all) {
  all.insert(all.end(),
             {
                 {"GET", "/request", Who::kDuty, kDepartment, kLinkage, request_page, "Requests",
                  "Open, match, return, destroy; the days that are left"},
                 {"POST", "/request/match", Who::kDuty, kDepartment, kLinkage, request_match, "", ""},
                 {"POST", "/request/destroy", Who::kDuty, kDepartment, kLinkage, request_destroy, "", ""},
             });
}

void add_research_routes(std::vector<Route>& all) {
  const std::vector<Duty> publishers = {Duty::kAnalysis, Duty::kOutputChecking};
  all.insert(all.end(),
             {
                 {"GET", "/releases", Who::kDuty, kResearch, kAnalysis, releases_page, "Releases",
                  "Evaluate a release by a plan; plans and reports so far"},
                 {"POST", "/releases", Who::kDuty, kResearch, kAnalysis, evaluate, "", ""},
                 {"GET",
                  "/published/*",
                  Who::kDuty,
                  kResearch,
                  {Duty::kAnalysis, Duty::kOutputChecking, Duty::kDataProtection},
                  published_report,
                  "",
                  ""},
                 {"POST", "/outputs", Who::kDuty, kResearch, kAnalysis, draft_report, "", ""},
                 {"GET", "/outputs", Who::kDuty, kResearch, kAnalysis, outputs_page, "Outputs",
                  "What you asked for, and what became of it"},
                 {"GET",
                  "/checking",
                  Who::kDuty,
                  kResearch,
                  {Duty::kOutputChecking},
                  checking_page,
                  "Checking",
                  "The queue: what failed and why; approve or return"},
                 {"POST", "/checking", Who::kDuty, kResearch, {Duty::kOutputChecking}, check_output, "", ""},
                 {"GET", "/check/*", Who::kDuty, kResearch, {Duty::kOutputChecking}, output_page, "", ""},
                 {"POST", "/decide", Who::kDuty, kResearch, {Duty::kOutputChecking}, decide_output, "", ""},
                 {"POST", "/publish", Who::kDuty, kResearch, publishers, publish_output, "", ""},
             });
}

}  // namespace

const std::vector<Route>& routes() {
  static const std::vector<Route> all = [] {
    std::vector<Route> made;
    add_open_routes(made);
    add_exchange_routes(made);
    add_people_routes(made);
    add_department_routes(made);
    add_research_routes(made);
    add_overview_routes(made);
    return made;
  }();
  return all;
}

}  // namespace kinfold::console
