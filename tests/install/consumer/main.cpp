// A project of somebody else's calls one function of each library that it links.
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

#include "asbench/core/error.h"
#include "asbench/document/result.h"
#include "asbench/evaluation/protocol.h"
#include "asbench/metrics/catalogue.h"
#include "asbench/metrics/numerics/cosine.h"
#include "asbench/metrics/set/frechet.h"
#include "asbench/reports/comparison/gate.h"
#include "asbench/reports/leaderboard/leaderboard.h"

namespace {

int failures = 0;

void expect(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "failed: %s\n", what);
  ++failures;
}

void use_metrics() {
  using namespace asbench::metrics;
  const float a[] = {3, 4};
  const float b[] = {4, 3};
  const Matrix cosines = cosine_matrix(unit_rows({a, 1, 2}), unit_rows({b, 1, 2}));
  expect(std::abs(cosines(0, 0) - 0.96) < 1e-15, "cosine of (3, 4) and (4, 3)");
  expect(built_in_metrics().find("clip_i") != nullptr, "clip_i is a built-in metric");
}

/// Two sets of two samples with equal variance, means 3 apart: the distance is 9.
void use_distribution() {
  using namespace asbench::metrics;
  Samples real(2, 1);
  real.values = {-1.0, 1.0};
  Samples generated(2, 1);
  generated.values = {2.0, 4.0};
  const Frechet distance = frechet_distance(real, generated, 1);
  expect(std::abs(distance.value() - 9.0) < 1e-9, "Frechet distance of shifted sets");
}

void use_reports() {
  using namespace asbench;
  document::Result result;
  result.system = "mine";
  result.protocol = "demo";
  result.split = {.name = "split", .form = "manifest", .sha256 = std::string(64, 'a')};
  document::ResultMetric metric;
  metric.id = "clip_i";
  metric.signature = "clip_i@1";
  metric.direction = document::ResultDirection::higher;
  metric.mean = 0.5;
  result.metrics.push_back(metric);
  const std::string table = reports::leaderboard_text({&result, 1}, {.metrics = {"clip_i"}});
  expect(table.find("mine") != std::string::npos, "the leaderboard names the system");
  expect(table.find("0.500") != std::string::npos, "the leaderboard has its mean");
}

/// Protocols are compiled into the library: no file of the source tree is needed.
void use_evaluation() {
  const auto protocol = asbench::evaluation::load_protocol("demo");
  expect(!protocol.metrics.empty(), "the demo protocol has metrics");
  expect(asbench::evaluation::protocol_overrides(protocol, protocol).empty(),
         "a protocol does not differ from itself");
  try {
    (void)asbench::evaluation::load_protocol("no-such-protocol");
    expect(false, "an unknown protocol is an error");
  } catch (const asbench::UsageError& error) {
    expect(std::string(error.what()).find("demo") != std::string::npos,
           "the message lists the protocols");
  }
}

}  // namespace

int main() {
  use_metrics();
  use_distribution();
  use_reports();
  use_evaluation();
  return failures == 0 ? 0 : 1;
}
