#include "reports/page/page_pictures.h"

#include <cstdint>

namespace asbench::reports {

int PagePictures::add(const std::string& name) {
  if (const auto known = numbers_.find(name); known != numbers_.end()) return known->second;
  int number = -1;
  if (const auto bytes = pictures_.find(name)) {
    const std::size_t size = (bytes->size() + 2) / 3 * 4;
    if (used_ + size <= budget_) {
      used_ += size;
      number = static_cast<int>(list_.size());
      list_.push_back(base64(*bytes));
    } else {
      ++left_out_;
    }
  }
  numbers_.emplace(name, number);
  return number;
}

int PagePictures::number(const std::string& name) const {
  const auto known = numbers_.find(name);
  return known == numbers_.end() ? -1 : known->second;
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const auto byte = [&](std::size_t k) {
      return i + k < bytes.size() ? std::uint32_t{static_cast<unsigned char>(bytes[i + k])} : 0U;
    };
    const std::uint32_t triple = byte(0) << 16 | byte(1) << 8 | byte(2);
    text += kDigits[triple >> 18];
    text += kDigits[triple >> 12 & 63];
    text += i + 1 < bytes.size() ? kDigits[triple >> 6 & 63] : '=';
    text += i + 2 < bytes.size() ? kDigits[triple & 63] : '=';
  }
  return text;
}

}  // namespace asbench::reports
