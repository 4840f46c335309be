/*
 * A disk that takes its time. Preloaded into a process: each call that makes something durable takes SLOW_SYNC_US longer, on top of what the
 * real disk takes. With SLOW_SYNC_SWITCH only while there is a file of that name.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static void wait_for_it(void) {
  const char *text = getenv("SLOW_SYNC_US");
  const char *path = getenv("SLOW_SYNC_SWITCH");
  long us = text == NULL || (path != NULL && access(path, F_OK) != 0) ? 0 : atol(text);
  struct timespec left = {us / 1000000, (us % 1000000) * 1000};
  while (us > 0 && nanosleep(&left, &left) != 0) {
  }
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

int fsync(int fd) {
  wait_for_it();
  return REAL(fsync)(fd);
}

int fdatasync(int fd) {
  wait_for_it();
  return REAL(fdatasync)(fd);
}
