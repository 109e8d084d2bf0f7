#pragma once

#include <string>
#include <string_view>

#include "reports/agreement/agreement.h"

namespace asbench::reports {

/// What `asbench agree` prints.
enum class AgreementFormat { text, json, markdown, latex, csv };

/// By its name on the command line. @throws UsageError with the nearest
[[nodiscard]] AgreementFormat agreement_format(std::string_view name);

/// The agreement in a format. Markdown and LaTeX have a table of the raters and one of the metrics,
/// with a section for each dimension; CSV has one line per dimension and metric, with what is known
/// of the dimension's raters in each.
[[nodiscard]] std::string agreement_output(const Agreement& agreement, AgreementFormat format);

}  // namespace asbench::reports
