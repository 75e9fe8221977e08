// Pages and acts of one case of somebody's rights.
#pragma once

#include "console/console.h"

namespace kinfold::console {

Response case_open(Visit& visit);
Response case_page(Visit& visit);
Response case_note(Visit& visit);
Response case_receipt(Visit& visit);

}  // namespace kinfold::console
