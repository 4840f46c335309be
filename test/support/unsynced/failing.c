/*
 * A disk that fails on demand. Preloaded into a process: while the file FAILING_SWITCH exists, writing to anything under
 * FAILING_FOLDER, and making it durable, fails with EIO, as a disk that is dying or was unplugged answers.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static int fails(int fd) {
  const char *folder = getenv("FAILING_FOLDER"), *trigger = getenv("FAILING_SWITCH");
  if (folder == NULL || trigger == NULL || access(trigger, F_OK) != 0) return 0;
  char self[64], path[PATH_MAX];
  snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(self, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  size_t prefix = strlen(folder);
  if (strncmp(path, folder, prefix) != 0 || path[prefix] != '/') return 0;
  errno = EIO;
  return 1;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t write(int fd, const void *bytes, size_t length) {
  return fails(fd) ? -1 : REAL(write)(fd, bytes, length);
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t at) {
  return fails(fd) ? -1 : REAL(pwrite)(fd, bytes, length, at);
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t at) {
  return fails(fd) ? -1 : REAL(pwrite64)(fd, bytes, length, at);
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
  return fails(fd) ? -1 : REAL(writev)(fd, parts, count);
}

int fsync(int fd) {
  return fails(fd) ? -1 : REAL(fsync)(fd);
}

int fdatasync(int fd) {
  return fails(fd) ? -1 : REAL(fdatasync)(fd);
}
