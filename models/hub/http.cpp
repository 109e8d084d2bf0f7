#include "models/hub/http.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <exception>

#include "core/error.h"
#include "core/version.h"

namespace asbench::models {
namespace {

constexpr std::size_t kErrorBodyBytes = 2048;
constexpr std::size_t kMostHeaderBytes = 1 << 20;

struct UrlDeleter {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
using Url = std::unique_ptr<CURLU, UrlDeleter>;

struct ListDeleter {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

/// libcurl's process-wide set-up; the first client does it, it stays until the process ends.
void initialise_curl() {
  static const CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (code != CURLE_OK) throw InternalError("libcurl cannot be initialised");
}

std::string url_part(CURLU* url, CURLUPart part, unsigned int flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, flags) != CURLUE_OK) return {};
  std::string copy(text);
  curl_free(text);
  return copy;
}

bool is_http(CURLU* url) {
  const std::string scheme = url_part(url, CURLUPART_SCHEME);
  return scheme == "http" || scheme == "https";
}

std::string trimmed(std::string_view text) {
  const auto is_space = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return std::string(text);
}

HttpFailure::Kind failure_kind(CURLcode code) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
      return HttpFailure::Kind::unreachable;
    case CURLE_PARTIAL_FILE:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
      return HttpFailure::Kind::cut;
    case CURLE_ABORTED_BY_CALLBACK:
      return HttpFailure::Kind::cancelled;
    default:
      return HttpFailure::Kind::other;
  }
}

/// What one transfer's callbacks share.
struct Transfer {
  const HttpRequest& request;
  const std::function<bool()>& cancelled;
  HttpResponse response;
  std::exception_ptr thrown;
  std::size_t header_bytes = 0;
};

std::size_t on_header(char* data, std::size_t size, std::size_t count, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  const std::string_view line(data, size * count);
  transfer.header_bytes += line.size();
  if (transfer.header_bytes > kMostHeaderBytes) return 0;  // ends the transfer
  if (line.starts_with("HTTP/")) {  // of the final answer, after any "100 Continue"
    transfer.response.headers.clear();
  } else if (const auto colon = line.find(':'); colon != std::string_view::npos) {
    std::string name = trimmed(line.substr(0, colon));
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    transfer.response.headers[name] = trimmed(line.substr(colon + 1));
  }
  return size * count;
}

std::size_t on_body(char* data, std::size_t size, std::size_t count, void* user) {
  auto& [transfer, handle] = *static_cast<std::pair<Transfer&, CURL*>*>(user);
  const std::size_t bytes = size * count;
  HttpResponse& response = transfer.response;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &response.status);
  try {
    if (response.status / 100 != 2) {
      response.error_body.append(data,
                                 std::min(bytes, kErrorBodyBytes - response.error_body.size()));
    } else if (transfer.request.body) {
      transfer.request.body(response, std::as_bytes(std::span(data, bytes)));
    }
  } catch (...) {
    transfer.thrown = std::current_exception();
    return CURL_WRITEFUNC_ERROR;
  }
  return bytes;
}

int on_progress(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  const auto& transfer = *static_cast<const Transfer*>(user);
  return transfer.cancelled && transfer.cancelled() ? 1 : 0;
}

/// 0: the deadline has passed.
long milliseconds_left(std::chrono::steady_clock::time_point deadline) {
  constexpr std::chrono::milliseconds kMost = std::chrono::hours(24 * 20);  // fits into 32 bits
  const auto now = std::chrono::steady_clock::now();
  if (deadline <= now) return 0;
  if (deadline - now > kMost) return static_cast<long>(kMost.count());
  return std::max<long>(
      1, static_cast<long>(
             std::chrono::duration_cast<std::chrono::milliseconds>(deadline - now).count()));
}

}  // namespace

std::string_view HttpResponse::header(std::string_view name) const {
  const auto found = headers.find(std::string(name));
  return found == headers.end() ? std::string_view() : std::string_view(found->second);
}

struct HttpClient::State {
  explicit State(Options options_) : options(std::move(options_)) {
    initialise_curl();
    handle = curl_easy_init();
    if (handle == nullptr) throw InternalError("libcurl returned no handle");
  }
  ~State() { curl_easy_cleanup(handle); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  Options options;
  CURL* handle = nullptr;
};

HttpClient::HttpClient(Options options) : state_(std::make_unique<State>(std::move(options))) {}
HttpClient::~HttpClient() = default;
HttpClient::HttpClient(HttpClient&&) noexcept = default;
HttpClient& HttpClient::operator=(HttpClient&&) noexcept = default;

HttpResponse HttpClient::send(const HttpRequest& request) {
  CURL* handle = state_->handle;
  curl_easy_reset(handle);  // options only: connections stay open
  Transfer transfer{request, state_->options.cancelled, {}, nullptr, 0};
  const long left = milliseconds_left(state_->options.deadline);
  if (left == 0) throw HttpFailure(HttpFailure::Kind::late, "the time limit was reached");
  std::pair<Transfer&, CURL*> body_context(transfer, handle);
  std::array<char, CURL_ERROR_SIZE> detail{};

  std::unique_ptr<curl_slist, ListDeleter> headers;
  for (const std::string& header : request.headers) {
    headers.reset(curl_slist_append(headers.release(), header.c_str()));
  }
  const std::string agent = fmt::format("asbench/{}", build_info().version);
  curl_easy_setopt(handle, CURLOPT_URL, request.url.c_str());
  const char* const protocols = request.url.starts_with("https:") ? "https" : "http,https";
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, protocols);
  curl_easy_setopt(handle, CURLOPT_REDIR_PROTOCOLS_STR, protocols);
  curl_easy_setopt(handle, CURLOPT_USERAGENT, agent.c_str());
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(handle, CURLOPT_NOBODY, request.head ? 1L : 0L);
  curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT, state_->options.connect_seconds);
  curl_easy_setopt(handle, CURLOPT_TIMEOUT_MS, left);
  curl_easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, state_->options.stall_bytes);
  curl_easy_setopt(handle, CURLOPT_LOW_SPEED_TIME, state_->options.stall_seconds);
  curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, detail.data());
  curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt(handle, CURLOPT_HEADERDATA, &transfer);
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, &body_context);
  curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, on_progress);
  curl_easy_setopt(handle, CURLOPT_XFERINFODATA, &transfer);
  for (const char* variable : {"CURL_CA_BUNDLE", "SSL_CERT_FILE"}) {
    if (const char* bundle = std::getenv(variable); bundle != nullptr && *bundle != '\0') {
      curl_easy_setopt(handle, CURLOPT_CAINFO, bundle);
      break;
    }
  }

  const CURLcode code = curl_easy_perform(handle);
  if (transfer.thrown) std::rethrow_exception(transfer.thrown);
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &transfer.response.status);
  if (code == CURLE_OPERATION_TIMEDOUT && milliseconds_left(state_->options.deadline) == 0)
    throw HttpFailure(HttpFailure::Kind::late, "the time limit was reached");
  if (code != CURLE_OK) {
    throw HttpFailure(failure_kind(code),
                      detail[0] != '\0' ? trimmed(detail.data()) : curl_easy_strerror(code));
  }
  return std::move(transfer.response);
}

std::string resolve_url(const std::string& base, const std::string& location) {
  const Url url(curl_url());
  if (!url || curl_url_set(url.get(), CURLUPART_URL, base.c_str(), 0) != CURLUE_OK) return {};
  if (curl_url_set(url.get(), CURLUPART_URL, location.c_str(), 0) != CURLUE_OK) return {};
  return is_http(url.get()) ? url_part(url.get(), CURLUPART_URL) : std::string();
}

std::string url_origin(const std::string& address) {
  const Url url(curl_url());
  if (!url || curl_url_set(url.get(), CURLUPART_URL, address.c_str(), 0) != CURLUE_OK) return {};
  if (!is_http(url.get())) return {};
  std::string host = url_part(url.get(), CURLUPART_HOST);
  std::transform(host.begin(), host.end(), host.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return fmt::format("{}://{}:{}", url_part(url.get(), CURLUPART_SCHEME), host,
                     url_part(url.get(), CURLUPART_PORT, CURLU_DEFAULT_PORT));
}

bool is_loopback(const std::string& address) {
  const Url url(curl_url());
  if (!url || curl_url_set(url.get(), CURLUPART_URL, address.c_str(), 0) != CURLUE_OK) return false;
  const std::string host = url_part(url.get(), CURLUPART_HOST);
  in_addr v4{};
  if (::inet_pton(AF_INET, host.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
  return host == "localhost" || host == "[::1]";
}

std::string url_escape(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || c == '-' || c == '.' || c == '_' || c == '~') {
      escaped += c;
    } else {
      escaped += fmt::format("%{:02X}", byte);
    }
  }
  return escaped;
}

}  // namespace asbench::models
