#include "features/weights_hash.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <ctime>

namespace asbench::features {

std::string identity_of(std::span<const std::filesystem::path> files) {
  constexpr std::time_t kSettledSeconds = 2;
  const std::time_t now = std::time(nullptr);
  std::string identity;
  for (const auto& path : files) {
    struct stat file {};
    if (::stat(path.c_str(), &file) != 0 || file.st_ctim.tv_sec > now - kSettledSeconds) return {};
    identity += fmt::format("{} {} {} {} {}.{:09} {}.{:09}\n", path.filename().string(),
                            file.st_dev, file.st_ino, file.st_size, file.st_mtim.tv_sec,
                            file.st_mtim.tv_nsec, file.st_ctim.tv_sec, file.st_ctim.tv_nsec);
  }
  return identity;
}

std::optional<std::string> recall_hash(const FeatureStore& store, std::string_view key) {
  auto known = store.get_text(key);
  const auto is_digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  if (!known || known->size() != 64 || !std::all_of(known->begin(), known->end(), is_digit))
    return std::nullopt;
  return known;
}

}  // namespace asbench::features
