/*
 * A process that dies at its n-th change of a folder. Preloaded into it, it counts whatever changes something under
 * DYING_FOLDER, or makes it durable, in all threads and in the processes that it starts; just before the DYING_AT-th of
 * them it kills itself, as kill -9 would. With DYING_AT 0 it only counts. The count is in the file DYING_COUNT, eight
 * bytes in the order of this machine, which must be there.
 *
 * Not counted: what is written through mmap (SQLite's index of its log, which it makes anew), and calls that go round
 * the C library.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static const char *folder;
static unsigned long long at;
static _Atomic unsigned long long *count;

__attribute__((constructor)) static void begin(void) {
  const char *path = getenv("DYING_COUNT"), *when = getenv("DYING_AT");
  folder = getenv("DYING_FOLDER");
  if (path == NULL || when == NULL || folder == NULL) return;
  at = strtoull(when, NULL, 10);
  int fd = open(path, O_RDWR | O_CLOEXEC);
  void *shared = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof *count, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (shared == MAP_FAILED) {
    fprintf(stderr, "dying: %s: %s\n", path, strerror(errno));
    abort();
  }
  close(fd);
  count = shared;
}

static int is_under(const char *path) {
  size_t prefix = strlen(folder);
  return strncmp(path, folder, prefix) == 0 && (path[prefix] == '/' || path[prefix] == 0);
}

static void change(void) {
  if (atomic_fetch_add(count, 1) + 1 != at) return;
  kill(getpid(), SIGKILL);
  for (;;) pause();
}

static void change_of(int fd) {
  if (count == NULL) return;
  int before = errno;
  char self[64], path[PATH_MAX];
  snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(self, path, sizeof path - 1);
  errno = before;
  if (length < 0) return;
  path[length] = 0;
  if (is_under(path)) change();
}

static void change_at(const char *path) {
  if (count != NULL && is_under(path)) change();
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t write(int fd, const void *bytes, size_t length) {
  change_of(fd);
  return REAL(write)(fd, bytes, length);
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t where) {
  change_of(fd);
  return REAL(pwrite)(fd, bytes, length, where);
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t where) {
  change_of(fd);
  return REAL(pwrite64)(fd, bytes, length, where);
}

ssize_t writev(int fd, const struct iovec *parts, int many) {
  change_of(fd);
  return REAL(writev)(fd, parts, many);
}

ssize_t pwritev(int fd, const struct iovec *parts, int many, off_t where) {
  change_of(fd);
  return REAL(pwritev)(fd, parts, many, where);
}

ssize_t sendfile(int to, int from, off_t *where, size_t length) {
  change_of(to);
  return REAL(sendfile)(to, from, where, length);
}

ssize_t copy_file_range(int from, off64_t *start, int to, off64_t *where, size_t length, unsigned flags) {
  change_of(to);
  return REAL(copy_file_range)(from, start, to, where, length, flags);
}

int fsync(int fd) {
  change_of(fd);
  return REAL(fsync)(fd);
}

int fdatasync(int fd) {
  change_of(fd);
  return REAL(fdatasync)(fd);
}

int ftruncate(int fd, off_t length) {
  change_of(fd);
  return REAL(ftruncate)(fd, length);
}

int ftruncate64(int fd, off64_t length) {
  change_of(fd);
  return REAL(ftruncate64)(fd, length);
}

int truncate(const char *path, off_t length) {
  change_at(path);
  return REAL(truncate)(path, length);
}

int rename(const char *from, const char *to) {
  change_at(to);
  return REAL(rename)(from, to);
}

int link(const char *from, const char *to) {
  change_at(to);
  return REAL(link)(from, to);
}

int unlink(const char *path) {
  change_at(path);
  return REAL(unlink)(path);
}

int rmdir(const char *path) {
  change_at(path);
  return REAL(rmdir)(path);
}

int mkdir(const char *path, mode_t mode) {
  change_at(path);
  return REAL(mkdir)(path, mode);
}
