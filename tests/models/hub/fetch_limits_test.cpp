// A download ends: by its time limit, when the connection stalls, and at the size that was
// announced or pinned.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "core/json.h"
#include "models/hub/fetch.h"
#include "tests/models/hub/hub_fixture.h"

namespace asbench::testing {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;

milliseconds time_of(const std::function<void()>& action) {
  const auto begun = std::chrono::steady_clock::now();
  action();
  return std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - begun);
}

TEST_F(FetchTest, AServerThatHangsIsLeftAtTheTimeLimitAndWhatCameIsKept) {
  start({{"model.safetensors", {{"hang_after", 100'000}}}});
  auto limited = options();
  limited.hub.time_limit = milliseconds(1500);
  std::string message;
  EXPECT_LT(time_of([&] { message = failure(limited); }), seconds(10));
  EXPECT_THAT(message, HasSubstr("took longer than 1.5s (--time-limit)"));
  EXPECT_THAT(message, HasSubstr("100000 of 260080 bytes are kept"));
  EXPECT_EQ(fs::file_size(here("model.safetensors.part")), 100'000U);
}

TEST_F(FetchTest, AServerThatSendsAByteNowAndThenIsLeftAtTheTimeLimit) {
  start({{"model.safetensors", {{"trickle", 0.05}}}});
  auto limited = options();
  limited.hub.time_limit = milliseconds(1500);
  std::string message;
  EXPECT_LT(time_of([&] { message = failure(limited); }), seconds(10));
  EXPECT_THAT(message, HasSubstr("(--time-limit)"));
}

TEST_F(FetchTest, TheTimeLimitHoldsForThePausesBetweenTriesToo) {
  start({{"config.json", {{"fail_times", 1000}}}});
  auto limited = options();
  limited.hub.time_limit = milliseconds(1000);
  limited.hub.first_pause = seconds(20);
  limited.hub.retries = 100;
  std::string message;
  EXPECT_LT(time_of([&] { message = failure(limited); }), seconds(10));
  EXPECT_THAT(message, HasSubstr("(--time-limit)"));
}

TEST_F(FetchTest, AStalledConnectionIsMadeAnewBeforeTheTimeLimit) {
  start({{"model.safetensors", {{"hang_after", 100'000}, {"hang_times", 1}}}});
  auto patient = options();
  patient.hub.stall = seconds(1);
  const auto report = models::fetch_checkpoint(patient);
  EXPECT_EQ(read_text_file(here("model.safetensors")), weights_bytes_);
  EXPECT_EQ(hub_->requests("GET", "model.safetensors").back().value("Range", ""), "bytes=100000-");
}

TEST_F(FetchTest, ABodyThatAnnouncesMoreThanTheHubDoesIsRefusedBeforeItsFirstByte) {
  start({{"model.safetensors", {{"longer", 1}}}});
  EXPECT_THAT(failure(), HasSubstr("sends more than the 260080 bytes that it announced"));
  EXPECT_FALSE(fs::exists(here("model.safetensors")));
  EXPECT_FALSE(fs::exists(here("model.safetensors.part")));
}

TEST_F(FetchTest, ABodyThatIsLongerThanThePinIsRefused) {
  know("model.safetensors", weights_bytes_, 2);
  start({{"model.safetensors", {{"surplus", 100'000}}}});
  EXPECT_THAT(failure(), HasSubstr("sends more than the 260080 bytes"));
  EXPECT_FALSE(fs::exists(here("model.safetensors")));
}

TEST_F(FetchTest, AnIndexOfShardsThatIsLongerThanAnnouncedIsRefused) {
  files_.erase("model.safetensors");
  files_["model.safetensors.index.json"] = R"({"weight_map": {"x": "a.safetensors"}})";
  files_["a.safetensors"] = weights_bytes_;
  start({{"model.safetensors.index.json", {{"surplus", 10'000}}}});
  EXPECT_THAT(failure(), HasSubstr("larger than the"));
}

/// A key and a certificate for 127.0.0.1 that signs itself, valid for a day.
void write_certificate(const fs::path& file) {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"),
                                                                &EVP_PKEY_free);
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(), &X509_free);
  ASSERT_TRUE(key && certificate);
  X509_set_version(certificate.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 86'400);
  X509_set_pubkey(certificate.get(), key.get());
  X509_NAME* const name = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>("loopback"), -1, -1, 0);
  X509_set_issuer_name(certificate.get(), name);
  X509V3_CTX context{};
  X509V3_set_ctx(&context, certificate.get(), certificate.get(), nullptr, nullptr, 0);
  for (const auto& [kind, value] : {std::pair(NID_subject_alt_name, "IP:127.0.0.1"),
                                    std::pair(NID_basic_constraints, "critical,CA:TRUE")}) {
    X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value);
    ASSERT_NE(extension, nullptr);
    X509_add_ext(certificate.get(), extension, -1);
    X509_EXTENSION_free(extension);
  }
  ASSERT_GT(X509_sign(certificate.get(), key.get(), EVP_sha256()), 0);
  std::FILE* const out = std::fopen(file.c_str(), "w");
  ASSERT_NE(out, nullptr);
  PEM_write_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  PEM_write_X509(out, certificate.get());
  std::fclose(out);
}

TEST_F(FetchTest, HttpsNeverFallsBackToHttp) {
  const TemporaryFolder folder;
  write_certificate(folder / "hub.pem");
  ::setenv("CURL_CA_BUNDLE", (folder / "hub.pem").c_str(), 1);
  // The weights are redirected to the storage, which speaks http.
  start({{"#tls", {{"certificate", (folder / "hub.pem").string()}}}});
  auto secure = options();
  secure.hub.endpoint.replace(0, 4, "https");
  EXPECT_THAT(failure(secure), HasSubstr("which is not an https address"));
  for (const Json& request : hub_->requests()) EXPECT_EQ(request["server"], "hub");
  EXPECT_FALSE(hub_->requests().empty()) << "the hub was not reached by https at all";
  EXPECT_FALSE(fs::exists(here("model.safetensors")));
  ::unsetenv("CURL_CA_BUNDLE");
}

}  // namespace
}  // namespace asbench::testing
