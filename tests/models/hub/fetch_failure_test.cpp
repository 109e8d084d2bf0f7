// What can keep a checkpoint from coming: each has a message with a remedy, and leaves the disk as
// it was.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/error.h"
#include "core/hash.h"
#include "core/json.h"
#include "models/hub/fetch.h"
#include "models/hub/http.h"
#include "models/hub/verified_download.h"
#include "tests/models/hub/hub_fixture.h"

namespace asbench::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// An address on which nobody listens.
std::string closed_endpoint() {
  const int handle = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof(address);
  ::bind(handle, reinterpret_cast<sockaddr*>(&address), length);
  ::getsockname(handle, reinterpret_cast<sockaddr*>(&address), &length);
  ::close(handle);
  return "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
}

TEST_F(FetchTest, AWrongSumPutsNothingInPlace) {
  start({{"model.safetensors", {{"corrupt", true}}}});
  std::string received = weights_bytes_;
  received[0] = static_cast<char>(received[0] ^ 1);
  const std::string message = failure();
  EXPECT_THAT(message, HasSubstr("/resolve/" + std::string(kCommit) + "/model.safetensors"));
  EXPECT_THAT(message, HasSubstr("SHA-256 is " + sha256_hex(received)));
  EXPECT_THAT(message, HasSubstr("expected " + sha256_hex(weights_bytes_) + " (the hub)"));
  EXPECT_THAT(message, HasSubstr("files on disk are unchanged"));
  EXPECT_THAT(names_here(),
              ElementsAre("asbench-weights.json", "config.json", "preprocessor_config.json"));
}

TEST_F(FetchTest, AWrongSumLeavesTheOldFileEvenWhenForced) {
  start({{"model.safetensors", {{"corrupt", true}}}});
  fs::create_directories(here(""));
  write_file_atomically(here("model.safetensors"), "mine");
  auto forced = options();
  forced.force = true;
  EXPECT_THAT(failure(forced), HasSubstr("files on disk are unchanged"));
  EXPECT_EQ(read_text_file(here("model.safetensors")), "mine");
}

TEST_F(FetchTest, AWrongSumOfASmallFileIsFoundByItsGitName) {
  start({{"config.json", {{"corrupt", true}}}});
  EXPECT_THAT(failure(), HasSubstr("expected " + git_blob_sha1_hex(files_["config.json"])));
  EXPECT_THAT(names_here(), IsEmpty());
}

TEST_F(FetchTest, MoreBytesThanAnnouncedAreRefused) {
  start({{"model.safetensors", {{"surplus", 10}}}});
  EXPECT_THAT(failure(), HasSubstr("sends more than the 260080 bytes that it announced"));
  EXPECT_FALSE(fs::exists(here("model.safetensors")));
  EXPECT_FALSE(fs::exists(here("model.safetensors.part")));
}

TEST_F(FetchTest, NoNetworkIsSaidWithWhatToCheck) {
  auto closed = options();
  closed.hub.endpoint = closed_endpoint();
  const std::string message = failure(closed);
  EXPECT_THAT(message, HasSubstr(closed.hub.endpoint + "/" + kId + "/resolve/main/config.json"));
  EXPECT_THAT(message, HasSubstr("Nothing was downloaded. Check the network"));
  EXPECT_THAT(message, HasSubstr("$HF_ENDPOINT"));
  EXPECT_THAT(said(), HasSubstr("(try 3 of 3)"));
  EXPECT_THAT(names_here(), IsEmpty());
}

TEST_F(FetchTest, AnUnknownRepositoryIsSaid) {
  start();
  auto absent = options();
  absent.id = "nobody/nothing";
  const std::string message = failure(absent);
  EXPECT_THAT(message, HasSubstr("404 Not Found"));
  EXPECT_THAT(message, HasSubstr("nobody/nothing"));
  EXPECT_FALSE(fs::exists(weights_ / "nobody"));
}

TEST_F(FetchTest, AnUnknownRevisionIsSaid) {
  start();
  auto absent = options();
  absent.revision = "v9";
  EXPECT_THAT(failure(absent), HasSubstr("has no such revision. The server says: Invalid rev id"));
  EXPECT_THAT(names_here(), IsEmpty());
}

TEST_F(FetchTest, ARequiredFileThatIsMissingIsNamed) {
  files_.erase("config.json");
  start();
  EXPECT_THAT(failure(), HasSubstr("has no config.json at revision main"));
  EXPECT_THAT(names_here(), IsEmpty());
}

TEST_F(FetchTest, ARepositoryWithoutWeightsIsSaid) {
  files_.erase("model.safetensors");
  start();
  EXPECT_THAT(failure(), HasSubstr("has no weights at revision main: none of model.safetensors, "
                                   "model.safetensors.index.json, pytorch_model.bin"));
  EXPECT_THAT(names_here(), IsEmpty());
}

TEST_F(FetchTest, AnIndexThatReachesOutOfItsFolderIsRefused) {
  files_.erase("model.safetensors");
  files_["model.safetensors.index.json"] = R"({"weight_map": {"x": "../../x.safetensors"}})";
  start();
  EXPECT_THAT(failure(), HasSubstr("../../x.safetensors"));
  EXPECT_THAT(names_here(), IsEmpty());
}

TEST_F(FetchTest, AMissingShardIsNamedBeforeAnythingIsDownloaded) {
  files_.erase("model.safetensors");
  files_["model.safetensors.index.json"] = R"({"weight_map": {"x": "gone.safetensors"}})";
  start();
  EXPECT_THAT(failure(),
              HasSubstr("names the shard gone.safetensors, which the hub does not have"));
  EXPECT_THAT(names_here(), IsEmpty());
}

TEST_F(FetchTest, AGatedRepositoryWithoutATokenPointsToHfToken) {
  start({{"config.json",
          {{"status", 401}, {"error_code", "GatedRepo"}, {"error_message", "Access restricted"}}}});
  const std::string message = failure();
  EXPECT_THAT(message, HasSubstr("401 Unauthorized"));
  EXPECT_THAT(message, HasSubstr("The server says: Access restricted"));
  EXPECT_THAT(message, HasSubstr("set HF_TOKEN"));
  EXPECT_THAT(message, HasSubstr(hub_->endpoint() + "/" + kId));
}

TEST_F(FetchTest, ATokenThatDoesNotHelpIsSaidAndNotShown) {
  start({{"config.json", {{"status", 403}, {"error_code", "GatedRepo"}}}});
  auto with_token = options();
  with_token.hub.token = "hf_secret";
  const std::string message = failure(with_token);
  EXPECT_THAT(message, HasSubstr("The token in HF_TOKEN has no access"));
  EXPECT_EQ((message + said()).find("hf_secret"), std::string::npos);
}

TEST_F(FetchTest, ACircleOfRedirectsEnds) {
  start({{"config.json", {{"loop", true}}}});
  EXPECT_THAT(failure(), HasSubstr("more than 10 redirects"));
}

TEST_F(FetchTest, AServerThatStaysBusyIsGivenUp) {
  start({{"config.json", {{"fail_times", 100}}}});
  EXPECT_THAT(failure(), HasSubstr("the server answers 503"));
  EXPECT_EQ(hub_->requests().size(), 3U);
}

TEST_F(FetchTest, TooLittleRoomIsFoundBeforeTheDownload) {
  constexpr std::int64_t kExbibyte = std::int64_t{1} << 60;
  start({{"model.safetensors", {{"linked_size", kExbibyte}}}});
  EXPECT_THAT(failure(), HasSubstr("bytes are needed"));
  EXPECT_TRUE(hub_->requests("GET", "").empty());
}

TEST_F(FetchTest, AFileWhereTheFolderShouldBeIsNamed) {
  start();
  auto blocked = options();
  write_file_atomically(weights_ / "blocked", "a file");
  blocked.folders.roots = {weights_ / "blocked"};
  const std::string message = failure(blocked);
  EXPECT_THAT(message,
              HasSubstr((weights_ / "blocked" / kId).string() + ": cannot create the folder"));
  EXPECT_THAT(message, HasSubstr("--weights"));
  EXPECT_EQ(read_text_file(weights_ / "blocked"), "a file");
}

TEST_F(FetchTest, AFolderWhereAFileShouldBeIsNamed) {
  start();
  fs::create_directories(here("model.safetensors") / "inner");
  EXPECT_THAT(failure(), HasSubstr(here("model.safetensors").string() + ": is not a regular file"));
  EXPECT_TRUE(fs::is_directory(here("model.safetensors") / "inner"));
}

TEST_F(FetchTest, AnInterruptBeforeTheFirstByteChangesNothing) {
  start();
  auto interrupted = options();
  interrupted.hub.cancelled = [] { return true; };
  EXPECT_THAT(failure(interrupted), HasSubstr("interrupted; no file was changed"));
  EXPECT_THAT(names_here(), IsEmpty());
}

TEST_F(FetchTest, NamesThatAreNoneAreUsageErrors) {
  for (const char* id : {"", "dino", "a/b/c", "../x/y", "a/..", "a b/c", ".hidden/x", "a/"}) {
    auto bad = options();
    bad.id = id;
    EXPECT_THROW(models::fetch_checkpoint(bad), UsageError) << id;
  }
  auto no_address = options();
  no_address.hub.endpoint = "ftp://x";
  EXPECT_THROW(models::fetch_checkpoint(no_address), UsageError);
  auto outside = options();
  outside.revision = "../../x";
  EXPECT_THROW(models::fetch_checkpoint(outside), UsageError);
}

TEST(Expectation, APinThatTheHubContradictsIsRefusedWithBothHashes) {
  const models::CatalogueFile known{
      .name = "x", .sha256 = std::string(64, 'a'), .bytes = 5, .witnesses = 2};
  models::HubFile hub{.name = "x", .commit = "", .etag = std::string(64, 'b'), .bytes = 5};
  try {
    static_cast<void>(models::pinned_expectation(known, hub));
    FAIL() << "accepted";
  } catch (const BadInput& error) {
    EXPECT_THAT(error.what(), HasSubstr("x: the hub's file is not the pinned one"));
    EXPECT_THAT(error.what(), HasSubstr("expected SHA-256 " + std::string(64, 'a')));
    EXPECT_THAT(error.what(), HasSubstr("found SHA-256 " + std::string(64, 'b')));
    EXPECT_THAT(error.what(), HasSubstr("--revision"));
  }
  hub.etag = std::string(64, 'a');
  EXPECT_EQ(models::pinned_expectation(known, hub).sha256, known.sha256);
  hub.bytes = 6;
  EXPECT_THROW(static_cast<void>(models::pinned_expectation(known, hub)), BadInput);
}

TEST(Expectation, APinCountsWhereTheHubSendsNoChecksum) {
  const models::CatalogueFile known{
      .name = "x", .sha256 = std::string(64, 'a'), .bytes = 5, .witnesses = 2};
  const models::Expectation expected =
      models::pinned_expectation(known, {.name = "x", .commit = "", .etag = ""});
  EXPECT_EQ(expected.sha256, known.sha256);
  EXPECT_EQ(expected.bytes, known.bytes);
  EXPECT_EQ(expected.source, "the pin");
}

TEST(Urls, AreResolvedComparedAndEscaped) {
  EXPECT_EQ(models::resolve_url("https://a.b/c/d?e", "/f"), "https://a.b/f");
  EXPECT_EQ(models::resolve_url("https://a.b/c", "http://x.y/z"), "http://x.y/z");
  EXPECT_EQ(models::resolve_url("https://a.b/c", "file:///etc/passwd"), "");
  EXPECT_EQ(models::url_origin("HTTPS://A.b/c"), models::url_origin("https://a.b:443/d"));
  EXPECT_NE(models::url_origin("https://a.b"), models::url_origin("http://a.b"));
  EXPECT_NE(models::url_origin("http://a.b:81"), models::url_origin("http://a.b:82"));
  EXPECT_NE(models::url_origin("https://a.b@evil.c/"), models::url_origin("https://a.b/"));
  EXPECT_EQ(models::url_origin("nonsense"), models::url_origin("nonsense"));
  EXPECT_EQ(models::url_escape("refs/pr/1 ä"), "refs%2Fpr%2F1%20%C3%A4");
  EXPECT_TRUE(models::is_loopback("http://127.0.0.1:9/x"));
  EXPECT_FALSE(models::is_loopback("http://127.0.0.1.example.org/x"));
}

}  // namespace
}  // namespace asbench::testing
