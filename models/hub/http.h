#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace asbench::models {

/// Status line and headers of an answer.
struct HttpResponse {
  long status = 0;
  std::map<std::string, std::string> headers;  ///< names in lower case
  std::string error_body;                      ///< first 2 kB of the body, unless the status is 2xx

  /// The header's value, or an empty text. @param name in lower case
  [[nodiscard]] std::string_view header(std::string_view name) const;
};

struct HttpRequest {
  std::string url;
  bool head = false;                      ///< ask for the headers only
  std::vector<std::string> headers = {};  ///< "Name: value"
  /// Receives the body of a 2xx answer piece by piece; what it throws leaves HttpClient::send.
  std::function<void(const HttpResponse&, std::span<const std::byte>)> body = {};
};

/// No complete answer came back.
class HttpFailure : public std::runtime_error {
 public:
  enum class Kind {
    unreachable,  ///< no connection: unknown host, refused, no route
    cut,          ///< the connection ended or stalled before the answer did
    cancelled,    ///< `cancelled` returned true
    late,         ///< the deadline has passed: trying again will not help
    other,        ///< TLS, protocol: trying again will not help
  };
  HttpFailure(Kind kind, const std::string& what) : std::runtime_error(what), kind_(kind) {}
  [[nodiscard]] Kind kind() const { return kind_; }

 private:
  Kind kind_;
};

/// Sends requests with libcurl, one after another, over connections that are kept open. Redirects
/// are not followed: the caller decides which address to ask next and with which headers. Proxies
/// are taken from the environment as curl does, certificates from $CURL_CA_BUNDLE or $SSL_CERT_FILE
/// where given. A request to https stays with https whatever the server answers. A connection that
/// moves fewer than `stall_bytes` a second for `stall_seconds` counts as cut; no request goes on
/// beyond the deadline. Move-only; one thread at a time.
class HttpClient {
 public:
  struct Options {
    long connect_seconds = 30;
    long stall_seconds = 60;
    long stall_bytes = 100;
    std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
    std::function<bool()> cancelled = {};  ///< asked about once a second while waiting
  };
  explicit HttpClient(Options options);
  ~HttpClient();
  HttpClient(HttpClient&&) noexcept;
  HttpClient& operator=(HttpClient&&) noexcept;

  /// @throws HttpFailure, and what request.body throws.
  HttpResponse send(const HttpRequest& request);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// `location` as a browser would resolve it on the page `base`. @returns empty when it is not an
/// http(s) address.
[[nodiscard]] std::string resolve_url(const std::string& base, const std::string& location);

/// "https://host:443" of an address; empty when it is not one.
[[nodiscard]] std::string url_origin(const std::string& url);

/// Whether the address is on this machine's loopback interface.
[[nodiscard]] bool is_loopback(const std::string& url);

/// Percent-encodes everything but letters, digits and `-._~`.
[[nodiscard]] std::string url_escape(std::string_view text);

}  // namespace asbench::models
