#include "models/hub/hub_client.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <thread>

#include "core/error.h"

namespace asbench::models {
namespace {

constexpr int kMaxRedirects = 10;
constexpr auto kLongestPause = std::chrono::milliseconds(30'000);

bool is_hex(std::string_view text, std::size_t length) {
  return text.size() == length && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

std::string normalised_etag(std::string_view etag) {
  if (etag.starts_with("W/")) etag.remove_prefix(2);
  if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"') {
    etag = etag.substr(1, etag.size() - 2);
  }
  return std::string(etag);
}

std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return {};
  return value;
}

/// First byte of "bytes 100-199/200".
std::optional<std::uint64_t> range_start(std::string_view content_range) {
  if (!content_range.starts_with("bytes ")) return {};
  content_range.remove_prefix(6);
  return parse_number(content_range.substr(0, content_range.find('-')));
}

bool is_redirect(long status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

bool is_transient(long status) {
  return status == 408 || status == 429 || status / 100 == 5;
}

/// The server's message, from the hub's header or the body's first line.
std::string server_message(const HttpResponse& response) {
  std::string words(response.header("x-error-message"));
  if (words.empty()) words = response.error_body.substr(0, response.error_body.find('\n'));
  if (words.size() > 200) words.resize(200);
  const bool printable =
      std::all_of(words.begin(), words.end(), [](unsigned char c) { return c >= ' ' && c != 127; });
  return words.empty() || !printable ? std::string() : fmt::format(" The server says: {}", words);
}

}  // namespace

bool HubFile::etag_is_sha256() const {
  return is_hex(etag, 64);
}

bool HubFile::etag_is_git_blob() const {
  return is_hex(etag, 40);
}

HubClient::HubClient(HubOptions options, std::string id)
    : options_(std::move(options)),
      deadline_(std::chrono::steady_clock::now() + options_.time_limit),
      id_(std::move(id)),
      origin_(url_origin(options_.endpoint)),
      http_(HttpClient::Options{.stall_seconds = static_cast<long>(options_.stall.count()),
                                .deadline = deadline_,
                                .cancelled = options_.cancelled}) {
  while (options_.endpoint.ends_with('/')) options_.endpoint.pop_back();
  if (origin_.empty()) {
    throw UsageError(
        fmt::format("the endpoint {:?} is not an http or https address such as "
                    "https://huggingface.co",
                    options_.endpoint));
  }
  send_token_ = !options_.token.empty() &&
                (origin_.starts_with("https://") || is_loopback(options_.endpoint));
  if (!options_.token.empty() && !send_token_) {
    options_.say(fmt::format("HF_TOKEN is not sent: the connection to {} is not encrypted",
                             options_.endpoint));
  }
}

std::string HubClient::file_url(const std::string& revision, const std::string& name) const {
  return fmt::format("{}/{}/resolve/{}/{}", options_.endpoint, id_, url_escape(revision),
                     url_escape(name));
}

void HubClient::pause(int attempt, const std::string& reason) {
  const auto wait = std::min<std::chrono::milliseconds>(
      options_.first_pause * (1LL << (attempt - 1)), kLongestPause);
  options_.say(fmt::format("{}; trying again in {} (try {} of {})", reason,
                           std::chrono::duration<double>(wait), attempt + 1, options_.retries + 1));
  const auto until = std::min(std::chrono::steady_clock::now() + wait, deadline_);
  while (std::chrono::steady_clock::now() < until) {
    if (options_.cancelled && options_.cancelled()) throw Cancelled();
    std::this_thread::sleep_for(std::min<std::chrono::milliseconds>(
        std::chrono::milliseconds(100),
        std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now())));
  }
}

HttpResponse HubClient::follow(HttpRequest request, HubFile* facts) {
  const std::vector<std::string> headers = request.headers;
  for (int hop = 0; hop <= kMaxRedirects; ++hop) {
    request.headers = headers;
    // "identity": a compressed answer would have another length, and another sum.
    request.headers.emplace_back("Accept-Encoding: identity");
    if (send_token_ && url_origin(request.url) == origin_) {
      request.headers.push_back("Authorization: Bearer " + options_.token);
    }
    HttpResponse response;
    try {
      response = http_.send(request);
    } catch (const HttpFailure& failure) {
      if (failure.kind() == HttpFailure::Kind::cancelled) throw Cancelled();
      if (failure.kind() == HttpFailure::Kind::late) {
        throw HttpFailure(failure.kind(),
                          fmt::format("the download took longer than {} (--time-limit)",
                                      std::chrono::duration<double>(options_.time_limit)));
      }
      throw;
    }
    if (facts != nullptr) {
      if (facts->commit.empty()) facts->commit = response.header("x-repo-commit");
      if (facts->etag.empty()) facts->etag = normalised_etag(response.header("x-linked-etag"));
      if (!facts->bytes) facts->bytes = parse_number(response.header("x-linked-size"));
    }
    if (!is_redirect(response.status)) return response;
    const std::string next = resolve_url(request.url, std::string(response.header("location")));
    if (next.empty() || (request.url.starts_with("https:") && !next.starts_with("https:"))) {
      throw BadInput(
          fmt::format("{} redirects to {:?}, which is not an {}address; try another --endpoint",
                      request.url, response.header("location"),
                      request.url.starts_with("https:") ? "https " : "http or https "));
    }
    // A large file's facts are complete; its storage often answers no HEAD.
    const bool leaves = url_origin(next) != origin_;
    if (facts != nullptr && leaves && !facts->etag.empty()) return response;
    request.url = next;
  }
  throw BadInput(fmt::format("{}: more than {} redirects; try another --endpoint", request.url,
                             kMaxRedirects));
}

void HubClient::refuse(const HttpResponse& response, const std::string& url,
                       const std::string& name) const {
  const std::string words = server_message(response);
  const std::string_view code = response.header("x-error-code");
  if (response.status == 401 || response.status == 403) {
    throw BadInput(fmt::format(
        "{}: {} {}: {} does not exist, is private, or is gated.{}\n{}", url, response.status,
        response.status == 401 ? "Unauthorized" : "Forbidden", id_, words,
        options_.token.empty()
            ? fmt::format("Check the name; if it is gated, accept its terms at {}/{} and set "
                          "HF_TOKEN to a token of your account.",
                          options_.endpoint, id_)
            : fmt::format("The token in HF_TOKEN has no access: check the name, and accept its "
                          "terms at {}/{} with that account.",
                          options_.endpoint, id_)));
  }
  if (response.status == 404) {
    if (code == "RevisionNotFound") {
      throw BadInput(
          fmt::format("{}: 404 Not Found: {} has no such revision.{}\nGive --revision a "
                      "branch, a tag or a commit of it.",
                      url, id_, words));
    }
    throw BadInput(
        fmt::format("{}: 404 Not Found: {} has no {} there, or does not exist.{}\nCheck "
                    "the name and the endpoint {} (--endpoint, $HF_ENDPOINT).",
                    url, id_, name, words, options_.endpoint));
  }
  throw BadInput(
      fmt::format("{}: the server answers {}, expected 200.{}", url, response.status, words));
}

std::optional<HubFile> HubClient::describe(const std::string& revision, const std::string& name) {
  const std::string url = file_url(revision, name);
  for (int attempt = 0;; ++attempt) {
    std::string reason;
    try {
      HubFile facts;
      facts.name = name;
      const HttpResponse response = follow({.url = url, .head = true}, &facts);
      if (response.status / 100 == 2) {
        if (facts.etag.empty()) facts.etag = normalised_etag(response.header("etag"));
        if (!facts.bytes) facts.bytes = parse_number(response.header("content-length"));
      }
      if (response.status / 100 == 2 || is_redirect(response.status)) return facts;
      const std::string_view code = response.header("x-error-code");
      if (response.status == 404 && (code.empty() || code == "EntryNotFound")) return {};
      if (!is_transient(response.status)) refuse(response, url, name);
      reason = fmt::format("{}: the server answers {}", url, response.status);
    } catch (const HttpFailure& failure) {
      reason = fmt::format("{}: {}", url, failure.what());
      if (failure.kind() == HttpFailure::Kind::other || failure.kind() == HttpFailure::Kind::late)
        throw HubUnavailable(reason);
    }
    if (attempt == options_.retries) throw HubUnavailable(reason);
    pause(attempt + 1, reason);
  }
}

void HubClient::download(const std::string& revision, const std::string& name, std::uint64_t offset,
                         const std::string& if_range, const Sink& sink) {
  HttpRequest request{.url = file_url(revision, name)};
  if (offset > 0) {
    request.headers.push_back(fmt::format("Range: bytes={}-", offset));
    if (!if_range.empty()) request.headers.push_back("If-Range: " + if_range);
  }
  bool begun = false;
  const auto begin = [&](const HttpResponse& response) {
    const bool resumed = response.status == 206;
    if (resumed && range_start(response.header("content-range")) != offset) {
      throw HubUnavailable(fmt::format("{}: asked for bytes from {}, the server sends {:?}",
                                       request.url, offset, response.header("content-range")));
    }
    sink.begin(resumed, response.header("etag"), parse_number(response.header("content-length")));
    begun = true;
  };
  request.body = [&](const HttpResponse& response, std::span<const std::byte> bytes) {
    if (!begun) begin(response);
    sink.append(bytes);
  };
  const HttpResponse response = follow(request, nullptr);
  if (response.status / 100 == 2) {
    if (!begun) begin(response);  // an empty file
    return;
  }
  if (is_transient(response.status) || response.status == 416) {
    throw HubUnavailable(fmt::format("{}: the server answers {}", request.url, response.status));
  }
  refuse(response, request.url, name);
}

}  // namespace asbench::models
