/*
 * A file layer that loses what was not made durable. Preloaded into a process, it keeps, for everything under
 * UNSYNCED_FOLDER, a record in UNSYNCED_SHADOW of what would be on the disk after a power cut, in the strictest reading
 * of POSIX:
 *
 *   - the content of a file: what it was when fsync or fdatasync was last called on it;
 *   - the names in a folder: what they were when fsync was last called on that folder. A file's own fsync does not make
 *     its name durable (on ext4 it usually does; POSIX does not promise it), and neither does a rename.
 *
 * Nothing but these two calls has to be intercepted: each copies the whole file, or lists the whole folder, as it is at
 * that moment. So no way of writing can be missed (pwrite, writev, mmap, sendfile, io_uring, another process), which
 * tracking of writes could not promise. What the copy catches of a write that runs concurrently, a disk may have caught.
 *
 * Stricter than a disk: sync, syncfs, msync, O_SYNC and O_DSYNC make nothing durable here. Not modelled: a disk that
 * kept some of what was not synced; symbolic links and sockets, which do not survive. The real fsync is not made: only
 * the shadow counts.
 *
 * In the shadow: `root` names the folder's key; <key>.file is a content; <key>.names lists a folder, as records of
 * "f KEY MODE" or "d KEY MODE", NUL, name, NUL. A key is inode and time of birth, because inodes are used again. Two
 * files that had one inode within one tick of the file system's clock (4 ms on ext4) are not told apart.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEY_SIZE 80
#define CHUNK (1 << 20)

static const char *folder, *shadow;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void fail(const char *what) {
  fprintf(stderr, "unsynced: %s: %s\n", what, strerror(errno));
  abort();
}

/* Works without opening the file: closing it again would drop the POSIX locks that the process holds on it. */
static int key_at(int dir, const char *name, int flags, char key[KEY_SIZE], struct statx *facts) {
  if (statx(dir, name, flags | AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS | STATX_BTIME, facts) != 0) return -1;
  if (!(facts->stx_mask & STATX_BTIME)) fail("this file system does not tell when a file was made");
  snprintf(key, KEY_SIZE, "%llu-%lld-%u", (unsigned long long)facts->stx_ino, (long long)facts->stx_btime.tv_sec,
           facts->stx_btime.tv_nsec);
  return 0;
}

static FILE *create(const char *key, const char *kind, char path[PATH_MAX]) {
  static unsigned counter;
  snprintf(path, PATH_MAX, "%s/%s.%s.%d.%u", shadow, key, kind, (int)getpid(), counter++);
  return fopen(path, "we");
}

/* In place, so that a kill in the middle leaves what a cut in the middle of an fsync leaves: some of it. */
static int copy_content(int from, const char *key) {
  static char buffer[CHUNK];
  char path[PATH_MAX];
  snprintf(path, sizeof path, "%s/%s.file", shadow, key);
  int to = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (to < 0 || flock(to, LOCK_EX) != 0) return -1;
  off_t at = 0;
  ssize_t got;
  while ((got = pread(from, buffer, CHUNK, at)) > 0) {
    if (pwrite(to, buffer, (size_t)got, at) != got) break;
    at += got;
  }
  int result = got == 0 && ftruncate(to, at) == 0 ? 0 : -1;
  close(to);
  return result;
}

/*
 * Reads through the caller's own descriptor where it can: opening and closing the file once more would drop the POSIX
 * locks that the process holds on it, and SQLite lives by those.
 */
static int keep_content(int fd, const char *key) {
  if ((fcntl(fd, F_GETFL) & O_ACCMODE) != O_WRONLY) return copy_content(fd, key);
  char self[64];
  snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
  int readable = open(self, O_RDONLY | O_CLOEXEC);
  if (readable < 0) return -1;
  int result = copy_content(readable, key);
  close(readable);
  return result;
}

static int is_real_name(const char *name) {
  return strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

/* Replaces the record of a folder's names in one step. Takes the descriptor over. */
static int keep_names(int fd, const char *key) {
  char temporary[PATH_MAX], path[PATH_MAX], entry_key[KEY_SIZE];
  DIR *dir = fdopendir(fd);
  FILE *out = dir == NULL ? NULL : create(key, "names", temporary);
  if (out == NULL) return -1;
  struct statx facts;
  for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
    if (!is_real_name(entry->d_name) || key_at(dirfd(dir), entry->d_name, 0, entry_key, &facts) != 0) continue;
    char kind = S_ISDIR(facts.stx_mode) ? 'd' : S_ISREG(facts.stx_mode) ? 'f' : 0;
    if (kind != 0) fprintf(out, "%c %s %o%c%s%c", kind, entry_key, facts.stx_mode & 07777, 0, entry->d_name, 0);
  }
  closedir(dir);
  if (fclose(out) != 0) return -1;
  snprintf(path, sizeof path, "%s/%s.names", shadow, key);
  return rename(temporary, path);
}

/* What is there when the process starts is durable. */
static void keep_everything(int fd, const char *key) {
  char entry_key[KEY_SIZE];
  struct statx facts;
  DIR *dir = fdopendir(fd);
  if (dir == NULL) fail("cannot list the folder");
  for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
    if (!is_real_name(entry->d_name) || key_at(dirfd(dir), entry->d_name, 0, entry_key, &facts) != 0) continue;
    int inner = openat(dirfd(dir), entry->d_name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (inner < 0) continue;
    if (S_ISDIR(facts.stx_mode)) {
      keep_everything(inner, entry_key);
    } else {
      if (S_ISREG(facts.stx_mode) && copy_content(inner, entry_key) != 0) fail("cannot copy a file");
      close(inner);
    }
  }
  int again = openat(dirfd(dir), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (again < 0 || keep_names(again, key) != 0) fail("cannot record a folder");
  closedir(dir);
}

__attribute__((constructor)) static void start(void) {
  folder = getenv("UNSYNCED_FOLDER");
  shadow = getenv("UNSYNCED_SHADOW");
  if (folder == NULL || shadow == NULL) {
    fprintf(stderr, "unsynced: UNSYNCED_FOLDER and UNSYNCED_SHADOW must be set\n");
    abort();
  }
  char path[PATH_MAX], key[KEY_SIZE];
  struct statx facts;
  snprintf(path, sizeof path, "%s/root", shadow);
  int root = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (root < 0 || flock(root, LOCK_EX) != 0) fail(path);
  /* Processes that this one starts find the record made. */
  if (lseek(root, 0, SEEK_END) == 0) {
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || key_at(fd, "", AT_EMPTY_PATH, key, &facts) != 0) fail(folder);
    keep_everything(fd, key);
    if (write(root, key, strlen(key)) != (ssize_t)strlen(key)) fail(path);
  }
  close(root);
}

/* Whether the descriptor is of something under the folder. */
static int is_ours(int fd) {
  char self[64], path[PATH_MAX];
  snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(self, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  size_t prefix = strlen(folder);
  return strncmp(path, folder, prefix) == 0 && (path[prefix] == '/' || path[prefix] == 0);
}

/* Zero when recorded, -1 with errno when that failed: then the caller must not believe that anything is durable. */
static int keep(int fd) {
  char key[KEY_SIZE];
  struct statx facts;
  if (key_at(fd, "", AT_EMPTY_PATH, key, &facts) != 0) return -1;
  if (S_ISREG(facts.stx_mode)) return keep_content(fd, key);
  if (!S_ISDIR(facts.stx_mode)) return 0;
  char self[64];
  snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
  int again = open(self, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  return again < 0 ? -1 : keep_names(again, key);
}

static int sync_with(int fd, const char *name) {
  if (!is_ours(fd)) {
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    return real(fd);
  }
  pthread_mutex_lock(&lock);
  int result = keep(fd);
  int error = errno;
  pthread_mutex_unlock(&lock);
  errno = error;
  return result;
}

int fsync(int fd) {
  return sync_with(fd, "fsync");
}

int fdatasync(int fd) {
  return sync_with(fd, "fdatasync");
}
