import type { Inventory, AssetDeclaration } from "./inventory.js";
import type { Issue } from "./issue.js";
import { unknownKeys } from "./keys.js";
import { type Location, locationKey } from "./location.js";
import type { PlannedCopy } from "./plan-types.js";
import type { RestoreTest } from "./protection.js";
import { readProtection, restoreTestKinds } from "./protection-reader.js";
import { applyRules, type Rule } from "./rule.js";
import { show } from "./show.js";
import { choiceRule, isObject, typeRule, type Unread } from "./value-rules.js";

/** An asset whose parts have the right types; what had not is left out. */
export interface ReadAsset extends Omit<AssetDeclaration, "serviceCopies" | "location"> {
  readonly name: string;
  /** `assets.orders`. */
  readonly path: string;
  readonly serviceCopies: readonly ReadStore[];
  /** `provider/account/region` of the live data. */
  readonly liveLocation: string | undefined;
}

/** A store whose location is known. */
export interface ReadStore extends PlannedCopy {
  readonly locks: boolean;
}

/** An inventory as far as it could be read. */
export interface ReadInventory {
  readonly assets: readonly ReadAsset[];
  readonly stores: ReadonlyMap<string, ReadStore>;
  readonly unprotected: readonly { readonly name: string; readonly reason: string }[];
  readonly issues: readonly Issue[];
}

const assetKeys = [
  "kind",
  "mechanisms",
  "protection",
  "stores",
  "serviceCopies",
  "location",
  "providesPitr",
  "providesRestoreTests",
  "restoreTestAdvice",
  "target",
] as const satisfies readonly (keyof AssetDeclaration)[];

/** Reads what somebody declared. Never throws: what cannot be read is an issue and left out. */
export function readInventory(inventory: Inventory): ReadInventory {
  const issues = unknownKeys(inventory, ["assets", "stores", "unprotected"], "inventory");
  const given: Unread = isObject(inventory) ? inventory : {};
  const assets = entriesOf(given["assets"] ?? {}, "assets", issues).flatMap(([name, value]) =>
    readAsset(name, value, issues),
  );
  const stores = entriesOf(given["stores"] ?? {}, "stores", issues).flatMap(([name, value]) =>
    readStore(name, value, `stores.${name}`, issues),
  );
  const unprotected = entriesOf(given["unprotected"] ?? {}, "unprotected", issues).flatMap(([name, value]) => {
    const reason = typeof value === "string" ? value.trim() : "";
    issues.push(...applyRules([unprotectedReasonRule], { name, reason: value }));
    return reason === "" ? [] : [{ name, reason }];
  });
  return { assets, stores: new Map(stores.map((store) => [store.store, store])), unprotected, issues };
}

const assetNamePattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

/** The name of an asset can be part of an object's name. */
export const assetNameRule: Rule<{ readonly name: string }> = {
  id: "asset-name",
  appliesTo: "asset",
  level: "error",
  source: "part of every object name",
  when: ({ name }) =>
    assetNamePattern.test(name)
      ? []
      : [
          {
            path: `assets.${name}`,
            must: "be named with 1 to 63 letters, digits, dots, underscores and hyphens, the first a letter or digit",
            got: show(name),
            advice: "rename it",
          },
        ],
};

/** A part of a location is a text; only the region, which comes last, may have a slash in it. */
export const locationPartRule: Rule<{ readonly path: string; readonly value: unknown; readonly slash: boolean }> = {
  id: "location-part",
  appliesTo: "store",
  level: "error",
  source: "provider/account/region tells copies apart",
  when({ path, value, slash }) {
    const right = typeof value === "string" && value.trim() !== "" && (slash || !value.includes("/"));
    const must = slash ? "be a text" : "be a text without a slash";
    return right
      ? []
      : [{ path, must, got: show(value), advice: 'write for example { provider: "aws", region: "eu-west-1" }' }];
  },
};

/** What is left out on purpose says why. */
export const unprotectedReasonRule: Rule<{ readonly name: string; readonly reason: unknown }> = {
  id: "unprotected-reason",
  appliesTo: "inventory",
  level: "error",
  source: "what is left out is left out on purpose",
  when: ({ name, reason }) =>
    typeof reason === "string" && reason.trim() !== ""
      ? []
      : [
          {
            path: `unprotected.${name}`,
            must: "say why it needs no backup",
            got: show(reason),
            advice: "write the reason or protect it",
          },
        ],
};

function readAsset(name: string, value: unknown, issues: Issue[]): ReadAsset[] {
  const path = `assets.${name}`;
  issues.push(...unknownKeys(value, assetKeys, path), ...applyRules([assetNameRule], { name }));
  if (!isObject(value)) {
    return [];
  }
  const kind = readText(value["kind"], `${path}.kind`, issues);
  const stores = readOptional(value, "stores", path, (given, at) => readTexts(given, at, issues));
  const protection = readOptional(value, "protection", path, (given, at) => {
    const read = readProtection(given, at);
    issues.push(...read.issues);
    return read.override;
  });
  const location = readOptional(value, "location", path, (given, at) => readLocation(given, at, issues));
  const target = readOptional(value, "target", path, (given, at) => readText(given, at, issues));
  const advice = readOptional(value, "restoreTestAdvice", path, (given, at) => readText(given, at, issues));
  const asset = {
    name,
    path,
    mechanisms: readTexts(value["mechanisms"], `${path}.mechanisms`, issues) ?? [],
    ...(protection === undefined ? {} : { protection }),
    ...(stores === undefined ? {} : { stores }),
    serviceCopies: entriesOf(value["serviceCopies"] ?? {}, `${path}.serviceCopies`, issues).flatMap(([copy, given]) =>
      readStore(copy, given, `${path}.serviceCopies.${copy}`, issues),
    ),
    liveLocation: location === undefined ? undefined : locationKey(location),
    providesPitr: readFlag(value, "providesPitr", path, issues),
    providesRestoreTests: readTestKinds(value["providesRestoreTests"] ?? [], `${path}.providesRestoreTests`, issues),
    ...(advice === undefined ? {} : { restoreTestAdvice: advice }),
    ...(target === undefined ? {} : { target }),
  };
  return kind === undefined ? [] : [{ ...asset, kind }];
}

function readStore(store: string, value: unknown, path: string, issues: Issue[]): ReadStore[] {
  issues.push(...unknownKeys(value, ["location", "locks"], path));
  if (!isObject(value)) {
    return [];
  }
  const locks = readFlag(value, "locks", path, issues);
  const location = readLocation(value["location"], `${path}.location`, issues);
  return location === undefined ? [] : [{ store, location: locationKey(location), locks }];
}

function readLocation(value: unknown, path: string, issues: Issue[]): Location | undefined {
  const found = unknownKeys(value, ["provider", "account", "region"], path);
  if (isObject(value)) {
    for (const part of ["provider", "account", "region"]) {
      const given = value[part] ?? (part === "account" ? "default" : undefined);
      const slash = part === "region";
      found.push(...applyRules([locationPartRule], { path: `${path}.${part}`, value: given, slash }));
    }
  }
  issues.push(...found);
  return found.length === 0 ? (value as Readonly<Record<string, unknown>> & Location) : undefined;
}

function readTestKinds(value: unknown, path: string, issues: Issue[]): RestoreTest["kind"][] {
  const texts = readTexts(value, path, issues) ?? [];
  texts.forEach((kind, index) => {
    const at = `${path}[${index}]`;
    issues.push(...applyRules([choiceRule], { path: at, value: kind, choices: restoreTestKinds }));
  });
  return restoreTestKinds.filter((kind) => texts.includes(kind));
}

function readOptional<T>(
  object: Unread,
  key: string,
  path: string,
  read: (value: unknown, path: string) => T | undefined,
): T | undefined {
  return object[key] === undefined ? undefined : read(object[key], `${path}.${key}`);
}

function readFlag(object: Unread, key: string, path: string, issues: Issue[]): boolean {
  const value = object[key] ?? false;
  issues.push(...applyRules([typeRule], { path: `${path}.${key}`, value, type: "boolean" }));
  return value === true;
}

function readText(value: unknown, path: string, issues: Issue[]): string | undefined {
  const found = applyRules([typeRule], { path, value, type: "text" });
  issues.push(...found);
  return found.length === 0 ? (value as string) : undefined;
}

/** The texts of a list; what is no text is an issue and left out. */
function readTexts(value: unknown, path: string, issues: Issue[]): string[] | undefined {
  if (!Array.isArray(value)) {
    issues.push(...applyRules([typeRule], { path, value, type: "list" }));
    return undefined;
  }
  return value.flatMap((item: unknown, index) => {
    const text = readText(item, `${path}[${index}]`, issues);
    return text === undefined ? [] : [text];
  });
}

function entriesOf(value: unknown, path: string, issues: Issue[]): [string, unknown][] {
  if (!isObject(value)) {
    issues.push(...applyRules([typeRule], { path, value, type: "object" }));
    return [];
  }
  return Object.entries(value).filter(([, item]) => item !== undefined);
}
