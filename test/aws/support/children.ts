import assert from "node:assert/strict";
import type { Registration } from "../../support/recorder.js";

export { problemsOf } from "../../support/problems.js";

/** What a program registers with AWS, as `[type, name]` in order of names. */
export function children(all: readonly Registration[]): Registration[] {
  return all.filter(({ type }) => type.startsWith("aws:")).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** `[type, name]` of each. */
export function identities(all: readonly Registration[]): string[][] {
  return children(all).map(({ type, name }) => [type.replace(/^aws:(\w+)\/.*:/, "$1."), name]);
}

/** Inputs of the only registration of a type: `dlm.LifecyclePolicy`. */
export function inputsOf(all: readonly Registration[], type: string): Record<string, unknown> {
  const [service, resource] = type.split(".");
  const found = all.filter((one) => one.type.startsWith(`aws:${service!}/`) && one.type.endsWith(`:${resource!}`));
  assert.equal(found.length, 1, type);
  return found[0]!.inputs;
}

/** Inputs of every registration of a type, by name. */
export function allInputsOf(all: readonly Registration[], type: string): Record<string, Record<string, unknown>> {
  const [service, resource] = type.split(".");
  return Object.fromEntries(
    all
      .filter((one) => one.type.startsWith(`aws:${service!}/`) && one.type.endsWith(`:${resource!}`))
      .map(({ name, inputs }) => [name, inputs]),
  );
}
