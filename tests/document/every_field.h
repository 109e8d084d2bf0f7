#pragma once

#include "document/result.h"

namespace asbench::testing {

/// A result in which no field has the value that it starts with.
[[nodiscard]] document::Result result_with_every_field();

}  // namespace asbench::testing
