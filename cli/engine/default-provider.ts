import { secretValue, type WireMap, type WireValue } from "./wire-value.js";

/** Which provider a resource without an explicit one asks for. */
export interface ProviderRequest {
  /** Package of the resource's type, such as `aws`. */
  readonly packageName: string;
  /** Semantic version of the provider itself, or empty. */
  readonly version: string;
  /** Where the plugin is downloaded from, or empty. */
  readonly downloadUrl: string;
  /** The base provider of a parameterized package. */
  readonly parameterization?: {
    readonly baseName: string;
    readonly version: string;
    /** Base64. */
    readonly value: string;
  };
}

/** The configuration of one stack, as far as providers take it. */
export interface ProviderConfiguration {
  readonly values: Readonly<Record<string, string>>;
  readonly secretKeys: readonly string[];
}

/** Pulumi's name for a default provider: `default_7_48_0`, with the download address where there is one. */
export function defaultProviderName(request: ProviderRequest): string {
  const version = request.parameterization?.version ?? request.version;
  const url = request.downloadUrl === "" ? "" : `_${toQualifiedName(request.downloadUrl)}`;
  return `default${version === "" ? "" : `_${versionSuffix(version)}`}${url}`;
}

/** A default provider's inputs: the package's own configuration and its version. */
export function defaultProviderInputs(request: ProviderRequest, configuration: ProviderConfiguration): WireMap {
  const inputs: Record<string, WireValue> = {};
  const prefix = `${request.packageName}:`;
  for (const [key, value] of Object.entries(configuration.values)) {
    if (!key.startsWith(prefix)) continue;
    inputs[key.slice(prefix.length)] = configuration.secretKeys.includes(key) ? secretValue(value) : value;
  }
  const version = request.parameterization?.version ?? request.version;
  if (version !== "") inputs["version"] = version;
  const internal: Record<string, WireValue> = {};
  if (request.downloadUrl !== "") internal["pluginDownloadURL"] = request.downloadUrl;
  if (request.parameterization !== undefined) {
    internal["name"] = request.parameterization.baseName;
    internal["version"] = request.version;
    internal["parameterization"] = request.parameterization.value;
  }
  return Object.keys(internal).length === 0 ? inputs : { ...inputs, __internal: internal };
}

/** Whether `pulumi:disable-default-providers` forbids the default provider of a package. */
export function isDefaultProviderDenied(packageName: string, configuration: ProviderConfiguration): boolean {
  const text = configuration.values["pulumi:disable-default-providers"];
  if (packageName === "pulumi" || text === undefined || text === "") return false;
  try {
    const denied: unknown = JSON.parse(text);
    return Array.isArray(denied) && denied.some((name) => name === "*" || name === packageName);
  } catch {
    return false;
  }
}

function versionSuffix(version: string): string {
  const [, core = version, pre, build] = /^v?([^-+]*)(?:-([^+]*))?(?:\+(.*))?$/.exec(version) ?? [];
  const parts = [core, pre, build].filter((part) => part !== undefined);
  return parts.flatMap((part) => part.split(".")).join("_");
}

/** Every character that Pulumi's names do not allow becomes `_`; `/` separates parts. */
function toQualifiedName(url: string): string {
  const parts = url.split("/").filter((part) => part !== "");
  const cleaned = parts.map((part) => part.replace(/[^A-Za-z0-9_.-]/g, "_"));
  return cleaned.length === 0 ? "_" : cleaned.join("/");
}
