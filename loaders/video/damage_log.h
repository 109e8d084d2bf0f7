#pragma once

#include <cstdarg>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>

namespace asbench::loaders {

/// The errors that FFmpeg logs while one clip is read. FFmpeg logs through one function for the
/// whole process; this tells whose message it is:
/// - on the thread that reads a clip, by the innermost Listening of that thread;
/// - on threads of FFmpeg's own decoder, by the codec context's `opaque`, which has to be this
///   object.
/// Messages of sound and subtitle decoders, below the level "error", and of everything else in the
/// process are dropped: nothing is ever printed. Thread-safe.
class ErrorLog {
 public:
  class Listening;

  ErrorLog() = default;
  ErrorLog(const ErrorLog&) = delete;
  ErrorLog& operator=(const ErrorLog&) = delete;

  /// The first message since the last call, if there was any. Takes all.
  [[nodiscard]] std::optional<std::string> take();

  /// FFmpeg's callback for the whole process. Called before a clip is read, again and again: OpenCV
  /// sets its own when it writes its first video.
  static void install();

 private:
  static void receive(void* context, int level, const char* format, va_list arguments);
  void add(std::string message);

  std::mutex mutex_;
  std::optional<std::string> first_;
};

/// While it lives, errors that FFmpeg logs on this thread go to `log`. Sets errno to 0 when it
/// begins: Note [No memory].
class ErrorLog::Listening {
 public:
  enum class To {
    everything,
    container  ///< not to decoders and parsers, which look ahead while a file is opened
  };
  explicit Listening(ErrorLog& log, To to = To::everything);
  ~Listening();
  Listening(const Listening&) = delete;
  Listening& operator=(const Listening&) = delete;

 private:
  ErrorLog* log_before_;
  To to_before_;
};

/// Note [No memory]
/// FFmpeg returns ENOMEM when malloc fails and when damaged bytes ask for more than FFmpeg allows
/// (2 GiB for one block). Only a failed malloc sets errno. The first is the machine's fault, the
/// second the file's: it has the same outcome on every machine.
///
/// @param error  what a call under a Listening has returned; nothing happens unless it is ENOMEM
/// @throws SystemFault; BrokenVideo, kind `damaged_video`.
void throw_if_no_memory(int error, const std::filesystem::path& path);

/// What is wrong with a clip's data, as noticed while it was decoded.
struct Damage {
  std::string what;     ///< of the first, in FFmpeg's words
  int first_frame = 0;  ///< frames that were complete when the first was noticed
  int times = 0;        ///< packets and frames with a defect
  /// "damaged: WHAT; first noticed at frame 12, 3 times in all".
  [[nodiscard]] std::string cause() const;
};

/// Collects Damage. One thread at a time.
class DamageReport {
 public:
  void note(std::string what, int frame);
  [[nodiscard]] const std::optional<Damage>& damage() const { return damage_; }

 private:
  std::optional<Damage> damage_;
};

}  // namespace asbench::loaders
