import { randomInt } from "node:crypto";
import type { Renamed } from "./aws-model.js";

/** Inputs of a resource as the engine sends them. */
export type Inputs = Readonly<Record<string, unknown>>;

/** One resource in the hands of a handler. */
export interface Resource {
  /** What the service calls it; empty before it is made. */
  readonly id: string;
  readonly region: string;
  readonly inputs: Inputs;
  /** Inputs and outputs as of the last operation. */
  readonly state: Inputs;
  /** Sends a request of the provider's inputs; see `AwsServers.send`. */
  readonly send: (call: string, inputs: Inputs, renamed?: Renamed) => Promise<Record<string, unknown>>;
}

/** What the provider does for one type of resource, in requests of the service. */
export interface Handler {
  /** Property that the provider fills in, and how long its value may be. */
  readonly autoName?: readonly [property: string, maxLength: number];
  /** Properties whose change replaces the resource. @default - any, without `update` */
  readonly replaceOn?: readonly string[];
  readonly create: (one: Resource) => Promise<{ readonly id: string; readonly outs?: Inputs }>;
  readonly update?: (one: Resource, before: Inputs) => Promise<unknown>;
  readonly remove: (one: Resource) => Promise<unknown>;
  /** Rejects when the resource is gone. @default - not asked: no server knows it */
  readonly find?: (one: Resource) => Promise<unknown>;
}

/** Some of the inputs, under names of their own where these are given. */
export function pick(inputs: Inputs, keys: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(keys.flatMap((key) => (inputs[key] === undefined ? [] : [[key, inputs[key]]])));
}

/** The name that the program gave, or its prefix with the 26 digits that the provider adds. */
export function nameOf({ inputs }: Resource): string {
  const digits = Array.from({ length: 26 }, () => randomInt(10)).join("");
  return typeof inputs["name"] === "string" ? inputs["name"] : `${String(inputs["namePrefix"])}${digits}`;
}

/** All inputs but some. */
export function without(inputs: Inputs, ...keys: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(inputs).filter(([key]) => !keys.includes(key) && key !== "region"));
}
