#include "baselines/catalogue.h"

#include <gtest/gtest.h>

#include "core/config_files.h"
#include "core/json.h"
#include "core/schema.h"

namespace asbench::baselines {
namespace {

TEST(BaselineCatalogue, FollowsItsSchema) {
  const auto files = config_file_names("baselines/");
  ASSERT_FALSE(files.empty());
  for (const auto& file : files) {
    const Json json = parse_json(config_file(file).value(), file);
    EXPECT_NO_THROW(check_schema(json, "baseline", file));
  }
}

}  // namespace
}  // namespace asbench::baselines
