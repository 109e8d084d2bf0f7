#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "core/json.h"
#include "reports/page/pictures.h"

namespace asbench::reports {

/// Pictures of a page within a budget of bytes, each name once, in base64.
class PagePictures {
 public:
  PagePictures(const Pictures& pictures, std::size_t budget)
      : pictures_(pictures), budget_(budget) {}

  /// Number of the picture in `list()`; -1 where no folder has it or no room is left.
  int add(const std::string& name);
  /// Number of a picture that was added; -1 for any other.
  [[nodiscard]] int number(const std::string& name) const;
  [[nodiscard]] const std::vector<std::string>& list() const { return list_; }
  [[nodiscard]] int left_out() const { return left_out_; }

 private:
  const Pictures& pictures_;
  std::size_t budget_;
  std::size_t used_ = 0;
  int left_out_ = 0;
  std::unordered_map<std::string, int> numbers_;
  std::vector<std::string> list_;
};

[[nodiscard]] std::string base64(std::string_view bytes);

}  // namespace asbench::reports
