#pragma once

#include <string>

#include "document/result.h"

namespace asbench::cli {

/// The result as a table on stdout: metrics, what was found in sentences, and what makes the result
/// not canonical. @param out  where the document was written
void print_score_table(const document::Result& result, const std::string& out);

}  // namespace asbench::cli
