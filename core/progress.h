#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>

namespace asbench {

/// Progress of a long job on stderr: a bar that is redrawn on a terminal, a plain line every few
/// seconds elsewhere, both with the time that is left; nothing when quiet. Thread-safe. The last
/// state is printed by finish() or the destructor.
class Progress {
 public:
  enum class Style { automatic, bar, lines, quiet };

  Progress(const std::string& label, std::int64_t total, Style style = Style::automatic);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void advance(std::int64_t steps = 1);
  void finish();

 private:
  void draw(bool last);

  const std::string label_;
  const std::int64_t total_;
  Style style_;
  std::mutex mutex_;
  std::int64_t done_ = 0;
  bool finished_ = false;
  std::chrono::steady_clock::time_point started_;
  std::chrono::steady_clock::time_point drawn_;
};

}  // namespace asbench
