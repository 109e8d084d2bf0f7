#include "models/weights/pin.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>
#include <vector>

#include "core/hash.h"
#include "models/weights/weights_record.h"

namespace asbench::models {
namespace fs = std::filesystem;
namespace {

bool is_sharded(const Checkpoint& checkpoint) {
  return checkpoint.weight_files.size() != 1 || !checkpoint.weight_map.empty();
}

std::string pinned_sums(const CatalogueEntry& entry) {
  std::vector<std::string> sums;
  for (const CatalogueFile& file : entry.files) {
    if (file.weights && file.pinned()) sums.push_back(*file.sha256);
  }
  return fmt::format("{}", fmt::join(sums, " or "));
}

PinVerdict judge_weights(const PinQuestion& question, const CatalogueEntry& entry) {
  using Status = PinVerdict::Status;
  const Checkpoint& checkpoint = question.checkpoint;
  const std::string name = checkpoint.weight_files.empty()
                               ? std::string()
                               : checkpoint.weight_files.front().filename().string();
  const CatalogueFile* const known = is_sharded(checkpoint) ? nullptr : entry.file(name);
  const FilePin pin = compare_with_pin(known, question.weights_sha256, std::nullopt);
  if (pin == FilePin::equal) return {.status = Status::pinned};
  if (pin == FilePin::single_equal || !entry.pinned()) return {};
  return {.status = Status::differs,
          .file = is_sharded(checkpoint) ? "the shards of the weights" : name,
          .expected = pin == FilePin::differs ? *known->sha256 : pinned_sums(entry),
          .found = std::string(question.weights_sha256)};
}

/// Files besides the weights that a run reads. models/tokenizers takes tokenizer.json where it
/// exists, else the other two.
std::vector<std::string> used_companions(const PinQuestion& question) {
  std::vector<std::string> names{"config.json"};
  if (!question.text) return names;
  if (is_there(question.checkpoint.folder / "tokenizer.json")) {
    names.emplace_back("tokenizer.json");
  } else {
    names.emplace_back("vocab.json");
    names.emplace_back("merges.txt");
  }
  return names;
}

}  // namespace

std::string_view to_string(FilePin pin) {
  switch (pin) {
    case FilePin::not_pinned:
      return "not pinned";
    case FilePin::equal:
      return "pinned, equal";
    case FilePin::differs:
      return "differs from the pin";
    case FilePin::single_equal:
      return "equal to the only record";
    case FilePin::single_differs:
      return "differs from the only record";
  }
  return "";
}

FilePin compare_with_pin(const CatalogueFile* known, std::string_view sha256,
                         std::optional<std::uint64_t> bytes) {
  if (known == nullptr || known->witnesses == 0) return FilePin::not_pinned;
  if (known->pinned()) return *known->sha256 == sha256 ? FilePin::equal : FilePin::differs;
  if (known->sha256) {
    return *known->sha256 == sha256 ? FilePin::single_equal : FilePin::single_differs;
  }
  const bool other_size = known->bytes && bytes && *known->bytes != *bytes;
  return other_size ? FilePin::single_differs : FilePin::not_pinned;
}

std::string_view to_string(PinVerdict::Status status) {
  switch (status) {
    case PinVerdict::Status::not_pinned:
      return "not pinned";
    case PinVerdict::Status::pinned:
      return "pinned";
    case PinVerdict::Status::differs:
      return "differs";
  }
  return "";
}

std::string describe(const PinVerdict& verdict) {
  if (verdict.status != PinVerdict::Status::differs) return {};
  const bool several = verdict.file.starts_with("the ");
  return fmt::format("{} {} from the pinned file{}", verdict.file, several ? "differ" : "differs",
                     verdict.overridden_revision ? fmt::format(" (fetched with --revision {})",
                                                               *verdict.overridden_revision)
                                                 : "");
}

PinVerdict verify_pins(const PinQuestion& question, const Catalogue& catalogue) {
  const CatalogueEntry* const entry = catalogue.find(question.checkpoint.id);
  if (entry == nullptr) return {};
  PinVerdict verdict = judge_weights(question, *entry);
  for (const std::string& name : used_companions(question)) {
    if (verdict.status == PinVerdict::Status::differs) break;
    const CatalogueFile* const known = entry->file(name);
    const fs::path path = question.checkpoint.folder / name;
    if (known == nullptr || !known->pinned() || !is_there(path)) continue;
    const std::string sum = sha256_file(path);
    if (compare_with_pin(known, sum, std::nullopt) != FilePin::differs) continue;
    verdict = {.status = PinVerdict::Status::differs,
               .file = name,
               .expected = *known->sha256,
               .found = sum};
  }
  const auto record = read_weights_record(question.checkpoint.folder);
  if (record && record->revision_override) verdict.overridden_revision = record->revision;
  return verdict;
}

}  // namespace asbench::models
