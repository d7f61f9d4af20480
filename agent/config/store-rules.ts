import type { AgentStore } from "../../components/model/agent-config.js";
import type { Rules, Unread } from "./rules.js";

interface StoreShape {
  readonly keys: readonly string[];
  /** Texts that must be there. */
  readonly needed: readonly string[];
  /** Texts that may be left out. */
  readonly texts: readonly string[];
  readonly flags: readonly string[];
}

const commonKeys = ["kind", "name", "prefix"];
const networkKeys = [...commonKeys, "endpoint", "caFile", "idleTimeoutSeconds"];

/** The keys of each kind of store, and which of them must be texts. */
const kinds: Readonly<Record<AgentStore["kind"], StoreShape>> = {
  folder: { keys: [...commonKeys, "path", "leastFreeBytes"], needed: [], texts: [], flags: [] },
  s3: {
    keys: [...networkKeys, "bucket", "region", "forcePathStyle", "legalHold", "credentialsFolder"],
    needed: ["bucket", "region"],
    texts: ["caFile", "credentialsFolder"],
    flags: ["forcePathStyle", "legalHold"],
  },
  gcs: {
    keys: [...networkKeys, "bucket", "credentialsFile"],
    needed: ["bucket"],
    texts: ["caFile", "credentialsFile"],
    flags: [],
  },
  azure: {
    keys: [...networkKeys, "account", "container", "clientId", "connectionStringFile"],
    needed: ["account", "container"],
    texts: ["caFile", "clientId", "connectionStringFile"],
    flags: [],
  },
};
const storeKinds = Object.keys(kinds);

/** Checks `stores`; `known` are the kinds that this bundle can write to. */
export function checkStores(rules: Rules, value: unknown, known: readonly string[]): void {
  if (!Array.isArray(value) || value.length === 0) {
    rules.refuse("stores", "be a list of one store or more", value, "write at least one store");
    return;
  }
  const names = new Set<unknown>();
  value.forEach((element: unknown, index) => {
    const path = `stores[${index}]`;
    checkStore(rules, path, element, known);
    const name = (element as { name?: unknown } | null)?.name;
    if (names.has(name)) rules.refuse(`${path}.name`, "be unique", name, "give each store a name of its own");
    names.add(name);
  });
}

function checkStore(rules: Rules, path: string, value: unknown, known: readonly string[]): void {
  const kind = (value as { kind?: unknown } | null)?.kind;
  const shape = Object.entries(kinds).find(([name]) => name === kind)?.[1] ?? kinds.folder;
  const store = rules.object(path, value, shape.keys);
  if (store === undefined) return;
  rules.word(`${path}.kind`, kind, storeKinds, true);
  for (const key of ["name", ...shape.needed]) rules.text(`${path}.${key}`, store[key], true);
  for (const key of shape.texts) rules.text(`${path}.${key}`, store[key], false);
  for (const key of shape.flags) rules.flag(`${path}.${key}`, store[key]);
  checkPrefix(rules, `${path}.prefix`, store["prefix"]);
  if (kind === "folder") checkFolder(rules, path, store);
  else checkNetwork(rules, path, store);
  if (typeof kind === "string" && storeKinds.includes(kind) && !known.includes(kind)) {
    rules.refuse(`${path}.kind`, `be one of ${known.join(", ")} in this bundle`, kind, `run agent-${kind}.cjs`);
  }
}

function checkFolder(rules: Rules, path: string, store: Unread): void {
  rules.absolutePath(`${path}.path`, store["path"]);
  rules.wholeNumber(`${path}.leastFreeBytes`, store["leastFreeBytes"], 0, Number.MAX_SAFE_INTEGER);
}

function checkNetwork(rules: Rules, path: string, store: Unread): void {
  const { endpoint, idleTimeoutSeconds } = store;
  if (idleTimeoutSeconds !== undefined) rules.seconds(`${path}.idleTimeoutSeconds`, idleTimeoutSeconds);
  if (endpoint === undefined) return;
  if (typeof endpoint === "string" && /^https?:\/\//.test(endpoint) && URL.canParse(endpoint)) return;
  rules.refuse(`${path}.endpoint`, "be a URL", endpoint, "write https://host:port");
}

function checkPrefix(rules: Rules, path: string, value: unknown): void {
  if (value === undefined || value === "") return;
  const parts = typeof value === "string" ? value.split("/") : [".."];
  if (parts.some((part) => part === "." || part === "..")) {
    rules.refuse(path, "be a path without . and ..", value, "write a plain path or leave it out");
  }
}
