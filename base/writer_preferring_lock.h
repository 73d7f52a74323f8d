// WriterPreferringLock: a shared lock under which a stream of readers cannot starve a writer. Under constant
// load the default lock of this platform, which lets readers in while a writer waits, would never let a
// takedown through, nor a change of the identity key.
#ifndef BAUTA_BASE_WRITER_PREFERRING_LOCK_H_
#define BAUTA_BASE_WRITER_PREFERRING_LOCK_H_

#include <pthread.h>

namespace bauta {

// Works with std::shared_lock and std::unique_lock. A thread that holds it must not take it again, not even
// shared: with a writer waiting in between it would wait for itself.
class WriterPreferringLock {
 public:
  WriterPreferringLock() {
    pthread_rwlockattr_t attributes;
    pthread_rwlockattr_init(&attributes);
    pthread_rwlockattr_setkind_np(&attributes, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
    pthread_rwlock_init(&lock_, &attributes);
    pthread_rwlockattr_destroy(&attributes);
  }
  ~WriterPreferringLock() { pthread_rwlock_destroy(&lock_); }
  WriterPreferringLock(const WriterPreferringLock&) = delete;
  WriterPreferringLock& operator=(const WriterPreferringLock&) = delete;

  void lock() { pthread_rwlock_wrlock(&lock_); }
  void unlock() { pthread_rwlock_unlock(&lock_); }
  void lock_shared() { pthread_rwlock_rdlock(&lock_); }
  void unlock_shared() { pthread_rwlock_unlock(&lock_); }

 private:
  pthread_rwlock_t lock_;
};

}  // namespace bauta

#endif  // BAUTA_BASE_WRITER_PREFERRING_LOCK_H_
