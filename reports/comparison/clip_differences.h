#pragma once

#include <string>
#include <vector>

#include "document/result.h"

namespace asbench::reports {

/// In which of frame rate, size and duration the candidate's clips differ from the base's, shot by
/// shot, a sentence each: "the candidate's clips have another frame rate: 12 fps | 6 fps (64 of 64
/// shots)". Shots that one of the documents does not have, or says nothing of, are left out. Rates
/// differ from 0.05 % on, durations from 1 % on: containers round both.
[[nodiscard]] std::vector<std::string> clip_differences(const document::Result& base,
                                                        const document::Result& candidate);

}  // namespace asbench::reports
