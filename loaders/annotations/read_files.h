#pragma once

#include <cstddef>
#include <functional>
#include <span>

#include "loaders/annotations/source.h"

namespace asbench::loaders {

using FileReceiver = std::function<void(std::size_t place, const AnnotationFile& file)>;

/// Reads and parses entries of a source on several threads, each entry once; one file a thread is
/// in memory.
/// @param places   in source.entries()
/// @param threads  0: as many as there are cores
/// @param take     gets each file with its place, in any order, from one thread at a time
/// @param prepare  gets it before, from several threads at once: for what takes long. May be empty
/// @throws what `take` and `prepare` throw, SystemFault, and UsageError when interrupted.
void read_files(const AnnotationSource& source, std::span<const std::size_t> places,
                unsigned threads, const FileReceiver& take, const FileReceiver& prepare = {});

/// From this size on reading takes long enough to show progress, and its results are worth keeping.
inline constexpr std::uint64_t kManyBytes = std::uint64_t{16} << 20;

}  // namespace asbench::loaders
