import type { UntypedHandleCall, UntypedServiceImplementation } from "@grpc/grpc-js";
import type { GetRootResourceResponse, LogRequest, SetRootResourceRequest } from "@pulumi/pulumi/proto/engine_pb.js";
import { emptyAnswer, handle, type Message } from "./grpc-service.js";
import type { Protocol } from "./program-sdk.js";

/** One message that a program or its SDK has logged. */
export interface LogMessage {
  readonly severity: "debug" | "info" | "warning" | "error";
  readonly message: string;
  /** The resource it is about, or empty. */
  readonly urn: string;
}

const SEVERITIES = ["debug", "info", "warning", "error"] as const;

/** Stands in for the engine's own service: it keeps the log and the root resource. */
export function engineService(protocol: Protocol, log: LogMessage[]): UntypedServiceImplementation {
  let root = "";
  const answer = (method: string): unknown => emptyAnswer(protocol.engineService.EngineService, method);
  const acknowledge = (method: string): UntypedHandleCall => handle(() => Promise.resolve(answer(method) as Message));
  return {
    log: handle((request: LogRequest) => {
      // A newer SDK may know further severities.
      const severity = SEVERITIES.at(request.getSeverity()) ?? "info";
      log.push({ severity, message: request.getMessage(), urn: request.getUrn() });
      return Promise.resolve(answer("log") as Message);
    }),
    getRootResource: handle(() => {
      const response = answer("getRootResource") as GetRootResourceResponse;
      response.setUrn(root);
      return Promise.resolve(response);
    }),
    setRootResource: handle((request: SetRootResourceRequest) => {
      root = request.getUrn();
      return Promise.resolve(answer("setRootResource") as Message);
    }),
    startDebugging: acknowledge("startDebugging"),
    requirePulumiVersion: acknowledge("requirePulumiVersion"),
  };
}
