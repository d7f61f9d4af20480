import type { RegisterPackageRequest } from "@pulumi/pulumi/proto/resource_pb.js";
import {
  defaultProviderInputs,
  defaultProviderName,
  isDefaultProviderDenied,
  type ProviderRequest,
} from "./default-provider.js";
import type { PreviewScope } from "./preview-scope.js";
import { packageReferenceOf } from "./register-request.js";
import type { RegisteredResource } from "./registered-resource.js";
import { makeUrn, packageOf } from "./urn.js";
import { UNKNOWN, type WireMap } from "./wire-value.js";

/** The provider settings among a resource's or a function's options. */
export interface ProviderOptions {
  getProvider(): string;
  getVersion(): string;
  getPluginDownloadUrl(): string;
}

/** The same on messages that ask for one thing. */
export interface ProviderRequestMessage {
  getProvider(): string;
  getVersion(): string;
  getPlugindownloadurl(): string;
  getPackageref(): string;
}

/** Knows which provider a resource or a function uses, and registers default providers when they are first needed. */
export class ProviderDirectory {
  readonly #scope: PreviewScope;
  readonly #onDefaultProvider: (resource: RegisteredResource) => void;
  readonly #defaults = new Map<string, string>();
  readonly #packages = new Map<string, ProviderRequest>();

  constructor(scope: PreviewScope, onDefaultProvider: (resource: RegisteredResource) => void) {
    this.#scope = scope;
    this.#onDefaultProvider = onDefaultProvider;
  }

  /** Remembers a package (parameterized or with its own address) and returns the name that requests will use. */
  addPackage(request: RegisterPackageRequest): string {
    const parameterization = request.getParameterization();
    const reference = `package-${String(this.#packages.size + 1)}`;
    this.#packages.set(reference, {
      packageName: parameterization?.getName() ?? request.getName(),
      version: request.getVersion(),
      downloadUrl: request.getDownloadUrl(),
      ...(parameterization === undefined
        ? {}
        : {
            parameterization: {
              baseName: request.getName(),
              version: parameterization.getVersion(),
              value: parameterization.getValue_asB64(),
            },
          }),
    });
    return reference;
  }

  /** `<urn>::<id>` of the provider for a type or function; throws where default providers are disabled. */
  referenceFor(token: string, options: ProviderOptions, packageReference: string): string {
    const explicit = options.getProvider();
    if (explicit !== "") return explicit;
    return this.#defaultReference(this.#request(packageOf(token), options, packageReference), token);
  }

  /** `referenceFor` for a request that carries its options itself; `otherwise` counts where it names no provider. */
  referenceForRequest(token: string, request: ProviderRequestMessage, otherwise = ""): string {
    const options = {
      getProvider: () => request.getProvider() || otherwise,
      getVersion: () => request.getVersion(),
      getPluginDownloadUrl: () => request.getPlugindownloadurl(),
    };
    return this.referenceFor(token, options, packageReferenceOf(request));
  }

  /** An explicit provider's inputs with the version and address of its plugin. */
  explicitProviderInputs(
    type: string,
    properties: WireMap,
    options: ProviderOptions,
    packageReference: string,
  ): WireMap {
    const request = this.#request(type.slice("pulumi:providers:".length), options, packageReference);
    const settings = defaultProviderInputs(request, { values: {}, secretKeys: [] });
    return { ...properties, ...settings };
  }

  #request(packageName: string, options: ProviderOptions, packageReference: string): ProviderRequest {
    const known = this.#packages.get(packageReference);
    if (known !== undefined) return known;
    const version = options.getVersion();
    return {
      packageName,
      version: version === "" ? this.#scope.installedVersion(packageName) : version.replace(/^v/, ""),
      downloadUrl: options.getPluginDownloadUrl().replace(/\/$/, ""),
    };
  }

  #defaultReference(request: ProviderRequest, token: string): string {
    if (isDefaultProviderDenied(request.packageName, this.#scope.configuration)) {
      throw new Error(
        `Default provider for '${request.packageName}' disabled. '${token}' must use an explicit provider.`,
      );
    }
    const type = `pulumi:providers:${request.packageName}`;
    const name = defaultProviderName(request);
    const urn = makeUrn(this.#scope, "", type, name);
    const reference = this.#defaults.get(urn);
    if (reference !== undefined) return reference;
    this.#onDefaultProvider({
      urn,
      type,
      name,
      parent: "",
      custom: true,
      external: false,
      provider: "",
      inputs: defaultProviderInputs(request, this.#scope.configuration),
      options: {
        protect: false,
        retainOnDelete: false,
        deletedWith: "",
        dependsOn: [],
        aliases: [],
        ignoreChanges: [],
      },
      policyOptions: { additionalSecretOutputs: [], deleteBeforeReplace: undefined },
    });
    this.#defaults.set(urn, `${urn}::${UNKNOWN}`);
    return `${urn}::${UNKNOWN}`;
  }
}
