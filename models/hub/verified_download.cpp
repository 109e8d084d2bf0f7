#include "models/hub/verified_download.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.h"
#include "core/hash.h"
#include "core/json.h"
#include "models/hub/partial_file.h"

namespace asbench::models {
namespace fs = std::filesystem;
namespace {

constexpr std::int64_t kProgressUnit = 1024;
constexpr std::uint64_t kMostUnannounced = std::uint64_t{1} << 30;

/// Names the content that a part is a part of; empty when nothing identifies it.
std::string version_of(const DownloadRequest& request) {
  if (request.expected.sha256) return "sha256:" + *request.expected.sha256;
  if (!request.file.etag.empty()) return "etag:" + request.file.etag;
  if (request.file.commit.empty() || !request.expected.bytes) return {};
  return fmt::format("{}/{}/{}", request.file.commit, request.file.name, *request.expected.bytes);
}

/// The download of one file.
class Download {
 public:
  Download(HubClient& client, const DownloadRequest& request)
      : client_(client),
        request_(request),
        part_(PartialFile::open(request.target, version_of(request))),
        progress_(request.file.name + " (KiB)",
                  static_cast<std::int64_t>(request.expected.bytes.value_or(0)) / kProgressUnit,
                  request.progress) {}

  Verification run() {
    if (total() && part_.size() > *total()) part_.restart();
    bool continued = part_.size() > 0;
    if (continued) {
      client_.options().say(
          fmt::format("{}: resuming after {} bytes", part_.path().string(), part_.size()));
    }
    for (;;) {
      receive_all();
      Verification result = verify_file(part_.path(), request_.expected);
      if (result.problem.empty()) {
        part_.place();
        progress_.finish();
        return result;
      }
      if (!continued) {
        part_.discard();
        throw BadInput(fmt::format(
            "{}: {}. The download was damaged, or {} serves a different file. The download was "
            "removed; the files on disk are unchanged. Run the command again, or try another "
            "--endpoint or --revision.",
            client_.file_url(request_.revision, request_.file.name), result.problem,
            client_.options().endpoint));
      }
      client_.options().say(
          fmt::format("{}: {}; starting over", part_.path().string(), result.problem));
      part_.restart();
      continued = false;
    }
  }

 private:
  [[nodiscard]] const std::optional<std::uint64_t>& total() const {
    return request_.expected.bytes;
  }

  /// Fetches until the part is as long as the file.
  void receive_all() {
    std::uint64_t furthest = part_.size();
    for (int attempt = 0;;) {
      if (total() && part_.size() == *total()) return;
      std::string reason;
      try {
        receive();
        if (!total() || part_.size() == *total()) return;
        reason = fmt::format("{}: the connection ended after {} of {} bytes", url(), part_.size(),
                             *total());
      } catch (const HttpFailure& failure) {
        reason = fmt::format("{}: {}", url(), failure.what());
        if (failure.kind() == HttpFailure::Kind::other || failure.kind() == HttpFailure::Kind::late)
          give_up(reason);
      } catch (const HubUnavailable& failure) {
        reason = failure.what();
      } catch (const Cancelled&) {
        stop_interrupted();
      }
      if (part_.size() > furthest) {  // bytes arrived: the count of failed tries starts again
        furthest = part_.size();
        attempt = 0;
      }
      if (attempt++ == client_.options().retries) give_up(reason);
      try {
        client_.pause(attempt, reason);
      } catch (const Cancelled&) {
        stop_interrupted();
      }
    }
  }

  void receive() {
    const HubClient::Sink sink{
        .begin =
            [&](bool resumed, std::string_view etag, std::optional<std::uint64_t> length) {
              if (!resumed && part_.size() > 0) {
                client_.options().say(fmt::format("{}: the server sends the file from the start",
                                                  part_.path().string()));
                part_.restart();
              }
              part_.set_server_etag(std::string(etag));
              announced_ = length ? std::optional(part_.size() + *length) : std::nullopt;
              if (total() && announced_ && *announced_ > *total()) refuse_surplus();
            },
        .append =
            [&](std::span<const std::byte> bytes) {
              if (bytes.size() > most() - part_.size()) refuse_surplus();
              part_.append(bytes);
              const std::int64_t now = static_cast<std::int64_t>(part_.size()) / kProgressUnit;
              progress_.advance(now - shown_);
              shown_ = now;
            }};
    client_.download(request_.revision, request_.file.name, part_.size(), part_.server_etag(),
                     sink);
  }

  /// The most bytes that the file may have: as pinned, else as announced.
  [[nodiscard]] std::uint64_t most() const {
    return total().value_or(announced_.value_or(kMostUnannounced));
  }

  [[noreturn]] void refuse_surplus() {
    part_.discard();
    throw BadInput(fmt::format(
        "{}: the server sends more than the {} bytes that {}. The download was removed; the files "
        "on disk are unchanged. Try another --endpoint.",
        url(), most(),
        total() || announced_ ? "it announced, or that the pin names"
                              : "are taken of a file whose size nobody names"));
  }

  [[nodiscard]] std::string url() const {
    return client_.file_url(request_.revision, request_.file.name);
  }

  /// The end of a failed download's message. A part that could not be identified later is removed.
  [[nodiscard]] std::string what_is_kept() {
    if (part_.size() == 0 || version_of(request_).empty()) {
      part_.discard();
      return "The files on disk are unchanged; run the same command to try again.";
    }
    return fmt::format("{} of {} bytes are kept in {}: the same command resumes there.",
                       part_.size(), total() ? fmt::to_string(*total()) : "an unknown number of",
                       part_.path().string());
  }

  [[noreturn]] void give_up(const std::string& reason) {
    throw BadInput(fmt::format("{}\n{}", reason, what_is_kept()));
  }

  [[noreturn]] void stop_interrupted() {
    throw Error(
        fmt::format("interrupted while fetching {}. {}", request_.file.name, what_is_kept()));
  }

  HubClient& client_;
  const DownloadRequest& request_;
  PartialFile part_;
  Progress progress_;
  std::int64_t shown_ = 0;
  std::optional<std::uint64_t> announced_;  ///< by the answer that is being received
};

}  // namespace

Expectation expectation(const HubFile& hub) {
  Expectation expected;
  expected.bytes = hub.bytes;
  if (hub.etag_is_sha256()) expected.sha256 = hub.etag;
  if (hub.etag_is_git_blob()) expected.git_blob = hub.etag;
  return expected;
}

Expectation pinned_expectation(const CatalogueFile& known, const HubFile& hub) {
  const bool other_size = known.bytes && hub.bytes && *known.bytes != *hub.bytes;
  const bool other_sum = hub.etag_is_sha256() && *known.sha256 != hub.etag;
  if (other_size || other_sum) {
    throw BadInput(fmt::format(
        "{}: the hub's file is not the pinned one: expected SHA-256 {}{}, found {}{}. Nothing was "
        "downloaded. Try another --endpoint; to use this file anyway, name its revision with "
        "--revision (scores made with it are then not canonical).",
        hub.name, *known.sha256, known.bytes ? fmt::format(" ({} bytes)", *known.bytes) : "",
        hub.etag_is_sha256() ? "SHA-256 " + hub.etag : "another size",
        hub.bytes ? fmt::format(" ({} bytes)", *hub.bytes) : ""));
  }
  Expectation expected = expectation(hub);
  expected.sha256 = known.sha256;
  if (known.bytes) expected.bytes = known.bytes;
  expected.source = "the pin";
  return expected;
}

Verification verify_file(const fs::path& path, const Expectation& expected) {
  Verification result;
  std::error_code error;
  result.bytes = fs::file_size(path, error);
  if (error) {
    throw BadInput(fmt::format("{}: cannot be read: {}", path.string(), error.message()));
  }
  result.sha256 = sha256_file(path);
  if (expected.bytes && result.bytes != *expected.bytes) {
    result.problem =
        fmt::format("{} bytes, expected {} ({})", result.bytes, *expected.bytes, expected.source);
  } else if (expected.sha256 && result.sha256 != *expected.sha256) {
    result.problem = fmt::format("SHA-256 is {}, expected {} ({})", result.sha256, *expected.sha256,
                                 expected.source);
  } else if (expected.git_blob) {
    const std::string name = git_blob_sha1_hex(read_text_file(path));
    if (name != *expected.git_blob) {
      result.problem = fmt::format("git blob SHA-1 is {}, expected {} ({})", name,
                                   *expected.git_blob, expected.source);
    }
  }
  return result;
}

Verification download_verified(HubClient& client, const DownloadRequest& request) {
  return Download(client, request).run();
}

}  // namespace asbench::models
