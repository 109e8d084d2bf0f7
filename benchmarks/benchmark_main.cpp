// main() of every benchmark: Google Benchmark's own, and what a reader needs beside the numbers.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <string>
#include <thread>

int main(int argc, char** argv) {
  const char* threads = std::getenv("OMP_NUM_THREADS");
  benchmark::AddCustomContext("hardware_threads",
                              std::to_string(std::thread::hardware_concurrency()));
  benchmark::AddCustomContext("OMP_NUM_THREADS", threads == nullptr ? "not set" : threads);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) {
    return 2;
  }
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}
