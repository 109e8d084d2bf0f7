#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "document/result.h"
#include "reports/page/pictures.h"

namespace asbench::reports {

struct ContactSheetOptions {
  std::string
      metric;  ///< orders the shots; empty: the first of the main metrics that has values of shots
  std::size_t shots = 12;  ///< rows of a sheet
};

/// One picture file.
struct ContactSheet {
  std::string name;  ///< "worst", "best" or "copied"
  std::string png;   ///< its bytes
};

/// Sheets of one system, a shot a row: reference | sampled frames | caption and score. The worst
/// and the best shots by a metric, and those that the control `reference_copy` finds to repeat the
/// reference. Shots without pictures are left out; no sheet without shots.
[[nodiscard]] std::vector<ContactSheet> contact_sheets(const document::Result& result,
                                                       const Pictures& pictures,
                                                       const ContactSheetOptions& options = {});

/// Writes them as <system>-<name>.png; signs that a file name should not have become '-', systems
/// that come to the same name get a number.
/// @returns the files. @throws BadInput when the folder can't be made.
std::vector<std::filesystem::path> write_contact_sheets(const std::filesystem::path& folder,
                                                        std::span<const document::Result> results,
                                                        const Pictures& pictures,
                                                        const ContactSheetOptions& options = {});

}  // namespace asbench::reports
