import type { ReadResourceRequest } from "@pulumi/pulumi/proto/resource_pb.js";
import type { RegisteredResource } from "./registered-resource.js";
import { makeUrn, type UrnScope } from "./urn.js";

/** A resource that exists already and is only read: `Resource.get`, stack references. */
export function externalResource(scope: UrnScope, request: ReadResourceRequest, provider: string): RegisteredResource {
  const type = request.getType();
  return {
    urn: makeUrn(scope, request.getParent(), type, request.getName()),
    type,
    name: request.getName(),
    parent: request.getParent(),
    custom: true,
    external: true,
    provider,
    inputs: request.getProperties()?.toJavaScript() ?? {},
    options: {
      protect: false,
      retainOnDelete: false,
      deletedWith: "",
      dependsOn: request.getDependenciesList(),
      aliases: [],
      ignoreChanges: [],
    },
    policyOptions: {
      additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
      deleteBeforeReplace: undefined,
    },
  };
}
