/** How many calls of this process to the file system are not answered yet. */
export function callsToFiles(): number {
  return process.getActiveResourcesInfo().filter((name) => name.startsWith('FSReq')).length;
}

/**
 * Resolves when no more than `before` are left, which others had left. Throws, with the name of the file of tests, where there still are after
 * so long: a call to a disk or a pipe that never answers keeps a thread that the files after it share.
 */
export async function requireAtRest(testFile: string, before: number, ms = 20_000): Promise<void> {
  const deadline = performance.now() + ms;
  while (callsToFiles() > before) {
    if (performance.now() > deadline) {
      throw new Error(
        `${testFile} leaves a call to a file that is not answered: open the other end of its pipe, or take it away, before it ends`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
