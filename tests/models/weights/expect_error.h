#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace asbench::testing {

/// Runs `action`, which must throw `Kind` with a message that holds every one of `parts`.
template <typename Kind = BadInput>
void expect_error(const std::function<void()>& action, const std::vector<std::string_view>& parts) {
  try {
    action();
  } catch (const Kind& error) {
    const std::string message = error.what();
    for (const std::string_view part : parts) {
      EXPECT_NE(message.find(part), std::string::npos) << "the message lacks \"" << part << "\":\n"
                                                       << message;
    }
    return;
  }
  FAIL() << "nothing was thrown";
}

}  // namespace asbench::testing
