#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "core/write_file.h"
#include "document/result.h"
#include "reports/figures/text_setter.h"
#include "reports/page/pictures.h"

namespace asbench::reports {

struct ContactSheetOptions {
  /// Orders the shots; empty: the first metric of the leaderboard that has a direction and values
  /// of shots, else the first of any.
  std::string metric;
  std::size_t shots = 12;  ///< largest number of rows of a sheet
};

/// One picture file.
struct ContactSheet {
  std::string name;  ///< "worst", "best" or a control's id
  std::string png;   ///< its bytes
};

/// Sheets of one system, one row per shot: reference | sampled frames | caption and score. The
/// worst and the best shots by a metric; and for every control whose description limits marks, the
/// shots whose own value is beyond that limit (copied, frozen ones). Shots without pictures are
/// left out; a sheet without shots is not made.
/// @param text  sets names and captions; remembers the letters that no font has
[[nodiscard]] std::vector<ContactSheet> contact_sheets(const document::Result& result,
                                                       const Pictures& pictures, TextSetter& text,
                                                       const ContactSheetOptions& options = {});

/// Writes them as <system>-<name>.png. Characters that a file name should not have become '-';
/// systems whose file names would be equal get a number.
/// They are written aside, to be put in place together with other files of a report.
/// @returns the files. @throws SystemFault when one can't be written.
std::vector<std::filesystem::path> stage_contact_sheets(StagedFiles& staged,
                                                        const std::filesystem::path& folder,
                                                        std::span<const document::Result> results,
                                                        const Pictures& pictures, TextSetter& text,
                                                        const ContactSheetOptions& options = {});

/// The same, and puts them in place.
std::vector<std::filesystem::path> write_contact_sheets(const std::filesystem::path& folder,
                                                        std::span<const document::Result> results,
                                                        const Pictures& pictures, TextSetter& text,
                                                        const ContactSheetOptions& options = {});

}  // namespace asbench::reports
