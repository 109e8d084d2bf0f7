#pragma once

#include <filesystem>
#include <functional>
#include <string_view>
#include <vector>

namespace asbench {

/// What an output path leads to, and so how it is written. Only a regular file is ever replaced.
struct OutputTarget {
  enum class Kind {
    file,        ///< a regular file, or nothing yet: written aside and renamed
    device,      ///< a character device or FIFO: written to
    descriptor,  ///< an open descriptor of this process (/dev/stdout, /proc/self/fd/3): written to
  };
  Kind kind = Kind::file;
  std::filesystem::path file;  ///< the path itself, or what its links lead to
  int descriptor = -1;

  /// Whether files beside the target (a sidecar, pictures) make sense.
  [[nodiscard]] bool is_file() const { return kind == Kind::file; }
  /// Whether what is written comes out with what the program prints.
  [[nodiscard]] bool is_stdout() const { return kind == Kind::descriptor && descriptor == 1; }
};

/// Follows links. @throws BadInput for a folder, a block device or a socket: they are not written;
/// SystemFault when it can't be found out.
[[nodiscard]] OutputTarget output_target(const std::filesystem::path& path);

enum class Sync {
  yes,
  no,  ///< for files that are made again: a power failure may leave them empty
};

/// Writes a file under a temporary name beside it, syncs it and renames it: readers see the old
/// file or the new one. A link is followed and stays. Devices, FIFOs with a reader and descriptors
/// are written to. @throws SystemFault naming path and cause, and what output_target() throws.
void write_file_atomically(const std::filesystem::path& path, std::string_view bytes,
                           Sync sync = Sync::yes);

/// Writes one piece of a file after the other.
using WritePiece = std::function<void(std::string_view bytes)>;

/// The same for a file that need not be in memory whole: `produce` is called once and hands the
/// pieces over. @throws also what `produce` throws; a regular file is then as it was before.
void write_file_atomically(const std::filesystem::path& path,
                           const std::function<void(const WritePiece&)>& produce,
                           Sync sync = Sync::yes);

/// Several files that appear together: each is written and synced aside, and commit() renames them
/// all. A disk that is full is full before the first old file is gone. Move-only; one thread.
class StagedFiles {
 public:
  StagedFiles() = default;
  ~StagedFiles();  ///< removes what was not committed
  StagedFiles(const StagedFiles&) = delete;
  StagedFiles& operator=(const StagedFiles&) = delete;

  /// Makes the file's folder where it is not there. @throws SystemFault, BadInput when the path
  /// leads to no regular file.
  void write(const std::filesystem::path& path, std::string_view bytes);
  /// The same piece by piece. @throws also what `produce` throws.
  void write(const std::filesystem::path& path,
             const std::function<void(const WritePiece&)>& produce);
  /// Puts them in place, in the order in which they were written. @throws SystemFault.
  void commit();

 private:
  struct Staged {
    std::filesystem::path temporary;
    std::filesystem::path final;
  };
  std::vector<Staged> files_;
  std::vector<std::filesystem::path> folders_;  ///< that did not exist before; inner ones last
};

}  // namespace asbench
