#include "document/story_spool.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "core/schema.h"
#include "document/json_reader.h"
#include "document/json_writer.h"
#include "document/part_names.h"
#include "document/scratch_file.h"

namespace asbench::document {
namespace {

/// Stories that are in memory as values, and as JSON, at a time.
constexpr std::size_t kStoriesPerSlice = 256;
/// Text that is kept in memory.
constexpr std::size_t kMostInMemory = std::size_t{8} << 20;

/// The text of a list of stories between its brackets, as it stands in the whole document.
/// @param document  an object that has the list alone
std::string inner_text(const Json& document) {
  constexpr std::string_view kBefore = "{\n \"stories\": [", kAfter = "\n ]\n}";
  const std::string text = document.dump(1);
  return text.substr(kBefore.size(), text.size() - kBefore.size() - kAfter.size());
}

/// A file without a name, beside the document or, where that is a device, in the system's folder
/// for such files.
ScratchFile scratch_beside(const std::filesystem::path& document) {
  const OutputTarget target = output_target(document);
  return ScratchFile(target.is_file() ? target.file
                                      : std::filesystem::temp_directory_path() / "asbench-stories");
}

}  // namespace

/// Slices of text, the first ones in a file once they are many.
struct StorySpool::Text {
  std::filesystem::path document;
  std::optional<ScratchFile> file;
  std::string rest;                 ///< what follows the file
  std::vector<std::uint64_t> ends;  ///< of the slices, in file and rest together

  [[nodiscard]] std::uint64_t in_file() const { return file ? file->size() : 0; }

  void append(std::string_view slice) {
    rest += slice;
    ends.push_back(in_file() + rest.size());
    if (rest.size() <= kMostInMemory) return;
    if (!file) file.emplace(scratch_beside(document));
    file->append(rest);
    rest.clear();
  }
  [[nodiscard]] std::string slice(std::size_t index) const {
    const std::uint64_t begin = index == 0 ? 0 : ends[index - 1];
    const auto size = static_cast<std::size_t>(ends[index] - begin);
    // append() never leaves a slice on both sides.
    if (begin >= in_file()) return rest.substr(static_cast<std::size_t>(begin - in_file()), size);
    return file->read(begin, size);
  }
};

StorySpool::StorySpool(const std::filesystem::path& document)
    : parts_(std::make_unique<PartNames>()), text_(std::make_unique<Text>()) {
  text_->document = document;
}
StorySpool::~StorySpool() = default;

const PartNames& StorySpool::parts() const {
  return *parts_;
}

void StorySpool::add(ResultStory story) {
  parts_->add(story);
  slice_.push_back(std::move(story));
  if (slice_.size() == kStoriesPerSlice) check();
}

void StorySpool::check() {
  if (slice_.empty()) return;
  Json list = Json::array();
  for (const ResultStory& story : slice_) list.push_back(JsonWriter::object_of(story));
  const Json part = {{"stories", with_valid_text(list)}};
  check_schema(part, "result", fmt::format("{} from story {} on", kWrittenDocument, in_text_),
               SchemaExtent::some_keys);
  text_->append(inner_text(part));
  in_text_ += slice_.size();
  slice_.clear();
}

void StorySpool::for_each(const std::function<void(const ResultStory&)>& use) {
  check();
  for (std::size_t i = 0; i < text_->ends.size(); ++i) {
    const Json list = Json::parse("[" + text_->slice(i) + "]");
    for (const ResultStory& story : stories_from_json(list, kWrittenDocument)) use(story);
  }
}

void StorySpool::write(const WritePiece& write) {
  check();
  for (std::size_t i = 0; i < text_->ends.size(); ++i) {
    if (i > 0) write(",");
    write(text_->slice(i));
  }
  if (!text_->ends.empty()) write("\n ");
}

}  // namespace asbench::document
