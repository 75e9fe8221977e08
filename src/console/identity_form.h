// The fields by which a person is known, as a form and back.
#pragma once

#include <string>
#include <vector>

#include "console/view.h"
#include "console/web.h"
#include "identity/identity.h"

namespace kinfold::console {

/// `prefix` keeps two such forms on one page apart ("new_").
std::vector<Field> identity_fields(const Request* filled, const std::string& prefix = {});

struct ReadIdentity {
  identity::Identity identity;
  std::vector<Field> fields;  ///< With what was typed, and each error beside its field.
  bool ok() const;
};
/// Forenames, surname and date of birth are needed: less would mean other people too.
ReadIdentity read_identity_form(const Request& request, const std::string& prefix = {});

void wipe(identity::Identity& identity);

}  // namespace kinfold::console
