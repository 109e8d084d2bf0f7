#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

#include "models/hub/http.h"

namespace asbench::models {

/// Address of a hub and how often requests are repeated.
struct HubOptions {
  std::string endpoint;  ///< "https://huggingface.co", no slash at its end
  std::string token;  ///< empty: none. Sent to the endpoint's own host only, and never over plain
                      ///< http except to this machine
  int retries = 4;    ///< tries after one that received nothing
  std::chrono::milliseconds time_limit = std::chrono::hours(24);  ///< of a client, all its requests
                                                                  ///< and pauses together
  std::chrono::seconds stall =
      std::chrono::seconds(60);  ///< a connection that moves fewer than 100
                                 ///< bytes a second so long counts as cut
  std::chrono::milliseconds first_pause{
      1000};                        ///< doubled from one retry to the next, at most 30 s
  std::function<bool()> cancelled;  ///< true: stop as soon as possible
  std::function<void(const std::string&)> say;  ///< a line for the user
};

/// What a hub says of one file before it is downloaded.
struct HubFile {
  std::string name;
  std::string commit;  ///< X-Repo-Commit; empty when the server does not say
  std::string etag;    ///< normalised: no W/, no quotes. 64 hexadecimal digits are the SHA-256 of a
                       ///< large file, 40 the git name of a small one; anything else is opaque
  std::optional<std::uint64_t> bytes = {};

  [[nodiscard]] bool etag_is_sha256() const;
  [[nodiscard]] bool etag_is_git_blob() const;
};

/// Thrown when `cancelled` returned true.
class Cancelled : public std::runtime_error {
 public:
  Cancelled() : std::runtime_error("interrupted") {}
};

/// The connection or the server failed at every allowed try.
class HubUnavailable : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A model repository over HTTP, with the addresses and headers of the Hugging Face hub:
/// `<endpoint>/<id>/resolve/<revision>/<file>`, X-Repo-Commit, X-Linked-Etag, X-Linked-Size,
/// X-Error-Code. Redirects are followed here, by hand, so that the token stays with the endpoint; a
/// redirect from https to http is refused. One thread at a time.
class HubClient {
 public:
  /// @throws UsageError when the endpoint is not an http(s) address.
  HubClient(HubOptions options, std::string id);

  /// Asks about a file. @returns nothing when the repository has no such file (404).
  /// @throws BadInput for permanent errors (401, 403, no such repository or revision),
  ///         HubUnavailable, Cancelled.
  [[nodiscard]] std::optional<HubFile> describe(const std::string& revision,
                                                const std::string& name);

  /// Receives a download. `resumed` is false when the server sends the file from its beginning.
  struct Sink {
    /// Called before the first byte. @param etag  of the sending server, "" when it has none
    /// @param length  of what follows, as the server announces it
    std::function<void(bool resumed, std::string_view etag, std::optional<std::uint64_t> length)>
        begin;
    std::function<void(std::span<const std::byte>)> append;
  };

  /// One try to get the bytes from `offset` on. @param if_range  strong ETag of the part on disk,
  /// empty for none. @throws as describe(), but HttpFailure and HubUnavailable at once: the caller
  /// counts the tries, because it knows whether bytes arrived. Exceptions of the sink pass through.
  void download(const std::string& revision, const std::string& name, std::uint64_t offset,
                const std::string& if_range, const Sink& sink);

  /// Waits before try number `attempt` (1: the first retry), saying why. @throws Cancelled.
  void pause(int attempt, const std::string& reason);

  [[nodiscard]] std::string file_url(const std::string& revision, const std::string& name) const;
  [[nodiscard]] const HubOptions& options() const { return options_; }

 private:
  HttpResponse follow(HttpRequest request, HubFile* facts);
  [[noreturn]] void refuse(const HttpResponse& response, const std::string& url,
                           const std::string& name) const;

  HubOptions options_;
  std::chrono::steady_clock::time_point deadline_;
  std::string id_;
  std::string origin_;
  bool send_token_ = false;
  HttpClient http_;
};

}  // namespace asbench::models
