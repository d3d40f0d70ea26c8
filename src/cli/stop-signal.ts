/** Resolves at the first SIGINT or SIGTERM; `impatient` is called for a second one, from that very moment on. */
export function stopSignal(impatient: () => void): Promise<void> {
  return new Promise((resolve) => {
    const stop = (): void => {
      process.once('SIGINT', impatient).once('SIGTERM', impatient);
      process.off('SIGINT', stop).off('SIGTERM', stop);
      resolve();
    };
    process.on('SIGINT', stop).on('SIGTERM', stop);
  });
}
