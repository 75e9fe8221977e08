// Record linkage for other people's programs: docs/linkage-library.md. Needs no charter, site or key.
#pragma once

#include "base/result.h"          // Result<T>: a value, or an error that says what was wrong.
#include "linkage/frequencies.h"  // How common values are, from a table.
#include "linkage/link.h"         // Links two tables, or finds the duplicates in one.
#include "linkage/match.h"        // Looks people up in a register.
#include "linkage/model.h"        // What is compared and how; Splink's models.
#include "linkage/pairs.h"        // Why a single pair weighs what it does.
#include "linkage/parts.h"        // Tables that lie in parts on many machines.
#include "linkage/register.h"     // A register that comes in parts.
#include "table/io.h"             // CSV and Parquet.
