#include "tests/support/temporary_folder.h"

#include <stdlib.h>

#include <string>

#include "core/error.h"

namespace asbench::testing {

TemporaryFolder::TemporaryFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "asbench-test-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr)
    throw InternalError("no temporary folder can be made: " + name);
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;  // a leftover in /tmp is no reason to fail a test
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace asbench::testing
