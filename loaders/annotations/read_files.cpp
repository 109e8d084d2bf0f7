#include "loaders/annotations/read_files.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>

#include "core/error.h"
#include "core/interrupt.h"
#include "core/progress.h"
#include "core/threads.h"

namespace asbench::loaders {
namespace {

Progress::Style style_of(const AnnotationSource& source, std::span<const std::size_t> places) {
  std::uint64_t bytes = 0;
  for (const std::size_t place : places) bytes += source.entries()[place].size;
  return bytes > kManyBytes ? Progress::Style::automatic : Progress::Style::quiet;
}

}  // namespace

void read_files(const AnnotationSource& source, std::span<const std::size_t> places,
                unsigned threads, const FileReceiver& take, const FileReceiver& prepare) {
  Progress progress(prepare ? "reading annotations and videos" : "reading annotations",
                    static_cast<std::int64_t>(places.size()),
                    prepare ? Progress::Style::automatic : style_of(source, places));
  std::mutex mutex;
  std::atomic<std::size_t> next = 0;
  std::atomic<bool> stop = false;
  std::exception_ptr failure;
  const auto work = [&] {
    try {
      const auto reader = source.open();
      while (!stop && !interrupted()) {
        const std::size_t at = next++;
        if (at >= places.size()) return;
        const AnnotationFile file = read_annotations(source, *reader, places[at]);
        if (prepare) prepare(places[at], file);
        {
          const std::lock_guard lock(mutex);
          take(places[at], file);
        }
        progress.advance();
      }
    } catch (...) {
      const std::lock_guard lock(mutex);
      if (!failure) failure = std::current_exception();
      stop = true;
    }
  };
  const auto most = static_cast<unsigned>(std::clamp<std::size_t>(places.size(), 1, 256));
  run_on_threads(std::min(threads > 0 ? threads : cores_at_hand(), most), work,
                 [&] { stop = true; });
  progress.finish();
  if (failure) std::rethrow_exception(failure);
  if (interrupted()) throw UsageError("interrupted before all annotation files were read");
}

}  // namespace asbench::loaders
