#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/write_file.h"
#include "document/result.h"

namespace asbench::document {

class PartNames;

/// Calls `use` for every story of a document, in its order.
using EachStory = std::function<void(const std::function<void(const ResultStory&)>& use)>;

/// The stories of a result on their way into its document: each is checked against the schema and
/// becomes text as it comes, so that memory does not grow with their number. A few hundred are in
/// memory as values, and some megabytes as text; what is more lies in a file without a name beside
/// the document, which is gone when the spool is, however the program ends. One thread.
class StorySpool {
 public:
  /// @param document  the path that the document will have
  explicit StorySpool(const std::filesystem::path& document);
  ~StorySpool();
  StorySpool(const StorySpool&) = delete;
  StorySpool& operator=(const StorySpool&) = delete;

  /// The next story in document order. @throws BadInput listing what the schema refuses (of this
  /// story or some hundred before it), SystemFault when the disk is full.
  void add(ResultStory story);
  /// Reads them again, as they will stand in the document. @throws SystemFault, and what add()
  /// throws.
  void for_each(const std::function<void(const ResultStory&)>& use);
  /// The text between the brackets of the document's list. @throws as for_each(), and what `write`
  /// throws.
  void write(const WritePiece& write);
  /// Checks those that add() has kept for later. @throws as add().
  void check();
  /// Of the stories so far.
  [[nodiscard]] const PartNames& parts() const;

 private:
  struct Text;

  std::vector<ResultStory> slice_;  ///< not yet text
  std::size_t in_text_ = 0;         ///< stories
  std::unique_ptr<PartNames> parts_;
  std::unique_ptr<Text> text_;
};

}  // namespace asbench::document
