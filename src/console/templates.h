// Pages from templates and data. The template engine (ctemplate) reads the HTML around each value
// and escapes for that very place: text, attribute, address. Whatever a person typed stays text.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "base/result.h"

namespace kinfold::console {

/// Fills the template `name` with an object. How its members are seen:
/// text or number `x` -> `{{x}}`, and `{{#x}}` where it is not empty, else `{{#x_none}}`;
/// bool -> `{{#x}}` or `{{#x_none}}`; array of objects -> `{{#x}}` for each, `{{#x_none}}` for none;
/// object -> `{{#x}}`; an object with `_file` -> `{{>x}}` with that template.
/// Inner objects see the values of outer ones: give every row every member.
/// \retval kInternal if there is no such template or it does not parse: a defect of the build.
Result<std::string> render(const std::string& name, const nlohmann::json& data);

/// Parses every template; for the start of the server and the tests.
Status check_templates();

}  // namespace kinfold::console
