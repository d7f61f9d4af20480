import type { Rules, Unread } from "./rules.js";

const folderKeys = ["kind", "name", "path", "prefix"];
const s3Keys = [
  "kind",
  "name",
  "bucket",
  "region",
  "prefix",
  "endpoint",
  "forcePathStyle",
  "caFile",
  "credentialsFolder",
];
const storeKinds = ["folder", "s3"];

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
  const store = rules.object(path, value, kind === "s3" ? s3Keys : folderKeys);
  if (store === undefined) return;
  rules.word(`${path}.kind`, kind, storeKinds, true);
  rules.text(`${path}.name`, store["name"], true);
  checkPrefix(rules, `${path}.prefix`, store["prefix"]);
  if (kind === "folder") checkFolder(rules, path, store);
  if (kind === "s3") checkS3(rules, path, store);
  if (typeof kind === "string" && storeKinds.includes(kind) && !known.includes(kind)) {
    rules.refuse(`${path}.kind`, `be one of ${known.join(", ")} in this bundle`, kind, `run agent-${kind}.cjs`);
  }
}

function checkFolder(rules: Rules, path: string, store: Unread): void {
  rules.absolutePath(`${path}.path`, store["path"]);
}

function checkS3(rules: Rules, path: string, store: Unread): void {
  for (const key of ["bucket", "region"]) rules.text(`${path}.${key}`, store[key], true);
  for (const key of ["caFile", "credentialsFolder"]) rules.text(`${path}.${key}`, store[key], false);
  rules.flag(`${path}.forcePathStyle`, store["forcePathStyle"]);
  const endpoint = store["endpoint"];
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
