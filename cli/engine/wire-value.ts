/** A property value as the Pulumi protocol carries it (a JSON value in which a few shapes are special). */
export type WireValue = null | boolean | number | string | readonly WireValue[] | { readonly [key: string]: WireValue };

/** Named properties, as of one resource. */
export type WireMap = Readonly<Record<string, WireValue>>;

/** Stands for a value that is known only after an update. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** How unknowns and secrets print. */
export const PRINTED_UNKNOWN = "[unknown]";
export const PRINTED_SECRET = "[secret]";

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const ASSET = "c44067f5952c0a294b673a41bacd8c17";
const ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7";
const RESOURCE = "5cf8f73096256a8f31e491e813e4eb8e";
const OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4";

/** The protocol has one marker for each type that an unknown value may have. */
const UNKNOWNS = [
  UNKNOWN,
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
];

const ANY_UNKNOWN = new RegExp(UNKNOWNS.join("|"), "i");
const EVERY_UNKNOWN = new RegExp(UNKNOWNS.join("|"), "gi");

/** Wraps a value as a secret. */
export function secretValue(value: WireValue): WireValue {
  return { [SIGNATURE]: SECRET, value };
}

/** Whether a value is a mapping without special meaning. */
export function isPlainMap(value: WireValue | undefined): value is WireMap {
  return isMap(value) && value[SIGNATURE] === undefined;
}

/** Whether a text is, or is built from, an unknown value. */
export function isUnknownText(value: WireValue | undefined): boolean {
  return typeof value === "string" && ANY_UNKNOWN.test(value);
}

/** A text that names something, as a URN does: unknown values inside it are shown where they stand. */
export function printableText(text: string): string {
  return text.replace(EVERY_UNKNOWN, PRINTED_UNKNOWN);
}

/**
 * A value as it is shown to people: no secret, at no depth, and no marker of the protocol. Assets, archives and
 * references to resources become small readable mappings and URNs.
 */
export function printable(value: WireValue): WireValue {
  if (typeof value === "string") return isUnknownText(value) ? PRINTED_UNKNOWN : value;
  if (isList(value)) return value.map(printable);
  if (!isMap(value)) return value;
  switch (value[SIGNATURE]) {
    case undefined:
      return printableMap(value);
    case SECRET:
      return PRINTED_SECRET;
    case OUTPUT:
      if (value["secret"] === true) return PRINTED_SECRET;
      return value["value"] === undefined ? PRINTED_UNKNOWN : printable(value["value"]);
    case RESOURCE:
      return value["urn"] ?? null;
    case ASSET:
      return { "[asset]": printableMap(withoutSignature(value)) };
    case ARCHIVE:
      return { "[archive]": printableMap(withoutSignature(value)) };
    default:
      return printableMap(withoutSignature(value));
  }
}

/** `printable` for every property, without the marks that the SDK leaves on assets and exported resources. */
export function printableMap(map: WireMap): WireMap {
  const entries = Object.entries(map).filter(([key]) => !key.startsWith("__pulumi") && key !== "@isPulumiResource");
  return Object.fromEntries(entries.map(([key, value]) => [key, printable(value)]));
}

/** The texts that are secret inside a value. */
export function secretTextsOf(value: WireValue, inSecret = false): readonly string[] {
  if (typeof value === "string") return inSecret && !isUnknownText(value) ? [value] : [];
  if (isList(value)) return value.flatMap((part) => secretTextsOf(part, inSecret));
  if (!isMap(value)) return [];
  const secret = inSecret || value[SIGNATURE] === SECRET || (value[SIGNATURE] === OUTPUT && value["secret"] === true);
  return Object.entries(withoutSignature(value))
    .filter(([key]) => value[SIGNATURE] !== OUTPUT || key === "value")
    .flatMap(([, part]) => secretTextsOf(part, secret));
}

/** A value in which secrets are not marked: what policies see. */
export function withoutSecretMarks(value: WireValue): WireValue {
  if (isList(value)) return value.map(withoutSecretMarks);
  if (!isMap(value)) return value;
  if (value[SIGNATURE] === SECRET) return withoutSecretMarks(value["value"] ?? null);
  if (isOutput(value)) return value["value"] === undefined ? UNKNOWN : withoutSecretMarks(value["value"]);
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, withoutSecretMarks(part)]));
}

/** Unknowns and secrets as the output values that transforms receive. */
export function toOutputValues(value: WireValue): WireValue {
  if (typeof value === "string") return UNKNOWNS.includes(value) ? { [SIGNATURE]: OUTPUT } : value;
  if (isList(value)) return value.map(toOutputValues);
  if (!isMap(value)) return value;
  if (value[SIGNATURE] === SECRET) {
    const inner = toOutputValues(value["value"] ?? null);
    return isMap(inner) && isOutput(inner)
      ? { ...inner, secret: true }
      : { [SIGNATURE]: OUTPUT, value: inner, secret: true };
  }
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, toOutputValues(part)]));
}

/** Adds the resources that a property depends on to its output value. */
export function withDependencies(value: WireValue, dependencies: readonly string[]): WireValue {
  if (dependencies.length === 0) return value;
  const output: WireMap = isMap(value) && isOutput(value) ? value : { [SIGNATURE]: OUTPUT, value };
  const listed = output["dependencies"];
  const present = isList(listed) ? listed : [];
  return { ...output, dependencies: [...new Set([...present, ...dependencies])] };
}

/** The way back: output values as plain values, unknown markers and secrets. */
export function fromOutputValues(value: WireValue): WireValue {
  if (isList(value)) return value.map(fromOutputValues);
  if (!isMap(value)) return value;
  if (!isOutput(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, fromOutputValues(part)]));
  }
  const inner = value["value"] === undefined ? UNKNOWN : fromOutputValues(value["value"]);
  return value["secret"] === true ? secretValue(inner) : inner;
}

/** URNs that output values inside a value depend on. */
export function dependenciesOf(value: WireValue): readonly string[] {
  if (isList(value)) return value.flatMap(dependenciesOf);
  if (!isMap(value)) return [];
  const listed: WireValue | undefined = isOutput(value) ? value["dependencies"] : undefined;
  const own = isList(listed) ? listed : [];
  const inner = Object.entries(value)
    .filter(([key]) => key !== "dependencies" || !isOutput(value))
    .flatMap(([, part]) => dependenciesOf(part));
  return [...own.filter((urn) => typeof urn === "string"), ...inner];
}

function isList(value: WireValue | undefined): value is readonly WireValue[] {
  return Array.isArray(value);
}

function isMap(value: WireValue | undefined): value is WireMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isOutput(map: WireMap): boolean {
  return map[SIGNATURE] === OUTPUT;
}

function withoutSignature(map: WireMap): WireMap {
  return Object.fromEntries(Object.entries(map).filter(([key]) => key !== SIGNATURE));
}
