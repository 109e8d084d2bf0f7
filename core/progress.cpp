#include "core/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "core/say.h"
#include "core/text.h"
#include "core/words.h"

namespace asbench {
namespace {

constexpr auto kBarInterval = std::chrono::milliseconds(100);
constexpr auto kLineInterval = std::chrono::seconds(5);
constexpr int kBarWidth = 30;

}  // namespace

Progress::Progress(const std::string& label, std::int64_t total, Style style)
    : label_(terminal_text(label)),
      total_(total),
      style_(style),
      started_(std::chrono::steady_clock::now()),
      drawn_(started_) {
  if (style_ == Style::automatic) style_ = ::isatty(STDERR_FILENO) != 0 ? Style::bar : Style::lines;
}

Progress::~Progress() {
  finish();
}

void Progress::advance(std::int64_t steps) {
  const std::lock_guard lock(mutex_);
  done_ += steps;
  const auto now = std::chrono::steady_clock::now();
  const auto interval = style_ == Style::bar
                            ? std::chrono::duration_cast<std::chrono::nanoseconds>(kBarInterval)
                            : std::chrono::duration_cast<std::chrono::nanoseconds>(kLineInterval);
  if (now - drawn_ < interval) return;
  drawn_ = now;
  draw(false);
}

void Progress::finish() {
  const std::lock_guard lock(mutex_);
  if (finished_) return;
  finished_ = true;
  draw(true);
}

void Progress::draw(bool last) {
  if (style_ == Style::quiet || total_ <= 0) return;
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - started_).count();
  const double share = std::min(1.0, static_cast<double>(done_) / static_cast<double>(total_));
  const std::string left =
      done_ > 0 && !last
          ? fmt::format(", about {} left", duration_in_words(seconds / share * (1.0 - share)))
          : std::string();
  if (style_ == Style::lines) {
    say(fmt::format("{}: {}/{} ({:.0f} s){}\n", label_, done_, total_, seconds, left));
  } else {
    const int filled = static_cast<int>(share * kBarWidth);
    say_as_it_is(fmt::format("\r\033[K{} [{:#<{}}{:.<{}}] {}/{} {:.0f} s{}{}", label_, "", filled,
                             "", kBarWidth - filled, done_, total_, seconds, left,
                             last ? "\n" : ""));
  }
}

}  // namespace asbench
