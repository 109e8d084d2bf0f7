// A shared object for LD_PRELOAD: lets one call into the C library fail, as a system does that has
// too many open files, a bad disk or no memory. Counts the calls that concern files below given
// folders, and fails the one that is asked for.
//
//   ASBENCH_FAULT_FOLDERS  folders, separated by ':'
//   ASBENCH_FAULT_CALLS    names of calls, separated by ','; others are neither counted nor failed
//   ASBENCH_FAULT_AT       which of them fails, from 1 on; 0: none
//   ASBENCH_FAULT_STAYS    set: all later ones fail too
//   ASBENCH_FAULT_ERRNO    what it fails with
//   ASBENCH_FAULT_BYTES    allocations below this size are not counted
//   ASBENCH_FAULT_LOG      a file to which every counted call is written: "<call> <path>", with
//                          "! " before one that fails
//
// Calls: open (openat, fopen; without O_CREAT), create (open with it), read (pread), stat (lstat,
// fstat), opendir, readdir, mmap, write, sync, rename, mkdir, thread, memory.
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>

extern "C" void* __libc_malloc(size_t size);
extern "C" void* __libc_realloc(void* block, size_t size);
extern "C" void* __libc_memalign(size_t alignment, size_t size);

namespace {

constexpr int kFiles = 1024;
constexpr size_t kPathBytes = 512;

// All of it is set before main() and then only read, but for the counters.
bool ready = false;
const char* folders = nullptr;
const char* calls = nullptr;
long fail_at = 0;
bool stays = false;
int fail_with = 0;
size_t least_bytes = 0;
int log_file = -1;
std::atomic<long> count{0};
char paths[kFiles][kPathBytes];  // of open files; "": not of interest

__attribute__((constructor)) void prepare() {
  folders = getenv("ASBENCH_FAULT_FOLDERS");
  calls = getenv("ASBENCH_FAULT_CALLS");
  const auto number = [](const char* name) {
    const char* text = getenv(name);
    return text != nullptr ? atol(text) : 0L;
  };
  fail_at = number("ASBENCH_FAULT_AT");
  stays = getenv("ASBENCH_FAULT_STAYS") != nullptr;
  fail_with = static_cast<int>(number("ASBENCH_FAULT_ERRNO"));
  least_bytes = static_cast<size_t>(number("ASBENCH_FAULT_BYTES"));
  if (const char* file = getenv("ASBENCH_FAULT_LOG"))
    log_file = static_cast<int>(
        syscall(SYS_openat, AT_FDCWD, file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666));
  ready = folders != nullptr && calls != nullptr;
}

template <typename Function>
Function real(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

bool listed(const char* list, const char* word, char separator) {
  const size_t length = strlen(word);
  for (const char* at = list; at != nullptr && *at != '\0';) {
    const char* const end = strchr(at, separator);
    const size_t size = end != nullptr ? static_cast<size_t>(end - at) : strlen(at);
    if (size == length && strncmp(at, word, length) == 0) return true;
    at = end != nullptr ? end + 1 : nullptr;
  }
  return false;
}

bool is_below(const char* path) {
  for (const char* at = folders; at != nullptr && *at != '\0';) {
    const char* const end = strchr(at, ':');
    const size_t size = end != nullptr ? static_cast<size_t>(end - at) : strlen(at);
    if (strncmp(path, at, size) == 0) return true;
    at = end != nullptr ? end + 1 : nullptr;
  }
  return false;
}

/// Counts a call of interest. @returns whether it fails; errno is then set.
bool fails(const char* call, const char* path) {
  if (!ready || !listed(calls, call, ',')) return false;
  const long now = ++count;
  const bool fail = fail_at != 0 && (stays ? now >= fail_at : now == fail_at);
  if (log_file >= 0) {
    char line[kPathBytes + 64];
    size_t length = 0;
    for (const char* part : {fail ? "! " : "", call, " ", path, "\n"}) {
      const size_t size = strlen(part);
      if (length + size > sizeof(line)) break;
      memcpy(line + length, part, size);
      length += size;
    }
    syscall(SYS_write, log_file, line, length);
  }
  if (fail) errno = fail_with;
  return fail;
}

bool path_fails(const char* call, const char* path) {
  return ready && path != nullptr && is_below(path) && fails(call, path);
}

bool file_fails(const char* call, int file) {
  return ready && file >= 0 && file < kFiles && paths[file][0] != '\0' && fails(call, paths[file]);
}

int remember(int file, const char* path) {
  if (ready && file >= 0 && file < kFiles) {
    paths[file][0] = '\0';
    if (is_below(path) && strlen(path) < kPathBytes) strcpy(paths[file], path);
  }
  return file;
}

/// The permissions that are given to open() when it may create a file.
mode_t mode_of(int flags, va_list more) {
  return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(more, mode_t) : mode_t{0};
}

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const mode_t mode = mode_of(flags, more);
  va_end(more);
  if (path_fails((flags & O_CREAT) != 0 ? "create" : "open", path)) return -1;
  return remember(static_cast<int>(syscall(SYS_openat, AT_FDCWD, path, flags, mode)), path);
}
int open64(const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const mode_t mode = mode_of(flags, more);
  va_end(more);
  return open(path, flags, mode);
}
int openat(int folder, const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const mode_t mode = mode_of(flags, more);
  va_end(more);
  if (path_fails((flags & O_CREAT) != 0 ? "create" : "open", path)) return -1;
  return remember(static_cast<int>(syscall(SYS_openat, folder, path, flags, mode)), path);
}
FILE* fopen(const char* path, const char* mode) {
  static const auto next = real<FILE* (*)(const char*, const char*)>("fopen");
  if (path_fails("open", path)) return nullptr;
  FILE* const file = next(path, mode);
  if (file != nullptr) remember(fileno(file), path);
  return file;
}
FILE* fopen64(const char* path, const char* mode) {
  return fopen(path, mode);
}
int close(int file) {
  if (file >= 0 && file < kFiles) paths[file][0] = '\0';
  return static_cast<int>(syscall(SYS_close, file));
}

ssize_t read(int file, void* to, size_t bytes) {
  if (file_fails("read", file)) return -1;
  return syscall(SYS_read, file, to, bytes);
}
ssize_t pread(int file, void* to, size_t bytes, off_t at) {
  if (file_fails("read", file)) return -1;
  return syscall(SYS_pread64, file, to, bytes, at);
}
ssize_t pread64(int file, void* to, size_t bytes, off_t at) {
  return pread(file, to, bytes, at);
}

int stat(const char* path, struct stat* status) {
  static const auto next = real<int (*)(const char*, struct stat*)>("stat");
  return path_fails("stat", path) ? -1 : next(path, status);
}
int stat64(const char* path, struct stat64* status) {
  static const auto next = real<int (*)(const char*, struct stat64*)>("stat64");
  return path_fails("stat", path) ? -1 : next(path, status);
}
int lstat(const char* path, struct stat* status) {
  static const auto next = real<int (*)(const char*, struct stat*)>("lstat");
  return path_fails("stat", path) ? -1 : next(path, status);
}
int lstat64(const char* path, struct stat64* status) {
  static const auto next = real<int (*)(const char*, struct stat64*)>("lstat64");
  return path_fails("stat", path) ? -1 : next(path, status);
}
int fstat(int file, struct stat* status) {
  static const auto next = real<int (*)(int, struct stat*)>("fstat");
  return file_fails("stat", file) ? -1 : next(file, status);
}
int fstat64(int file, struct stat64* status) {
  static const auto next = real<int (*)(int, struct stat64*)>("fstat64");
  return file_fails("stat", file) ? -1 : next(file, status);
}

DIR* opendir(const char* path) {
  static const auto next = real<DIR* (*)(const char*)>("opendir");
  if (path_fails("opendir", path)) return nullptr;
  DIR* const folder = next(path);
  if (folder != nullptr) remember(dirfd(folder), path);
  return folder;
}
struct dirent* readdir(DIR* folder) {
  static const auto next = real<struct dirent* (*)(DIR*)>("readdir");
  return file_fails("readdir", dirfd(folder)) ? nullptr : next(folder);
}
struct dirent64* readdir64(DIR* folder) {
  static const auto next = real<struct dirent64* (*)(DIR*)>("readdir64");
  return file_fails("readdir", dirfd(folder)) ? nullptr : next(folder);
}

void* mmap(void* at, size_t bytes, int protection, int flags, int file, off_t offset) {
  if (file_fails("mmap", file)) return MAP_FAILED;
  return reinterpret_cast<void*>(syscall(SYS_mmap, at, bytes, protection, flags, file, offset));
}
void* mmap64(void* at, size_t bytes, int protection, int flags, int file, off_t offset) {
  return mmap(at, bytes, protection, flags, file, offset);
}

ssize_t write(int file, const void* from, size_t bytes) {
  if (file_fails("write", file)) return -1;
  return syscall(SYS_write, file, from, bytes);
}
int fsync(int file) {
  return file_fails("sync", file) ? -1 : static_cast<int>(syscall(SYS_fsync, file));
}
int fdatasync(int file) {
  return file_fails("sync", file) ? -1 : static_cast<int>(syscall(SYS_fdatasync, file));
}
int rename(const char* from, const char* to) {
  if (path_fails("rename", to)) return -1;
  return static_cast<int>(syscall(SYS_rename, from, to));
}
int mkdir(const char* path, mode_t mode) {
  if (path_fails("mkdir", path)) return -1;
  return static_cast<int>(syscall(SYS_mkdir, path, mode));
}

int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*run)(void*),
                   void* argument) {
  static const auto next =
      real<int (*)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*)>("pthread_create");
  return fails("thread", "-") ? fail_with : next(thread, attributes, run, argument);
}

void* malloc(size_t size) {
  if (ready && size >= least_bytes && fails("memory", "-")) return nullptr;
  return __libc_malloc(size);
}
void* realloc(void* block, size_t size) {
  if (ready && size >= least_bytes && fails("memory", "-")) return nullptr;
  return __libc_realloc(block, size);
}
int posix_memalign(void** block, size_t alignment, size_t size) {
  if (ready && size >= least_bytes && fails("memory", "-")) return ENOMEM;
  void* const got = __libc_memalign(alignment, size);
  if (got == nullptr) return ENOMEM;
  *block = got;
  return 0;
}

}  // extern "C"
