// The privacy notice that families read, printed from the charter: plain English, complete, and
// nothing in it that the charter does not say.
#pragma once

#include <string>

#include "charter/charter.h"

namespace kinfold::charter {

/// CommonMark. Text from the charter is escaped: none of it becomes markup.
std::string notice_markdown(const Charter& charter);
/// A self-contained page that is readable on a telephone; loads nothing.
std::string notice_html(const Charter& charter);

}  // namespace kinfold::charter
