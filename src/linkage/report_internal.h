// The sections of the report, one idea each. None shows a value of a record unless it is asked to.
#pragma once

#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "linkage/command.h"
#include "linkage/groups_internal.h"
#include "linkage/link.h"
#include "page/page.h"
#include "table/table.h"

namespace kinfold::linkage {

/// What the report is made of. Refers to things that must outlive it.
struct ReportInput {
  const LinkResult& result;
  const LinkReport& report;
  const table::Table& left;
  const table::Table* right = nullptr;  ///< Null where one file is deduplicated.
  bool show_values = false;             ///< Waterfalls with the records' values beside them.
  std::string group_column;             ///< "": no quality by group.
  std::vector<GroupQuality> groups;

  bool two_files() const { return right != nullptr; }
};

void add_summary(page::Page& page, const ReportInput& input);
void add_match_weights(page::Page& page, const Model& model);
void add_m_and_u(page::Page& page, const Model& model);
void add_histogram(page::Page& page, const ReportInput& input);
void add_threshold(page::Page& page, const ReportInput& input);
void add_waterfalls(page::Page& page, const ReportInput& input);
void add_blocking(page::Page& page, const ReportInput& input);
void add_completeness(page::Page& page, const ReportInput& input);
void add_unlinkables(page::Page& page, const ReportInput& input);
void add_clusters(page::Page& page, const ReportInput& input);
void add_groups(page::Page& page, const ReportInput& input);
void add_judged(page::Page& page, const ReportInput& input);

// How figures are written, everywhere the same.
std::string count_text(std::uint64_t count);
/// Two decimals; never 100 % or 0 % for what is not quite.
std::string percent_text(double share);
/// With its sign: +3.21, a minus for what counts against.
std::string signed_text(double bits);
/// A whole number of bits with its sign: the ends of a scale.
std::string whole_text(double bits);
std::string probability_text(double probability);

double bits_of_level(const Level& level);
/// log2 of the odds.
double bits_of(double probability);

nlohmann::ordered_json chart_of(nlohmann::ordered_json values);

}  // namespace kinfold::linkage
