import type { sendUnaryData, ServerUnaryCall, status, UntypedHandleCall } from "@grpc/grpc-js";

/** Anything that gRPC can send. */
export interface Message {
  serializeBinary(): Uint8Array;
}

/** The methods of a service as an SDK declares them. */
export type ServiceMethods = Readonly<Record<string, { responseDeserialize(bytes: Buffer): unknown }>>;

/** gRPC's status codes; gRPC itself is the program's, and cannot be imported here. */
const CODES = { unknown: 2, unavailable: 14 } as unknown as { readonly unknown: status; readonly unavailable: status };

/** Tells a program that the engine has gone: the SDK ends without a further message. */
export class MonitorShutDownError extends Error {
  constructor() {
    super("resource monitor shut down");
    this.name = "MonitorShutDownError";
  }
}

/** An empty answer of exactly the class that an SDK declares for a method; versions differ. */
export function emptyAnswer(methods: ServiceMethods, method: string): unknown {
  const definition = methods[method];
  if (definition === undefined) throw new Error(`the program's SDK knows no method ${method}`);
  return definition.responseDeserialize(Buffer.alloc(0));
}

/** A handler for one method; what it throws becomes the method's error. */
export function handle(answer: (request: never) => Promise<Message>): UntypedHandleCall {
  return (call: ServerUnaryCall<unknown, Message>, respond: sendUnaryData<Message>) => {
    Promise.resolve()
      .then(() => answer(call.request as never))
      .then(
        (value) => {
          respond(null, value);
        },
        (error: unknown) => {
          const code = error instanceof MonitorShutDownError ? CODES.unavailable : CODES.unknown;
          respond({ code, details: error instanceof Error ? error.message : String(error) });
        },
      );
  };
}
