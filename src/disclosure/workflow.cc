#include "disclosure/workflow.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

namespace kinfold::disclosure {
namespace {

using Json = nlohmann::json;
constexpr std::string_view kStates[] = {"draft", "checked", "approved", "returned", "published"};

std::optional<OutputState> parse_state(std::string_view text) {
  for (std::size_t i = 0; i < std::size(kStates); ++i) {
    if (kStates[i] == text) return static_cast<OutputState>(i);
  }
  return std::nullopt;
}

void take_step(OutputRecord& record, std::string_view actor, OutputState state, std::string_view comment,
               Instant at) {
  record.state = state;
  record.steps.push_back({std::string(actor), state, std::string(comment), at});
}

Status may_judge(const OutputRecord& record, std::string_view actor) {
  if (actor == record.author) {
    return refused(
        "rule two-people: the author of an output cannot check it; another actor with the duty "
        "output-checking must");
  }
  if (record.state != OutputState::kChecked) {
    return refused("rule check-first: this output is " + std::string(state_name(record.state)) +
                   "; only one that the check has just run on can be judged");
  }
  return {};
}

}  // namespace

std::string_view state_name(OutputState state) { return kStates[static_cast<std::size_t>(state)]; }

Status mark_checked(OutputRecord& record, std::string_view actor, bool publishable,
                    std::string_view output_hash, Instant at) {
  if (record.state == OutputState::kPublished) {
    return refused("rule published-is-final: this output is out already; make a new one");
  }
  record.publishable = publishable;
  record.output_hash = std::string(output_hash);
  record.approvers.clear();
  take_step(record, actor, OutputState::kChecked, {}, at);
  return {};
}

Status approve(OutputRecord& record, std::string_view actor, std::string_view comment, const Rules& rules,
               Instant at) {
  if (auto status = may_judge(record, actor); !status.ok()) return status;
  if (!record.publishable) {
    return refused("rule disclosure: the check refuses this output; return it with what the check says");
  }
  if (std::find(record.approvers.begin(), record.approvers.end(), actor) != record.approvers.end()) {
    return refused("rule two-people: this actor has approved it already; another one must");
  }
  record.approvers.emplace_back(actor);
  const bool enough = record.approvers.size() >= static_cast<std::size_t>(rules.checker_count);
  take_step(record, actor, enough ? OutputState::kApproved : OutputState::kChecked, comment, at);
  return {};
}

Status send_back(OutputRecord& record, std::string_view actor, std::string_view comment, Instant at) {
  if (auto status = may_judge(record, actor); !status.ok()) return status;
  if (comment.empty()) return invalid("an output is returned with a comment that says what to change");
  record.approvers.clear();
  take_step(record, actor, OutputState::kReturned, comment, at);
  return {};
}

Status mark_published(OutputRecord& record, std::string_view actor, std::string_view output_hash,
                      Instant at) {
  if (record.state != OutputState::kApproved) {
    return refused("rule approval: this output is " + std::string(state_name(record.state)) +
                   "; only an approved one can be published");
  }
  if (output_hash != record.output_hash) {
    return refused("rule approval: the output is not the one that was approved; check it again");
  }
  take_step(record, actor, OutputState::kPublished, {}, at);
  return {};
}

std::string OutputRecord::to_json() const {
  Json json_steps = Json::array();
  for (const auto& step : steps) {
    json_steps.push_back({{"actor", step.actor},
                          {"state", state_name(step.state)},
                          {"comment", step.comment},
                          {"at", to_rfc3339(step.at)}});
  }
  return Json{{"id", id},
              {"title", title},
              {"author", author},
              {"rules_hash", rules_hash},
              {"data_hash", data_hash},
              {"plan_hash", plan_hash},
              {"output_hash", output_hash},
              {"software", software},
              {"state", state_name(state)},
              {"publishable", publishable},
              {"approvers", approvers},
              {"steps", json_steps}}
      .dump(1, ' ', false, Json::error_handler_t::replace);
}

Result<OutputRecord> OutputRecord::from_json(std::string_view text) {
  const auto damaged = invalid("output record: damaged, or not one; restore it from the ledger's copy");
  try {
    const auto json = Json::parse(text);
    OutputRecord record;
    for (auto [name, field] : {std::pair{"id", &record.id},
                               {"title", &record.title},
                               {"author", &record.author},
                               {"rules_hash", &record.rules_hash},
                               {"data_hash", &record.data_hash},
                               {"plan_hash", &record.plan_hash},
                               {"output_hash", &record.output_hash},
                               {"software", &record.software}}) {
      *field = json.at(name).get<std::string>();
    }
    const auto state = parse_state(json.at("state").get<std::string>());
    if (!state) return damaged;
    record.state = *state;
    record.publishable = json.at("publishable").get<bool>();
    record.approvers = json.at("approvers").get<std::vector<std::string>>();
    for (const auto& step : json.at("steps")) {
      const auto step_state = parse_state(step.at("state").get<std::string>());
      const auto at = parse_rfc3339(step.at("at").get<std::string>());
      if (!step_state || !at) return damaged;
      record.steps.push_back(
          {step.at("actor").get<std::string>(), *step_state, step.at("comment").get<std::string>(), *at});
    }
    return record;
  } catch (const std::exception&) {
    return damaged;
  }
}

}  // namespace kinfold::disclosure
