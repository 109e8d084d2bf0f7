#include "models/weights/state_dict.h"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>

#include "core/error.h"
#include "models/pickle/unpickler.h"
#include "models/weights/safetensors.h"
#include "models/weights/tensor_views.h"

namespace asbench::models {
namespace {

constexpr std::size_t kMaxListed = 20;

/// "2 missing tensors:\n  a float32 [3]\n  b ..." with a count of what is left out.
void append_list(std::string& message, std::string_view what,
                 const std::vector<std::string>& lines) {
  if (lines.empty()) return;
  message += fmt::format("\n{} {}:", lines.size(), what);
  for (std::size_t i = 0; i < std::min(lines.size(), kMaxListed); ++i) {
    message += "\n  " + lines[i];
  }
  if (lines.size() > kMaxListed) {
    message += fmt::format("\n  ... and {} more", lines.size() - kMaxListed);
  }
}

/// What messages about a checkpoint's tensors begin with.
std::string where_of(const Checkpoint& checkpoint) {
  if (checkpoint.weight_files.size() == 1) return checkpoint.weight_files.front().string();
  return checkpoint.folder.empty() ? checkpoint.id : checkpoint.folder.string();
}

std::vector<std::string> lines_of(const std::map<std::string, std::string>& entries) {
  std::vector<std::string> lines;
  for (const auto& [name, text] : entries) lines.push_back(fmt::format("{}: {}", name, text));
  return lines;
}

}  // namespace

StateDict StateDict::load(const Checkpoint& checkpoint, ReadMode mode) {
  StateDict result(where_of(checkpoint));
  if (checkpoint.pickle) {
    for (const auto& path : checkpoint.weight_files) {
      const auto file = std::make_shared<const FileBytes>(FileBytes::open(path, mode));
      for (auto& [name, tensor] : read_pickled_tensors(file)) {
        result.tensors_.emplace(name, Entry{std::move(tensor)});
      }
    }
  } else {
    result.add_safetensors(checkpoint, mode);
  }
  return result;
}

void StateDict::add_safetensors(const Checkpoint& checkpoint, ReadMode mode) {
  std::map<std::string, std::string> holder;
  for (const auto& path : checkpoint.weight_files) {
    const auto file = std::make_shared<const SafetensorsFile>(SafetensorsFile::open(path, mode));
    const std::string shard = path.filename().string();
    for (const std::string& name : file->names()) {
      const auto [other, is_new] = holder.emplace(name, shard);
      if (!is_new) {
        throw BadInput(fmt::format("{}: tensor {:?} is in two shards, {} and {}", where_, name,
                                   other->second, shard));
      }
      const auto view = file->find(name);
      Entry entry{view_tensor(view->bytes, view->dtype, view->shape, file)};
      if (checkpoint.weight_files.size() > 1) entry.shard = shard;
      tensors_.emplace(name, std::move(entry));
    }
  }
  for (const auto& [name, shard] : checkpoint.weight_map) {
    const auto found = holder.find(name);
    if (found == holder.end() || found->second != shard) {
      throw BadInput(
          fmt::format("{}: the shard index places tensor {:?} in {}, which does not "
                      "contain it",
                      where_, name, shard));
    }
  }
}

std::optional<std::vector<std::int64_t>> StateDict::shape(const std::string& name) const {
  const auto found = tensors_.find(name);
  if (found == tensors_.end()) return std::nullopt;
  return found->second.tensor.sizes().vec();
}

std::vector<std::string> StateDict::names() const {
  std::vector<std::string> names;
  names.reserve(tensors_.size());
  for (const auto& [name, entry] : tensors_) names.push_back(name);
  return names;
}

std::string StateDict::describe(const std::string& name) const {
  const auto found = tensors_.find(name);
  if (found == tensors_.end()) {
    throw InternalError(fmt::format("{}: no tensor {:?} to describe", where_, name));
  }
  return models::describe(found->second.tensor);
}

at::Tensor StateDict::take(const std::string& name, at::IntArrayRef shape) {
  const auto wanted = [&] { return fmt::format("[{}]", fmt::join(shape, ", ")); };
  const auto found = tensors_.find(name);
  if (found == tensors_.end()) {
    missing_.emplace(name, wanted());
    return stand_in(shape);
  }
  Entry& entry = found->second;
  entry.taken = true;
  const at::Tensor& tensor = entry.tensor;
  if (tensor.sizes() != shape || !tensor.is_floating_point()) {
    misshaped_.emplace(label(name, entry), fmt::format("{}, a floating-point {} was expected",
                                                       models::describe(tensor), wanted()));
    return stand_in(shape);
  }
  at::Tensor value = tensor.to(at::kFloat).contiguous();
  for (const Change& change : entry.changes) {
    value = change(value);
    TORCH_INTERNAL_ASSERT(value.sizes() == shape && value.scalar_type() == at::kFloat &&
                          value.is_contiguous());
  }
  return value;
}

// A configuration of a larger network than the weights' must not make all of it first.
at::Tensor StateDict::stand_in(at::IntArrayRef shape) const {
  if (missing_.size() + misshaped_.size() > kMaxListed) refuse(left_over(), Extent::so_far);
  try {
    return at::empty(shape, at::kFloat);
  } catch (const c10::Error&) {  // sizes that no machine has
    refuse(left_over(), Extent::so_far);
  }
}

std::string StateDict::label(const std::string& name, const Entry& entry) {
  return entry.shard.empty() ? name : fmt::format("{} in {}", name, entry.shard);
}

void StateDict::amend(const std::string& name, Change change) {
  const auto found = tensors_.find(name);
  if (found == tensors_.end()) {
    throw InternalError(fmt::format("{}: no tensor {:?} to amend", where_, name));
  }
  found->second.changes.push_back(std::move(change));
}

std::vector<std::string> StateDict::left_over(const std::vector<std::string>& ignorable) const {
  std::vector<std::string> lines;
  for (const auto& [name, entry] : tensors_) {
    const auto matches = [&name = name](const std::string& pattern) {
      return ::fnmatch(pattern.c_str(), name.c_str(), 0) == 0;
    };
    if (!entry.taken && std::none_of(ignorable.begin(), ignorable.end(), matches))
      lines.push_back(fmt::format("{}: {}", label(name, entry), models::describe(entry.tensor)));
  }
  return lines;
}

void StateDict::refuse(const std::vector<std::string>& left, Extent extent) const {
  const bool whole = extent == Extent::whole;
  std::string message =
      fmt::format("{}: the weights do not fit the network that its config.json describes{}.",
                  where_, whole ? "" : "; these are the first problems");
  append_list(message, "missing", lines_of(missing_));
  append_list(message, "misshaped", lines_of(misshaped_));
  append_list(message, whole ? "unexpected" : "not asked for so far", left);
  throw BadInput(message);
}

void StateDict::finish(const std::vector<std::string>& ignorable) const {
  const std::vector<std::string> unexpected = left_over(ignorable);
  if (!missing_.empty() || !misshaped_.empty() || !unexpected.empty())
    refuse(unexpected, Extent::whole);
}

}  // namespace asbench::models
