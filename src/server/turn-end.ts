/**
 * Resolves when all that has come in this turn of the event loop has been read. What came in one piece with a
 * request's head is there then, and no sooner: Node's parser runs what waits in its queues before it goes on to the
 * body. All who wait in a turn wait for one.
 */
export function turnEnds(): () => Promise<void> {
  let end: Promise<void> | undefined;
  return () => {
    end ??= new Promise((resolve) => {
      setImmediate(() => {
        end = undefined;
        resolve();
      });
    });
    return end;
  };
}
