// What Redis calls of libsystemd. Without the service manager's socket, which no container has, the real one does nothing either.
int sd_notify(int unset_environment, const char *state) {
  (void)unset_environment;
  (void)state;
  return 0;
}
