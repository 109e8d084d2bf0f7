#include "models/pickle/pickle_machine.h"

#include <gtest/gtest.h>

#include "tests/models/pickle/pickle_bytes.h"
#include "tests/models/weights/expect_error.h"

namespace asbench::models {
namespace {

using namespace asbench::testing;  // the pieces of a pickle
using Kind = PickleNode::Kind;

Pickle run(std::string_view bytes, const PickleLimits& limits = {}) {
  return run_pickle(as_bytes(bytes), "x.bin", limits);
}

void expect_refused(std::string_view bytes, const std::vector<std::string_view>& parts,
                    const PickleLimits& limits = {}) {
  std::vector<std::string_view> all{"x.bin"};
  all.insert(all.end(), parts.begin(), parts.end());
  expect_error([&] { (void)run(bytes, limits); }, all);
}

TEST(PickleMachine, ReadsNumbersAndTexts) {
  const std::string bytes =
      pickle("(" + integer(-5) + "K\x07" + "M\x01\x02" + "J\xFE\xFF\xFF\xFF" + "\x8a\x01\x80" +
             "G\x40\x04" + std::string(6, '\0') + "\x88N" + text("größe") + "U\x02hi" + "t");
  const Pickle result = run(bytes);
  const PickleNode& root = result.node(result.root);
  ASSERT_EQ(root.kind, Kind::tuple);
  ASSERT_EQ(root.items.size(), 10U);
  const auto item = [&](std::size_t i) { return result.node(root.items[i]); };
  EXPECT_EQ(item(0).integer, -5);
  EXPECT_EQ(item(1).integer, 7);
  EXPECT_EQ(item(2).integer, 0x201);
  EXPECT_EQ(item(3).integer, -2);
  EXPECT_EQ(item(4).integer, -128);
  EXPECT_EQ(item(5).real, 2.5);
  EXPECT_EQ(item(6).kind, Kind::boolean);
  EXPECT_EQ(item(7).kind, Kind::none);
  EXPECT_EQ(item(8).text, "größe");
  EXPECT_EQ(item(9).text, "hi");
  EXPECT_EQ(result.consumed, bytes.size());
}

TEST(PickleMachine, StopsAtTheEndOfThePickle) {
  EXPECT_EQ(run(pickle("N") + "more").consumed, 4U);
}

TEST(PickleMachine, FollowsTheMemo) {
  const std::string bytes = pickle(
      "]q\x05(h\x05h\x05"
      "e");
  const Pickle result = run(bytes);  // a list that holds itself twice
  EXPECT_EQ(result.node(result.root).items, (std::vector<std::uint32_t>{result.root, result.root}));
  expect_refused(pickle("h\x01"), {"memo 1 was never set"});
}

TEST(PickleMachine, RefusesForeignNamesByName) {
  expect_refused(pickle(global("posix", "system") + text("true") + "\x85R"),
                 {"\"posix.system\"", "nothing was run", "safetensors"});
  expect_refused(pickle(global("builtins", "eval")), {"\"builtins.eval\""});
  expect_refused(pickle(global("torch", "load")), {"\"torch.load\""});
  expect_refused(pickle(global("__builtin__", "getattr")), {"\"__builtin__.getattr\""});
  expect_refused(pickle(global("collections", "OrderedDict.fromkeys")), {"fromkeys"});
  expect_refused(pickle(text("os") + text("system") + "\x93"), {"\"os.system\""});
  // A name that only looks like one of ours when its parts are glued together.
  expect_refused(pickle(text("torch._utils\n") + text("_rebuild_tensor_v2") + "\x93"),
                 {"torch._utils\\n"});
}

TEST(PickleMachine, RefusesOpcodesThatImportOrBuildObjects) {
  for (const std::string_view code : {"i", "o", "\x81", "\x92", "\x82", "\x83", "\x84", "P", "S",
                                      "I", "L", "V", "F", "p", "g", "\x8b", "\x90", "\x97", "?"}) {
    expect_refused(pickle("(" + std::string(code)), {"opcode 0x"});
  }
}

TEST(PickleMachine, RefusesOldAndUnknownProtocols) {
  expect_refused("\x80\x01N.", {"protocol 1"});
  expect_refused("\x80\x06N.", {"protocol 6"});
}

TEST(PickleMachine, RefusesCallsOfStoragesAndWrongArguments) {
  expect_refused(pickle(global("torch", "FloatStorage") + ")R"), {"torch.FloatStorage"});
  expect_refused(pickle(global("torch._utils", "_rebuild_tensor_v2") + ")R"), {"with 0 arguments"});
  expect_refused(pickle(global("torch._utils", "_rebuild_parameter") + "NNN\x87R"),
                 {"something other than a tensor"});
  expect_refused(pickle("N)R"), {"not a function"});
  expect_refused(pickle(global("collections", "OrderedDict") + "NR"), {"tuple of arguments"});
  expect_refused(pickle(global("collections", "OrderedDict") + "N\x85R"), {"than a list"});
  expect_refused(pickle(global("collections", "OrderedDict") + "](Ne\x85R"), {"than pairs"});
}

TEST(PickleMachine, ReadsPythonTwosOrderedDict) {
  const std::string bytes = pickle(global("collections", "OrderedDict") +
                                   "](](U\x01"
                                   "aK\x01"
                                   "ee\x85R");
  const Pickle result = run(bytes);
  const PickleNode& root = result.node(result.root);
  ASSERT_EQ(root.kind, Kind::dict);
  ASSERT_EQ(root.items.size(), 2U);
  EXPECT_EQ(result.node(root.items[0]).text, "a");
  EXPECT_EQ(result.node(root.items[1]).integer, 1);
}

TEST(PickleMachine, ToleratesMetadataAndNoOtherState) {
  const std::string ordered = global("collections", "OrderedDict") + ")R";
  const std::string ok = pickle(ordered + "}" + text("_metadata") + ordered + "sb");
  EXPECT_TRUE(run(ok).node(run(ok).root).items.empty());
  expect_refused(pickle(ordered + "}" + text("__class__") + "Nsb"), {"__class__"});
  expect_refused(pickle("}}b"), {"something other than an OrderedDict"});
  expect_refused(pickle(ordered + "Nb"), {"not a dictionary"});
}

TEST(PickleMachine, RefusesBrokenStacks) {
  expect_refused(pickle(""), {"empty stack"});
  expect_refused(pickle("NN"), {"more than one value"});
  expect_refused(pickle("(N"), {"more than one value"});
  expect_refused(pickle("0N"), {"empty stack"});
  expect_refused(pickle("t"), {"a mark is missing"});
  expect_refused(pickle("N(\x85"), {"empty stack"});  // must not reach below the mark
  expect_refused(pickle("](a"), {"empty stack"});
  expect_refused(pickle("}(Nu"), {"a key without a value"});
  expect_refused(pickle("(Nd"), {"a key without a value"});
  expect_refused(pickle("NNa"), {"neither a list nor a dictionary"});
  expect_refused(pickle("2"), {"empty stack"});
  expect_refused(pickle("q\x01"), {"empty stack"});
}

TEST(PickleMachine, RefusesEveryPrefix) {
  const std::string bytes = state_dict_pickle({});
  ASSERT_NO_THROW((void)run(bytes));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_THROW((void)run(bytes.substr(0, size)), BadInput) << size;
  }
}

TEST(PickleMachine, RefusesLengthsBeyondTheInput) {
  expect_refused(
      "\x80\x02X\xFF\xFF\xFF\xFF"
      "abc.",
      {"it is cut off"});
  expect_refused(
      "\x80\x02\x8d\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"
      "abc.",
      {"it is cut off"});
  expect_refused(pickle("c" + std::string(300, 'm') + "\nx\n"), {"longer than 256"});
}

TEST(PickleMachine, BoundsWhatAPickleBuilds) {
  const PickleLimits limits{.max_nodes = 100, .max_items = 100};
  expect_refused(pickle("]" + std::string(101, 'N')), {"more than 100 values"}, limits);
  expect_refused(pickle("N" + std::string(101, '2')), {"stack is too deep"}, limits);
  expect_refused(pickle(std::string(101, '(')), {"too many marks"}, limits);
  // Copying one list again and again grows with the square of the input unless it is counted.
  const std::string pairs = "](](NNeq\x01" + std::string("h\x01") + "h\x01" + "eq\x02";
  std::string bytes = pairs;
  for (int i = 0; i < 50; ++i) bytes += global("collections", "OrderedDict") + "h\x02\x85R0";
  expect_refused(pickle(bytes), {"more than 100 "}, limits);
}

TEST(PickleMachine, SurvivesDeepNesting) {
  std::string bytes;
  for (int i = 0; i < 500'000; ++i) bytes += "]";
  bytes += std::string(499'999, 'a');
  const std::string whole = pickle(bytes);
  EXPECT_EQ(run(whole).nodes.size(), 500'000U);
}

}  // namespace
}  // namespace asbench::models
