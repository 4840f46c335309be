/** The same port; `changed` is called each time that one of these has done its work. */
export function watched<Port extends object>(port: Port, names: readonly (keyof Port)[], changed: () => void): Port {
  const watching: ReadonlySet<string | symbol | number> = new Set(names);
  return new Proxy(port, {
    get(target, name): unknown {
      const does: unknown = Reflect.get(target, name);
      if (typeof does !== 'function' || !watching.has(name)) return does;
      return async (...given: unknown[]): Promise<unknown> => {
        const done: unknown = await Reflect.apply(does, target, given);
        changed();
        return done;
      };
    },
  });
}
