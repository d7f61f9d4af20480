import type { sendUnaryData, ServerUnaryCall, UntypedServiceImplementation } from "@grpc/grpc-js";
import type {
  GetRootResourceRequest,
  GetRootResourceResponse,
  LogRequest,
  SetRootResourceRequest,
} from "@pulumi/pulumi/proto/engine_pb.js";
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
  const methods = protocol.engineService.EngineService;
  const answer = <T>(method: { responseDeserialize(bytes: Buffer): unknown }): T =>
    method.responseDeserialize(Buffer.alloc(0)) as T;
  const acknowledge =
    (method: { responseDeserialize(bytes: Buffer): unknown }) =>
    (_call: unknown, respond: sendUnaryData<unknown>): void => {
      respond(null, answer(method));
    };
  return {
    log: (call: ServerUnaryCall<LogRequest, unknown>, respond: sendUnaryData<unknown>): void => {
      const severity = SEVERITIES[call.request.getSeverity()] ?? "info";
      log.push({ severity, message: call.request.getMessage(), urn: call.request.getUrn() });
      respond(null, answer(methods.log));
    },
    getRootResource: (
      _call: ServerUnaryCall<GetRootResourceRequest, unknown>,
      respond: sendUnaryData<unknown>,
    ): void => {
      const response = answer<GetRootResourceResponse>(methods.getRootResource);
      response.setUrn(root);
      respond(null, response);
    },
    setRootResource: (
      call: ServerUnaryCall<SetRootResourceRequest, unknown>,
      respond: sendUnaryData<unknown>,
    ): void => {
      root = call.request.getUrn();
      respond(null, answer(methods.setRootResource));
    },
    startDebugging: acknowledge(methods.startDebugging),
    requirePulumiVersion: acknowledge(methods.requirePulumiVersion),
  };
}
