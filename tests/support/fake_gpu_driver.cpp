// A stand-in for NVIDIA's driver, libcuda.so.1: answers as the environment says, so that what a
// program makes of a driver's answers can be tested where there is no GPU.
//   FAKE_GPU_COUNT  GPUs (default 1)       FAKE_GPU_CUDA   newest CUDA (default 13000)
//   FAKE_GPU_INIT   cuInit's answer (0)    FAKE_GPU_CAPABILITY  times 10 (default 90)
#include <cstdio>
#include <cstdlib>

namespace {

int number(const char* name, int otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::atoi(text);
}

}  // namespace

extern "C" {

int cuInit(unsigned);
int cuDriverGetVersion(int* version);
int cuDeviceGetCount(int* count);
int cuDeviceGet(int* device, int index);
int cuDeviceGetName(char* name, int size, int device);
int cuDeviceGetAttribute(int* value, int attribute, int device);
int cuGetErrorString(int error, const char** text);

int cuInit(unsigned) {
  return number("FAKE_GPU_INIT", 0);
}
int cuDriverGetVersion(int* version) {
  *version = number("FAKE_GPU_CUDA", 13000);
  return 0;
}
int cuDeviceGetCount(int* count) {
  *count = number("FAKE_GPU_COUNT", 1);
  return 0;
}
int cuDeviceGet(int* device, int index) {
  *device = index;
  return 0;
}
int cuDeviceGetName(char* name, int size, int device) {
  std::snprintf(name, static_cast<std::size_t>(size), "Stand-in %d", device);
  return 0;
}
int cuDeviceGetAttribute(int* value, int attribute, int) {
  const int capability = number("FAKE_GPU_CAPABILITY", 90);
  *value = attribute == 75 ? capability / 10 : capability % 10;
  return 0;
}
int cuGetErrorString(int, const char** text) {
  *text = "the stand-in does not start";
  return 0;
}
}
