#include "models/pickle/pickle_machine.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <map>
#include <optional>
#include <string>

#include "core/error.h"
#include "models/pickle/pickle_opcodes.h"

namespace asbench::models {
namespace {

using Kind = PickleNode::Kind;
using Index = std::uint32_t;
using Op = PickleOp;

constexpr std::string_view kOrderedDict = "collections.OrderedDict";
constexpr std::string_view kRebuildTensor = "torch._utils._rebuild_tensor_v2";
constexpr std::string_view kRebuildParameter = "torch._utils._rebuild_parameter";
constexpr std::array<std::string_view, 13> kKnownNames{
    kOrderedDict,         kRebuildTensor,       kRebuildParameter,       "torch.DoubleStorage",
    "torch.FloatStorage", "torch.HalfStorage",  "torch.BFloat16Storage", "torch.LongStorage",
    "torch.IntStorage",   "torch.ShortStorage", "torch.CharStorage",     "torch.ByteStorage",
    "torch.BoolStorage"};

class Machine {
 public:
  Machine(std::span<const std::byte> bytes, std::string_view where, const PickleLimits& limits)
      : bytes_(bytes), where_(where), limits_(limits) {}

  Pickle run() {
    while (!stopped_) step();
    pickle_.consumed = position_;
    return std::move(pickle_);
  }

 private:
  [[noreturn]] void fail(std::string_view what) const {
    throw BadInput(fmt::format("{}: not the pickle of a state dict: {} (near byte {})", where_,
                               what, position_));
  }

  // ---- input

  std::string_view take(std::uint64_t count) {
    if (count > bytes_.size() - position_) fail("it is cut off");
    const std::string_view text(reinterpret_cast<const char*>(bytes_.data()) + position_,
                                static_cast<std::size_t>(count));
    position_ += static_cast<std::size_t>(count);
    return text;
  }

  std::uint64_t unsigned_number(int size) {
    const std::string_view text = take(static_cast<std::uint64_t>(size));
    std::uint64_t value = 0;
    for (int i = 0; i < size; ++i) {
      value |= std::uint64_t{static_cast<unsigned char>(text[static_cast<std::size_t>(i)])}
               << (8 * i);
    }
    return value;
  }

  std::string_view line() {
    const std::size_t begin = position_;
    while (take(1) != "\n") {
      if (position_ - begin > 256) fail("a name longer than 256 bytes");
    }
    return {reinterpret_cast<const char*>(bytes_.data()) + begin, position_ - begin - 1};
  }

  // ---- values

  Index add(PickleNode node) {
    if (pickle_.nodes.size() >= limits_.max_nodes) {
      fail(fmt::format("more than {} values", limits_.max_nodes));
    }
    pickle_.nodes.push_back(std::move(node));
    return static_cast<Index>(pickle_.nodes.size() - 1);
  }

  void count_items(std::size_t count) {
    items_ += count;
    if (items_ > limits_.max_items) {
      fail(fmt::format("more than {} items in its containers", limits_.max_items));
    }
  }

  void push(PickleNode node) { push_index(add(std::move(node))); }
  void push_index(Index index) {
    if (stack_.size() >= limits_.max_items) fail("its stack is too deep");
    stack_.push_back(index);
  }
  void push_kind(Kind kind) { push({.kind = kind}); }
  void push_integer(Kind kind, std::int64_t value) { push({.kind = kind, .integer = value}); }
  void push_text(Kind kind, std::string_view text) { push({.kind = kind, .text = text}); }
  void push_items(Kind kind, std::vector<Index> items) {
    count_items(items.size());
    push({.kind = kind, .items = std::move(items)});
  }

  /// The lowest place that may be popped: values below the latest mark are out of reach.
  [[nodiscard]] std::size_t floor() const { return marks_.empty() ? 0 : marks_.back(); }

  Index pop() {
    if (stack_.size() <= floor()) fail("it pops an empty stack");
    const Index index = stack_.back();
    stack_.pop_back();
    return index;
  }

  Index top() const {
    if (stack_.size() <= floor()) fail("it reads an empty stack");
    return stack_.back();
  }

  std::vector<Index> pop_to_mark() {
    if (marks_.empty()) fail("a mark is missing");
    const auto begin = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
    std::vector<Index> items(begin, stack_.end());
    stack_.erase(begin, stack_.end());
    marks_.pop_back();
    return items;
  }

  std::vector<Index> pop_some(std::size_t count) {
    std::vector<Index> items(count);
    for (std::size_t i = count; i-- > 0;) items[i] = pop();
    return items;
  }

  PickleNode& node(Index index) { return pickle_.nodes[index]; }

  // ---- memo

  void remember(std::uint64_t key, Index index) { memo_[key] = index; }
  void recall(std::uint64_t key) {
    const auto found = memo_.find(key);
    if (found == memo_.end()) fail(fmt::format("memo {} was never set", key));
    push_index(found->second);
  }

  // ---- names and calls

  void name(std::string_view module, std::string_view attribute) {
    const std::string full = fmt::format("{}.{}", module, attribute);
    const auto known = std::find(kKnownNames.begin(), kKnownNames.end(), full);
    if (known == kKnownNames.end()) {
      throw BadInput(fmt::format(
          "{}: refused: its pickle names {:?}, which a plain state dict does not need; nothing "
          "was run. Save the weights as safetensors, or as a state dict of tensors only.",
          where_, full));
    }
    push_text(Kind::global, *known);
  }

  /// OrderedDict(): empty, or Python 2's form with one list of pairs.
  void make_ordered_dict(const std::vector<Index>& arguments) {
    std::vector<Index> items;
    if (arguments.size() > 1) fail("OrderedDict is called with several arguments");
    if (!arguments.empty()) {
      const PickleNode& pairs = node(arguments[0]);
      if (pairs.kind != Kind::list) fail("OrderedDict is called with something other than a list");
      count_items(2 * pairs.items.size());
      for (const Index index : pairs.items) {
        const PickleNode& pair = node(index);
        if ((pair.kind != Kind::list && pair.kind != Kind::tuple) || pair.items.size() != 2) {
          fail("OrderedDict is called with something other than pairs");
        }
        items.insert(items.end(), pair.items.begin(), pair.items.end());
      }
    }
    push({.kind = Kind::dict, .text = kOrderedDict, .items = std::move(items)});
  }

  void reduce() {
    const Index arguments_index = pop();
    const Index callee_index = pop();
    if (node(arguments_index).kind != Kind::tuple) fail("a call without a tuple of arguments");
    const std::vector<Index> arguments = node(arguments_index).items;
    if (node(callee_index).kind != Kind::global) fail("it calls something that is not a function");
    const std::string_view callee = node(callee_index).text;
    if (callee == kOrderedDict) {
      make_ordered_dict(arguments);
    } else if (callee == kRebuildTensor) {
      if (arguments.size() != 6 && arguments.size() != 7) {
        fail(fmt::format("{} is called with {} arguments", callee, arguments.size()));
      }
      push_items(Kind::tensor, arguments);
    } else if (callee == kRebuildParameter) {
      if (arguments.size() != 3 || node(arguments[0]).kind != Kind::tensor) {
        fail(fmt::format("{} is called with something other than a tensor", callee));
      }
      push_index(arguments[0]);
    } else {
      fail(fmt::format("it calls {}, which is a storage type", callee));
    }
  }

  /// BUILD sets attributes; only `_metadata` of an OrderedDict is known, and not needed.
  void build() {
    const PickleNode& state = node(pop());
    const PickleNode& target = node(top());
    if (target.kind != Kind::dict || target.text != kOrderedDict) {
      fail("it sets the state of something other than an OrderedDict");
    }
    if (state.kind != Kind::dict) fail("the state of an OrderedDict is not a dictionary");
    for (std::size_t i = 0; i < state.items.size(); i += 2) {
      const PickleNode& key = node(state.items[i]);
      if (key.kind != Kind::text || key.text != "_metadata") {
        fail(fmt::format("it sets an attribute other than _metadata: {:?}",
                         key.text.substr(0, 100)));
      }
    }
  }

  void extend(Kind kind, const std::vector<Index>& items) {
    count_items(items.size());
    PickleNode& target = node(top());
    if (target.kind != kind)
      fail("it adds items to something that is neither a list nor a dictionary");
    if (kind == Kind::dict && items.size() % 2 != 0) fail("a key without a value");
    target.items.insert(target.items.end(), items.begin(), items.end());
  }

  void long1() {
    const std::string_view text = take(unsigned_number(1));
    if (text.size() > 8) return push_text(Kind::big, text);
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
      value |= std::uint64_t{static_cast<unsigned char>(text[i])} << (8 * i);
    }
    if (!text.empty() && text.size() < 8 && (static_cast<unsigned char>(text.back()) & 0x80) != 0) {
      value |= ~std::uint64_t{0} << (8 * text.size());
    }
    push_integer(Kind::integer, static_cast<std::int64_t>(value));
  }

  void binfloat() {
    const std::string_view text = take(8);
    std::uint64_t bits = 0;
    for (const char c : text) bits = bits << 8 | static_cast<unsigned char>(c);
    push({.kind = Kind::real, .real = std::bit_cast<double>(bits)});
  }

  void stack_global() {
    const Index attribute = pop();
    const Index module = pop();
    if (node(attribute).kind != Kind::text || node(module).kind != Kind::text) {
      fail("a name that is not text");
    }
    name(node(module).text.substr(0, 256), node(attribute).text.substr(0, 256));
  }

  void step() {
    const auto code = static_cast<unsigned char>(take(1)[0]);
    switch (static_cast<Op>(code)) {
      case Op::proto:
        if (const auto version = unsigned_number(1); version < 2 || version > 5) {
          fail(fmt::format("protocol {} is not supported; expected 2 to 5", version));
        }
        return;
      case Op::frame:
        (void)unsigned_number(8);
        return;
      case Op::stop:
        pickle_.root = pop();
        if (!stack_.empty() || !marks_.empty()) fail("it ends with more than one value");
        stopped_ = true;
        return;
      case Op::none:
        return push_kind(Kind::none);
      case Op::newtrue:
        return push_integer(Kind::boolean, 1);
      case Op::newfalse:
        return push_integer(Kind::boolean, 0);
      case Op::binint:
        return push_integer(Kind::integer, static_cast<std::int32_t>(
                                               static_cast<std::uint32_t>(unsigned_number(4))));
      case Op::binint1:
        return push_integer(Kind::integer, static_cast<std::int64_t>(unsigned_number(1)));
      case Op::binint2:
        return push_integer(Kind::integer, static_cast<std::int64_t>(unsigned_number(2)));
      case Op::long1:
        return long1();
      case Op::binfloat:
        return binfloat();
      // Python 2 wrote its texts as byte strings.
      case Op::binstring:
      case Op::binunicode:
        return push_text(Kind::text, take(unsigned_number(4)));
      case Op::short_binstring:
      case Op::short_binunicode:
        return push_text(Kind::text, take(unsigned_number(1)));
      case Op::binunicode8:
        return push_text(Kind::text, take(unsigned_number(8)));
      case Op::binbytes:
        return push_text(Kind::bytes, take(unsigned_number(4)));
      case Op::short_binbytes:
        return push_text(Kind::bytes, take(unsigned_number(1)));
      case Op::binbytes8:
        return push_text(Kind::bytes, take(unsigned_number(8)));
      case Op::empty_tuple:
        return push_kind(Kind::tuple);
      case Op::empty_list:
        return push_kind(Kind::list);
      case Op::empty_dict:
        return push_kind(Kind::dict);
      case Op::tuple1:
        return push_items(Kind::tuple, pop_some(1));
      case Op::tuple2:
        return push_items(Kind::tuple, pop_some(2));
      case Op::tuple3:
        return push_items(Kind::tuple, pop_some(3));
      case Op::tuple:
        return push_items(Kind::tuple, pop_to_mark());
      case Op::list:
        return push_items(Kind::list, pop_to_mark());
      case Op::dict:
        if (!marks_.empty() && (stack_.size() - marks_.back()) % 2 != 0) {
          fail("a key without a value");
        }
        return push_items(Kind::dict, pop_to_mark());
      case Op::mark:
        if (marks_.size() >= limits_.max_items) fail("too many marks");
        marks_.push_back(stack_.size());
        return;
      case Op::pop:
        if (!marks_.empty() && stack_.size() == marks_.back()) {
          marks_.pop_back();
        } else {
          (void)pop();
        }
        return;
      case Op::pop_mark:
        (void)pop_to_mark();
        return;
      case Op::dup:
        return push_index(top());
      case Op::append:
        return extend(Kind::list, pop_some(1));
      case Op::appends:
        return extend(Kind::list, pop_to_mark());
      case Op::setitem:
        return extend(Kind::dict, pop_some(2));
      case Op::setitems:
        return extend(Kind::dict, pop_to_mark());
      case Op::binput:
        return remember(unsigned_number(1), top());
      case Op::long_binput:
        return remember(unsigned_number(4), top());
      case Op::memoize:
        return remember(memo_.size(), top());
      case Op::binget:
        return recall(unsigned_number(1));
      case Op::long_binget:
        return recall(unsigned_number(4));
      case Op::global: {
        const std::string_view module = line();
        return name(module, line());
      }
      case Op::stack_global:
        return stack_global();
      case Op::reduce:
        return reduce();
      case Op::build:
        return build();
      case Op::binpersid:
        return push_items(Kind::storage, pop_some(1));
    }
    fail(fmt::format("opcode 0x{:02x} is not allowed", code));
  }

  std::span<const std::byte> bytes_;
  std::string_view where_;
  PickleLimits limits_;
  std::size_t position_ = 0;
  std::size_t items_ = 0;
  bool stopped_ = false;
  Pickle pickle_;
  std::vector<Index> stack_;
  std::vector<std::size_t> marks_;
  std::map<std::uint64_t, Index> memo_;  // not a hash table: an attacker can choose the keys
};

}  // namespace

Pickle run_pickle(std::span<const std::byte> bytes, std::string_view where,
                  const PickleLimits& limits) {
  return Machine(bytes, where, limits).run();
}

}  // namespace asbench::models
