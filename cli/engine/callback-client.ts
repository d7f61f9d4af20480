import type { Protocol } from "./program-sdk.js";

/** Where a function of the program can be called, and under which name. */
export interface CallbackAddress {
  readonly target: string;
  readonly token: string;
}

/** Calls functions of the program (transforms, hooks) through the SDK's Callbacks service. */
export class CallbackClients {
  readonly #protocol: Protocol;
  readonly #clients = new Map<string, InstanceType<Protocol["callbackService"]["CallbacksClient"]>>();

  constructor(protocol: Protocol) {
    this.#protocol = protocol;
  }

  /** Sends a serialized request and returns the serialized answer. */
  invoke(address: CallbackAddress, request: Uint8Array): Promise<Uint8Array> {
    const message = new this.#protocol.callbacks.CallbackInvokeRequest();
    message.setToken(address.token);
    message.setRequest(request);
    return new Promise((resolve, reject) => {
      this.#client(address.target).invoke(message, (error, answer) => {
        if (error !== null) reject(new Error(error.details));
        else resolve(answer.getResponse_asU8());
      });
    });
  }

  /** Closes all connections. */
  close(): void {
    for (const client of this.#clients.values()) client.close();
    this.#clients.clear();
  }

  #client(target: string): InstanceType<Protocol["callbackService"]["CallbacksClient"]> {
    const known = this.#clients.get(target);
    if (known !== undefined) return known;
    const credentials = this.#protocol.grpc.credentials.createInsecure();
    const limit = { "grpc.max_receive_message_length": 400 * 1024 * 1024 };
    const client = new this.#protocol.callbackService.CallbacksClient(target, credentials, limit);
    this.#clients.set(target, client);
    return client;
  }
}
