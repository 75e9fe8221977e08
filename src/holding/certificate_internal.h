// Making certificates: only the door does. Private to the room.
#pragma once

#include "holding/certificate.h"

namespace kinfold::holding {

std::string certificate_text(const Certificate& facts);
Result<Certificate> parse_certificate(std::string_view text);
Result<Certificate> sign_certificate(Certificate facts, const seal::SiteKeys& keys);

}  // namespace kinfold::holding
