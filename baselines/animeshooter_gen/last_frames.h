#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/image.h"
#include "models/weights/safetensors.h"

namespace asbench::baselines {

/// Last frames from outside instead of those that were made (`--last-frames FILE`): safetensors,
/// one U8 tensor [H, W, 3] a shot, named "<story>/<shot>", shots counted from 1. What follows such
/// a shot then doesn't depend on how exactly it was computed (docs/design/animeshootergen.md 10).
/// Thread-safe.
class LastFrames {
 public:
  /// @throws BadInput: what SafetensorsFile::open() refuses, and a tensor of another form.
  explicit LastFrames(const std::filesystem::path& path);

  /// Nothing: the file has none for this shot.
  [[nodiscard]] std::optional<Image> find(std::string_view story, int shot) const;
  /// "<story>/<shot>" of all.
  [[nodiscard]] std::vector<std::string> names() const { return file_.names(); }

 private:
  models::SafetensorsFile file_;
};

}  // namespace asbench::baselines
