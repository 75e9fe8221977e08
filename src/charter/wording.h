// What the notice says that no machine rule can keep by itself: who leads the study, what for, and
// how to speak to somebody. It is in the charter so that the notice is printed whole from one place.
#pragma once

#include <string>
#include <vector>

namespace kinfold::charter {

struct Wording {
  std::string service;         ///< The council's service whose families these are.
  std::string led_by;          ///< The team that leads the study.
  std::string responsibility;  ///< Why this ministry.
  std::vector<std::string> aims;
  std::string linking;        ///< What is linked with what.
  std::string researchers;    ///< What researchers see and do not see.
  std::string receiving;      ///< Whom it may concern.
  std::string publication;    ///< Where results appear.
  std::string ask_in_person;  ///< Whom a family can speak to.
  std::vector<std::string> legal_powers;
  std::string authority_task;  ///< What the authority's public task is.
  std::string research_task;   ///< What the ministry's public task is.
  std::string storage;
  std::string refusal;  ///< What happens if somebody does not want to be part.
  std::string change_of_mind;
  std::string see_also;
  std::vector<std::string> corrections;  ///< Where the printed notice that this charter follows errs.
};

}  // namespace kinfold::charter
