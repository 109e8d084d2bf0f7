#pragma once

#include <gtest/gtest.h>
#include <sys/types.h>

#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/json.h"
#include "models/hub/fetch.h"
#include "models/weights/catalogue.h"
#include "tests/support/temporary_folder.h"

namespace asbench::testing {

inline constexpr const char* kId =
    "facebook/dino-vits16";  ///< in the tests' catalogue, without a tokenizer
inline constexpr const char* kCommit = "0123456789abcdef0123456789abcdef01234567";

/// A hub of its own on loopback (tests/support/hub_server.py), which ends with its owner.
class HubServer {
 public:
  /// @param behaviour  of each file, by name; see the script
  /// @param revision   that it knows besides its commit and refs/pr/3
  HubServer(const std::map<std::string, std::string>& files, const Json& behaviour,
            const std::string& id = kId, const std::string& revision = "main");
  ~HubServer();
  HubServer(const HubServer&) = delete;
  HubServer& operator=(const HubServer&) = delete;

  [[nodiscard]] std::string endpoint() const;
  /// What was asked so far, oldest first: server, method, path, Range, If-Range, Authorization.
  [[nodiscard]] std::vector<Json> requests() const;
  /// Those with this method for this file.
  [[nodiscard]] std::vector<Json> requests(const std::string& method,
                                           const std::string& file) const;

 private:
  TemporaryFolder folder_;
  pid_t process_ = -1;
  int standard_input_ = -1;
  int port_ = 0;
};

/// A small checkpoint on a hub, a folder to fetch to, and what the user was told.
class FetchTest : public ::testing::Test {
 protected:
  FetchTest();

  /// The catalogue that fetches and checks use: `entry_`, which a test may change before.
  [[nodiscard]] const models::Catalogue& catalogue();
  /// Adds a fact about a file to `entry_`.
  void know(const std::string& name, const std::string& bytes, int witnesses);
  /// Starts the hub with the files of `files_`, which a test may change before.
  void start(const Json& behaviour = Json::object());
  [[nodiscard]] models::FetchOptions options();
  models::FetchReport fetch() { return models::fetch_checkpoint(options()); }
  /// The message of the exception that a fetch ends in; fails the test when it ends well.
  std::string failure(const models::FetchOptions& options);
  std::string failure() { return failure(options()); }

  /// Path of a file of the checkpoint on disk.
  [[nodiscard]] std::filesystem::path here(const std::string& name) const {
    return weights_.path() / kId / name;
  }
  /// Names in the checkpoint's folder, sorted.
  [[nodiscard]] std::vector<std::string> names_here() const;
  /// Everything said so far, a line each.
  [[nodiscard]] std::string said() const;

  models::CatalogueEntry entry_;              ///< of kId, at revision "main", without pins
  std::deque<models::Catalogue> catalogues_;  ///< all that were handed out
  TemporaryFolder weights_;
  std::map<std::string, std::string> files_;  ///< config.json, preprocessor_config.json, weights
  std::string weights_bytes_;                 ///< of model.safetensors, 260 kB
  std::unique_ptr<HubServer> hub_;
  std::vector<std::string> lines_;
};

/// Bytes of a valid safetensors file with one float32 tensor of so many elements.
std::string safetensors_bytes(int elements, int seed);

}  // namespace asbench::testing
