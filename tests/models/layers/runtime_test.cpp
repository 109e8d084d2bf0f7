#include "models/layers/runtime.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/models/weights/expect_error.h"

namespace asbench::models {
namespace {

using ::asbench::testing::expect_error;

TEST(ParseDevice, KnowsTheCpu) {
  EXPECT_TRUE(parse_device("cpu").is_cpu());
}

TEST(ParseDevice, RefusesWhatIsNoDevice) {
  for (const char* text : {"", "gpu", "cuda:", "cuda:x", "cuda:-1", "cuda:1x", "cuda:999", "CPU"}) {
    expect_error<UsageError>([&] { static_cast<void>(parse_device(text)); },
                             {"--device", "cpu, cuda, cuda:N or auto"});
  }
}

TEST(ParseDevice, AutoNeverFails) {
  const c10::Device device = parse_device("auto");
  EXPECT_EQ(device.is_cuda(), !load_cuda().has_value());
}

TEST(ParseDevice, SaysWhyCudaCannotBeUsed) {
  const auto reason = load_cuda();
  if (!reason) GTEST_SKIP() << "this machine has a GPU";
  EXPECT_FALSE(reason->empty());
  for (const char* text : {"cuda", "cuda:0"}) {
    expect_error([&] { static_cast<void>(parse_device(text)); },
                 {text, *reason, "--device cpu", "--device auto"});
  }
}

TEST(Runtime, SetsTheThreadCount) {
  configure_runtime(3);
  EXPECT_EQ(thread_count(), 3);
  configure_runtime();
  EXPECT_GE(thread_count(), 1);
  expect_error<UsageError>([] { configure_runtime(-1); }, {"--threads", "-1"});
}

TEST(Runtime, TranslatesLibTorchsErrorsWithoutTheirStack) {
  const auto translated = [](const auto& action) {
    return [action] {
      try {
        action();
      } catch (...) {
        rethrow_torch_error("tests");
      }
    };
  };
  expect_error<InternalError>(translated([] {
                                static_cast<void>(at::ones({2, 3}).mm(at::ones({2, 3})));
                              }),
                              {"tests: ", "mat1 and mat2"});
  // Our own go through unchanged.
  expect_error<BadInput>(translated([] { throw BadInput("as it was"); }), {"as it was"});
  try {
    translated([] { static_cast<void>(at::ones({2, 3}).mm(at::ones({2, 3}))); })();
  } catch (const InternalError& error) {
    EXPECT_EQ(std::string(error.what()).find("frame #"), std::string::npos);
  }
}

}  // namespace
}  // namespace asbench::models
