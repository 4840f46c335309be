/**
 * Work that costs less for many inputs at once. What is asked for in one turn of the event loop, or while the work for
 * those before is under way, goes together. `work` gives one output for each input, in their order; where it fails, it
 * fails for all of them, and whoever asks next begins afresh.
 */
export function createTogether<In, Out>(
  work: (inputs: readonly In[]) => Promise<readonly Out[]>,
): (input: In) => Promise<Out> {
  interface Asked {
    readonly input: In;
    readonly resolve: (output: Out) => void;
    readonly reject: (error: unknown) => void;
  }
  let waiting: Asked[] = [];
  let isUnderWay = false;

  async function run(): Promise<void> {
    isUnderWay = true;
    while (waiting.length > 0) {
      await turn();
      const asked = waiting;
      waiting = [];
      await answer(asked);
    }
    isUnderWay = false;
  }

  async function answer(asked: readonly Asked[]): Promise<void> {
    try {
      const outputs = await work(asked.map(({ input }) => input));
      if (outputs.length !== asked.length) throw new Error('not every input has its output');
      for (const [place, output] of outputs.entries()) asked[place]?.resolve(output);
    } catch (error) {
      for (const { reject } of asked) reject(error);
    }
  }

  return (input) =>
    new Promise((resolve, reject) => {
      waiting.push({ input, resolve, reject });
      if (!isUnderWay) void run();
    });
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
